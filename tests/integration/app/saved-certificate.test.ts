import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { GatewayDriver } from '../../../electron/gateways/gateway.ts';
import type { Answer } from '../../../shared/prompt.ts';
import { startAppBench, promptOf, when, type AppBench } from '../../support/app.ts';
import { campusDriver } from '../../../electron/gateways/campus/driver.ts';
import { codeOf, credentials, proceed, student } from '../../support/access.ts';

/** A gateway that wants a certificate of the person's before its usual questions. */
let shown: Answer[];
let wrong: boolean;
const driver: GatewayDriver = {
  ...campusDriver,
  async signIn(target, ask, signal) {
    const question = { kind: 'client-certificate' as const, host: target.host, wantsPassphrase: false };
    const first = await ask(question, { signal });
    shown.push(first);
    if (wrong) shown.push(await ask({ ...question, failure: { code: 'client-certificate-rejected' } }, { signal }));
    const passphrase = await ask({ ...question, file: 'mine.p12', wantsPassphrase: true }, { signal });
    shown.push(passphrase);
    return campusDriver.signIn(target, ask, signal);
  },
};

let bench: AppBench;
beforeEach(async () => {
  shown = [];
  wrong = false;
  bench = await startAppBench({}, { drivers: { campus: driver } });
});
afterEach(() => bench.close());

async function give(kind: string, answer: Answer): Promise<void> {
  const { promptId } = await when(bench.app, promptOf(kind));
  await bench.app.verbs.answer({ promptId, answer, remember: false });
}
async function rest(): Promise<void> {
  await give('client-certificate', { kind: 'client-certificate', passphrase: 'open sesame' });
  await give('notice', proceed);
  await give('credentials', credentials(student.userId, student.password));
  await give('second-factor', { kind: 'second-factor-passcode', passcode: codeOf(bench.campus) });
  await when(bench.app, ({ access }) => access.kind === 'connected');
}

it('a certificate file’s path is remembered once it has worked, its passphrase never', async () => {
  const { app, campus, settings, directory } = bench;
  await app.verbs.connect({ profileId: campus.profile.id });
  await when(app, promptOf('client-certificate'));
  bench.desktop.certificate = '/home/mei/mine.p12';
  expect(await app.verbs.chooseCertificate(undefined)).toEqual({ file: '/home/mei/mine.p12' });
  await give('client-certificate', { kind: 'client-certificate', file: '/home/mei/mine.p12' });
  expect(settings.get().clientCertificates).toEqual({});
  await rest();
  expect(settings.get().clientCertificates).toEqual({ [campus.profile.id]: '/home/mei/mine.p12' });
  await app.verbs.disconnect(undefined);

  await app.verbs.connect({ profileId: campus.profile.id });
  // Named by itself; the passphrase is asked for
  await when(app, ({ access }) => access.kind === 'asking' && access.prompt.kind === 'client-certificate' && access.prompt.wantsPassphrase);
  expect(shown.at(-1)).toEqual({ kind: 'client-certificate', file: '/home/mei/mine.p12' });
  await app.verbs.disconnect(undefined);
  await app.verbs.removeProfile({ profileId: campus.profile.id });
  expect(settings.get().clientCertificates).toEqual({});
  expect(await readFile(join(directory, 'settings.json'), 'utf8')).not.toContain('sesame');
});

it('a certificate file that did not work is not offered again by itself', async () => {
  const { app, campus, settings } = bench;
  settings.update(() => ({ clientCertificates: { [campus.profile.id]: '/home/mei/old.p12' } }));
  wrong = true;
  await app.verbs.connect({ profileId: campus.profile.id });
  await give('client-certificate', { kind: 'client-certificate', file: '/home/mei/new.p12' });
  await rest();
  expect(shown.slice(0, 2)).toEqual([
    { kind: 'client-certificate', file: '/home/mei/old.p12' },
    { kind: 'client-certificate', file: '/home/mei/new.p12' },
  ]);
  expect(settings.get().clientCertificates).toEqual({ [campus.profile.id]: '/home/mei/new.p12' });
});

it('the certificate dialog opens only while a certificate is asked for', async () => {
  await expect(bench.app.verbs.chooseCertificate(undefined)).rejects.toMatchObject({ failure: { code: 'not-now' } });
});

it('a remembered certificate is not shown to a gateway by always-connect, and is by the person’s own Connect', async () => {
  const { app, campus, settings } = bench;
  settings.update(() => ({ clientCertificates: { [campus.profile.id]: '/home/mei/mine.p12' } }));
  await app.verbs.changePreferences({ alwaysConnect: true });
  await when(app, ({ alwaysConnect }) => alwaysConnect.step === 'asking');
  await when(app, promptOf('client-certificate'));
  expect(shown).toEqual([]);
  await app.verbs.connect({ profileId: campus.profile.id });
  await when(app, ({ access }) => access.kind === 'asking' && access.prompt.kind === 'client-certificate' && access.prompt.wantsPassphrase);
  expect(shown).toEqual([{ kind: 'client-certificate', file: '/home/mei/mine.p12' }]);
});
