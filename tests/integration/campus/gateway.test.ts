import { describe, expect, test } from 'vitest';
import { startCampus } from '../../../campus/campus.ts';
import { seededPeople } from '../../../campus/people.ts';
import { ana, kit, mei } from '../../support/campus/campus-services.ts';
import {
  campus,
  clock,
  codeOf,
  deviceOf,
  pushOf,
  sessionsOf,
  tidyCampus,
  toCredentials,
  toSecondFactor,
  waiting,
  wrong,
} from '../../support/campus/gateway-bench.ts';
import { credentials, GatewayClient, instead, proceed, toDevice, withPasscode } from '../../support/campus/gateway-client.ts';

tidyCampus();

describe('signing in', () => {
  test('the gateway asks for the notice, the password and the second factor, and grants the portal', async () => {
    const client = await GatewayClient.open(campus);
    client.hello();
    expect(await client.prompt('notice')).toEqual({ kind: 'notice', when: 'before', text: 'Terms of use' });
    client.answer(proceed);
    expect((await client.prompt('credentials')).fields.map(({ name, secret }) => [name, secret])).toEqual([
      ['user', false],
      ['password', true],
    ]);
    client.answer(credentials(' Mei.Chan ', mei.password));
    const { devices } = await client.prompt('second-factor');
    expect(devices).toEqual([{ id: deviceOf(mei.userId), name: "Mei's phone", methods: ['push', 'passcode'] }]);
    client.answer(withPasscode(codeOf(mei.phone)));
    expect(await client.next('granted')).toMatchObject({
      user: mei.userId,
      expiresAt: clock.at + 480 * 60_000,
      idleSeconds: 3600,
      extendable: true,
      relay: '/relay',
      grants: [{ host: '2fa.campus.test', ports: [443] }],
    });
    expect(sessionsOf(mei.userId)).toHaveLength(1);
    await client.cut();
    expect(sessionsOf(mei.userId)).toHaveLength(1);
  });

  test('the sign-in ends when the notice is declined', async () => {
    const client = await GatewayClient.open(campus);
    client.hello();
    await client.prompt('notice');
    client.answer({ kind: 'notice', proceed: false });
    expect(await client.next('refused')).toMatchObject({ code: 'notice-declined' });
    expect(await client.closed()).toBe(1000);
  });

  test('a wrong password is reported with the tries left, and the user ID is kept', async () => {
    const client = await toCredentials();
    client.answer(credentials(mei.userId, 'wrong'));
    const again = await client.prompt('credentials');
    expect(again).toMatchObject({ failure: { code: 'sign-in-rejected' }, triesLeft: 9 });
    expect(again.fields[0]?.value).toBe(mei.userId);
    client.answer({ kind: 'credentials', values: {} });
    expect(await client.prompt('credentials')).toMatchObject({ failure: { code: 'sign-in-rejected' } });
    client.answer(credentials(mei.userId, mei.password));
    await client.prompt('second-factor');
    await client.cut();
  });

  test.each([kit.userId, 'no.body'])('ten wrong passwords lock %s, and the refusal says until when', async (userId) => {
    const client = await toCredentials();
    for (let left = 9; left > 0; left--) {
      client.answer(credentials(userId, 'wrong'));
      expect(await client.prompt('credentials')).toMatchObject({ triesLeft: left });
    }
    client.answer(credentials(userId, 'wrong'));
    expect(await client.next('refused')).toMatchObject({ code: 'account-locked', params: { untilAt: clock.at + 600_000 } });
    const later = await toCredentials();
    later.answer(credentials(userId, kit.password));
    expect(await later.next('refused')).toMatchObject({ code: 'account-locked' });
  });

  test('a connection that tries ten people is closed', async () => {
    const client = await toCredentials();
    for (let tries = 1; tries < 10; tries++) {
      client.answer(credentials(`nobody-${tries}`, 'wrong'));
      await client.prompt('credentials');
    }
    client.answer(credentials('nobody-10', 'wrong'));
    expect(await client.next('refused')).toMatchObject({ code: 'sign-in-rejected' });
  });

  test('a person without any second factor cannot continue', async () => {
    const people = seededPeople.people.map((person) => ({ ...person, devices: [] }));
    const lonely = await startCampus({ notice: null, people: { people, phones: [] } });
    const client = await GatewayClient.open(lonely);
    client.hello();
    await client.prompt('credentials');
    client.answer(credentials(mei.userId, mei.password));
    expect(await client.next('refused')).toMatchObject({ code: 'no-second-factor' });
    await lonely.services.factors.issueRecoveryPasscode(mei.userId);
    const again = await GatewayClient.open(lonely);
    again.hello();
    await again.prompt('credentials');
    again.answer(credentials(mei.userId, mei.password));
    expect(await again.prompt('second-factor')).toEqual({ kind: 'second-factor', devices: [] });
    await lonely.stop();
  });
});

describe('a passcode', () => {
  test('a passcode is asked for, checked, and asked for again with the reason', async () => {
    const client = await toSecondFactor(mei);
    await client.prompt('second-factor');
    client.answer(withPasscode());
    expect(await client.prompt('passcode')).toEqual({ kind: 'passcode', lengths: [6, 9] });
    const code = codeOf(mei.phone);
    client.answer({ kind: 'passcode', passcode: wrong(code) });
    expect(await client.prompt('passcode')).toMatchObject({ failure: { code: 'passcode-wrong' }, triesLeft: 9 });
    client.answer(instead('choose'));
    await client.prompt('second-factor');
    client.answer(withPasscode(` ${code.slice(0, 3)} ${code.slice(3)} `));
    await client.next('granted');

    const reuse = await toSecondFactor(mei);
    await reuse.prompt('second-factor');
    reuse.answer(withPasscode(code));
    const used = await reuse.prompt('passcode');
    expect(used).toMatchObject({ failure: { code: 'passcode-used' } });
    expect(used.nextCodeAt).toBeGreaterThan(clock.at);
    reuse.answer(instead('passcode'));
    expect(await reuse.prompt('passcode')).not.toHaveProperty('failure');
    await reuse.cut();
  });

  test('ten wrong passcodes lock the account', async () => {
    const client = await toSecondFactor(kit);
    await client.prompt('second-factor');
    client.answer(withPasscode());
    for (let tries = 0; tries < 10; tries++) {
      await client.prompt('passcode');
      client.answer({ kind: 'passcode', passcode: '000' });
    }
    expect(await client.next('refused')).toMatchObject({ code: 'account-locked', params: { untilAt: clock.at + 600_000 } });
  });
});

describe('a push', () => {
  test('a push is sent only when the client answers so, and withdrawn when approved', async () => {
    const client = await toSecondFactor(mei);
    await client.prompt('second-factor');
    expect(waiting()).toEqual([]);
    client.answer(toDevice(deviceOf(mei.userId)));
    expect(await client.prompt('push')).toEqual({ kind: 'push', device: "Mei's phone", deadline: clock.at + 60_000 });
    await campus.services.factors.approve(mei.phone, pushOf().id);
    expect(await client.next('withdrawn')).toMatchObject({ reason: 'approved' });
    await client.next('granted');
    // The person's "instead" crossed with the approval on its way
    client.answer(instead('passcode'));
    client.send({ type: 'extend' });
    await client.next('extended');
  });

  test('a denied or timed-out push leads back to the choice, with the reason', async () => {
    const client = await toSecondFactor(mei);
    await client.prompt('second-factor');
    client.answer(toDevice(deviceOf(mei.userId)));
    await client.prompt('push');
    await campus.services.factors.deny(mei.phone, pushOf().id);
    expect(await client.next('withdrawn')).toMatchObject({ reason: 'denied' });
    expect(await client.prompt('second-factor')).toMatchObject({ failure: { code: 'push-denied' } });
    client.answer(toDevice(deviceOf(mei.userId)));
    await client.prompt('push');
    clock.at += 60_000;
    expect(await client.next('withdrawn')).toMatchObject({ reason: 'timed-out' });
    expect(await client.prompt('second-factor')).toMatchObject({ failure: { code: 'push-timed-out' } });
    expect(waiting()).toEqual([]);
    await client.cut();
  });

  test('a push is withdrawn when the person chooses another method', async () => {
    const client = await toSecondFactor(mei);
    await client.prompt('second-factor');
    client.answer(toDevice(deviceOf(mei.userId)));
    await client.prompt('push');
    client.answer(instead('choose'));
    await client.prompt('second-factor');
    expect(waiting()).toEqual([]);
    client.answer(toDevice(deviceOf(mei.userId)));
    await client.prompt('push');
    client.answer(instead('passcode'));
    await client.prompt('passcode');
    expect(waiting()).toEqual([]);
    await client.cut();
  });

  test('a push is replaced by that of another sign-in of the same person', async () => {
    const first = await toSecondFactor(mei, 'A');
    await first.prompt('second-factor');
    first.answer(toDevice(deviceOf(mei.userId)));
    await first.prompt('push');
    const second = await toSecondFactor(mei, 'B');
    await second.prompt('second-factor');
    second.answer(toDevice(deviceOf(mei.userId)));
    await second.prompt('push');
    expect(await first.next('withdrawn')).toMatchObject({ reason: 'superseded' });
    expect(await first.prompt('second-factor')).toMatchObject({ failure: { code: 'push-superseded' } });
    await Promise.all([first.cut(), second.cut()]);
    await expect.poll(waiting).toEqual([]);
  });

  test('a push to an unknown or removed device is not sent', async () => {
    const client = await toSecondFactor(mei);
    await client.prompt('second-factor');
    client.answer(toDevice(deviceOf(ana.userId)));
    expect(await client.prompt('second-factor')).toMatchObject({ failure: { code: 'push-superseded' } });
    await client.cut();
  });
});
