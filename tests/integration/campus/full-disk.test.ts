import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startCampus, type Campus } from '../../../campus/campus.ts';
import { passcodeReplySchema, recoveryErrorSchema, recoveryPaths, verifyReplySchema } from '../../../shared/recovery.ts';
import { canMount, mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { sitesOf, type CampusSites } from '../../support/campus/campus-child.ts';
import { kit, mei } from '../../support/campus/campus-services.ts';
import { credentials, GatewayClient, proceed, withPasscode } from '../../support/campus/gateway-client.ts';
import { textById } from '../../support/campus/portal-visit.ts';
import { textOf } from '../../support/campus/visitor.ts';

/** A campus whose disk takes no more: it says so, does nothing by halves, and goes on once there is room. */
describe.skipIf(!canMount()).each(['full', 'read-only'])('a campus on a disk that is %s', (trouble) => {
  let disk: SmallDisk;
  let campus: Campus;
  let sites: CampusSites;
  const reported: unknown[] = [];
  const spoil = () => (trouble === 'full' ? disk.fill() : disk.setReadOnly(true));

  beforeEach(async () => {
    disk = await mountSmallDisk(1);
    campus = await startCampus({ dataDirectory: disk.folder, onCampus: true, report: (error) => reported.push(error) });
    sites = sitesOf(campus);
  });
  afterEach(async () => {
    await campus.stop();
    await disk.remove();
  });
  const code = (): string => campus.services.factors.accounts(mei.phone)[0]?.code ?? '';
  const namesOf = (userId: string) => campus.records.devices(userId).map(({ name }) => name);

  test('a campus on a bad disk accepts no passcode and no device while it cannot write, and both afterwards', async () => {
    const { portal, phones } = sites;
    const home = await portal.submit(await portal.get('/'), 'Sign in', { userId: mei.userId, password: mei.password });
    const confirm = await portal.follow(home, 'Add a new Device');
    await spoil();
    const refused = await portal.submit(confirm, 'Enter a Passcode', { passcode: code() });
    expect(textOf(refused)).toContain('We cannot save anything just now');
    await disk.repair();
    let shown = await portal.submit(refused, 'Enter a Passcode', { passcode: code() });
    shown = await portal.submit(shown, 'Phone');
    shown = await portal.submit(shown, 'Continue with iOS');
    shown = await portal.submit(shown, 'I have Duo Mobile installed');
    const activation = textById(shown, 'activation-code');

    await spoil();
    const add = await phones.follow(await phones.get('/phones/new-phone'), 'Add an account');
    const failed = await phones.submit(add, 'Add', { activation, name: 'New phone' });
    expect(failed.status).toBe(500);
    expect(textOf(failed)).toContain('We cannot save anything just now');
    expect(namesOf(mei.userId)).toEqual(["Mei's phone"]);
    expect(campus.services.factors.accounts('new-phone')).toEqual([]);

    await disk.repair();
    await phones.submit(add, 'Add', { activation, name: 'New phone' });
    expect(namesOf(mei.userId)).toEqual(["Mei's phone", 'New phone']);
    expect(campus.services.factors.accounts('new-phone')).toHaveLength(1);
  });

  test('a campus on a bad disk removes no device by halves', async () => {
    const { portal } = sites;
    const home = await portal.submit(await portal.get('/'), 'Sign in', { userId: mei.userId, password: mei.password });
    const list = await portal.submit(await portal.follow(home, 'My Settings & Devices'), 'Enter a Passcode', { passcode: code() });
    const question = await portal.submit(await portal.follow(list, "Device Options, Mei's phone"), 'Remove');
    await spoil();
    expect(textOf(await portal.submit(question, 'Remove'))).toContain('We cannot save anything just now');
    expect(namesOf(mei.userId)).toEqual(["Mei's phone"]);
    expect(campus.services.factors.accounts(mei.phone)).toHaveLength(1);
    await disk.repair();
    await portal.submit(question, 'Remove');
    expect(namesOf(mei.userId)).toEqual([]);
    expect(campus.services.factors.accounts(mei.phone)).toEqual([]);
  });

  test('a campus on a bad disk lets nobody in and gives no recovery passcode, and blames only itself', async () => {
    const { role, userId, dateOfBirth, lastFour, password } = kit;
    const { token } = verifyReplySchema.parse((await sites.recovery(recoveryPaths.verify, { role, userId, dateOfBirth, lastFour })).reply);
    const attempt = async (): Promise<GatewayClient> => {
      const client = await GatewayClient.open({ port: campus.port, authority: campus.authority });
      client.hello();
      await client.prompt('notice');
      client.answer(proceed);
      await client.prompt('credentials');
      client.answer(credentials(mei.userId, mei.password));
      await client.prompt('second-factor');
      client.answer(withPasscode(code()));
      return client;
    };
    await spoil();
    const refusal = await sites.recovery(recoveryPaths.passcode, { token, password });
    expect(refusal.status).toBe(503);
    expect(recoveryErrorSchema.parse(refusal.reply)).toEqual({ error: 'campus-trouble' });
    const refused = await (await attempt()).next('refused');
    expect(refused).toEqual({ type: 'refused', code: 'campus-trouble' });
    expect(reported).toHaveLength(1);

    await disk.repair();
    passcodeReplySchema.parse((await sites.recovery(recoveryPaths.passcode, { token, password })).reply);
    await (await attempt()).next('granted');
  });
});
