import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { ClientProcess } from '../../peers/client-process.ts';
import { startWithin } from '../../peers/command.ts';
import { HelperProcess } from '../../peers/helper-process.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import { grantFor } from '../../peers/sign-in.ts';

const nobody = 65_534;
const million = 1_000_000;

/** A path that takes packets of 1,280 bytes and drops longer ones, both ways, without a word to anybody. */
describe.skipIf(missingForPeers() !== null).for([
  { by: 'TLS alone', dtls: false },
  { by: 'DTLS', dtls: true },
])('the system tunnel by $by, over a path that drops long packets', { timeout: 90_000 }, ({ dtls }) => {
  let lab: Ocserv;
  let helper: HelperProcess;
  beforeAll(async () => {
    lab = await startOcserv({ client: true, everything: true, ipv6: true, dtls });
    if (!lab.client) throw new Error('no client namespace');
    helper = await HelperProcess.start(lab.client, { lab });
    await lab.dropLong(1280);
  });
  afterAll(async () => {
    await helper.stop();
    await lab.stop();
  });

  test('the system tunnel carries a million bytes each way, in either family, over a path that drops long packets', async () => {
    const { client } = lab;
    if (!client) throw new Error('no client namespace');
    const app = await ClientProcess.start({ namespace: client, uid: nobody });
    onTestFinished(() => app.kill());
    await app.connect(
      { ...profileOf(lab), connectTo: [], tunnel: 'system' },
      await grantFor(lab, 'alice', 'client'),
      helper.socket('nobody'),
    );
    await app.reach('connected');
    const curl = (...args: string[]): Promise<string> =>
      client.run('/usr/bin/curl', ['-sS', '--max-time', '15', '-o', '/dev/null', ...args]);
    for (const host of ['10.60.0.80', '[fd60::80]']) {
      expect(await curl('-w', '%{size_download}', `http://${host}/bytes/${million}`)).toBe(String(million));
      const sent = [
        '-c',
        `head -c ${million} /dev/zero | curl -sS --max-time 15 -o /dev/null -w '%{size_upload}' --data-binary @- -g http://${host}/`,
      ];
      expect(await client.run('/bin/sh', sent)).toBe(String(million));
    }
    await app.disconnect();
    await app.reach('idle');
  });

  test('the app tunnel carries a million bytes over a path that drops long packets', async () => {
    const { client } = lab;
    if (!client) throw new Error('no client namespace');
    const folder = await cliFolder();
    const file = join(folder, 'campus.causeway');
    writeFileSync(file, JSON.stringify({ ...profileOf(lab), connectTo: undefined }));
    const { password } = lab.addUser({ name: 'by-app' });
    const answers = await answersFile(folder, { user: 'by-app', password, passcode: lab.codeFor('by-app') });
    const args = ['--answers', answers, '--app-tunnel', '0', '--show-secret', '--user-data-dir', folder];
    const run = startWithin(client.inside, 'connect', file, ...args);
    await run.until('state', ({ state }) => state === 'connected');
    const proxy = run.events().find((event) => event.event === 'proxy');
    if (proxy?.event !== 'proxy') throw new Error('no proxy');
    const by = ['-x', `http://${proxy.address.replace(/^http:\/\//, '')}`, '-U', `${proxy.user}:${proxy.secret ?? ''}`, '-p'];
    const curl = ['-sS', '--max-time', '15', '-o', '/dev/null', ...by, '-w', '%{size_download}', `http://10.60.0.80/bytes/${million}`];
    expect(await client.run('/usr/bin/curl', curl)).toBe(String(million));
    // Packets go by UDP where the gateway offers it
    const users = JSON.stringify(await lab.occtl('show', 'user', 'by-app'));
    expect(/"DTLS cipher": ?"\(DTLS/.test(users), users).toBe(dtls);
    run.interrupt();
    expect(await run.exit).toBe(0);
  });

  test('doctor reports a path for short packets only, and not one that takes long packets', async () => {
    const { client } = lab;
    if (!client) throw new Error('no client namespace');
    const folder = await cliFolder();
    const file = join(folder, 'campus.causeway');
    writeFileSync(file, JSON.stringify({ ...profileOf(lab), connectTo: undefined }));
    const checks = async (): Promise<unknown[]> => {
      const doctor = startWithin(client.inside, 'doctor', file, '--user-data-dir', folder);
      await doctor.exit;
      return doctor.events().filter((event) => event.event === 'check' && ['gateway', 'path'].includes(event.check));
    };
    const fine = { check: 'gateway', result: 'ok' };
    expect(await checks()).toMatchObject([
      fine,
      { check: 'path', result: 'attention', says: expect.stringContaining(lab.host) as unknown },
    ]);
    onTestFinished(() => lab.dropLong(1280));
    await lab.takeLong();
    expect(await checks()).toMatchObject([fine]);
    expect(await checks()).toHaveLength(1);
  });
});
