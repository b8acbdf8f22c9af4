import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PageKeeper } from '../../../electron/app/ports.ts';
import { applyManagedProfiles } from '../../../electron/app/profiles/managed-profiles.ts';
import type { GatewayDriver } from '../../../electron/gateways/gateway.ts';
import { PageSignInFiles, type Encryption } from '../../../electron/storage/page-sign-ins.ts';
import { Secrets } from '../../../electron/storage/secrets.ts';
import { onAbort } from '../../../shared/abort.ts';
import { fail } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import { fixedPolicy } from '../../support/policy.ts';
import { startApp, when, type AppRun, type AppRunOptions } from '../../support/app.ts';
import { otherProfile } from '../../support/other-gateway.ts';
import { testEncryption } from '../../support/encryption.ts';
import { deviceCookie } from '../../support/kept-cookie.ts';

/** The person's choice to keep the sign-in on the campus's page, and everything that forgets it. */

const campus: Profile = {
  ...otherProfile,
  protocol: 'campus',
  tunnel: 'relay',
  id: 'campus',
  name: 'Campus Test University',
  browser: { hosts: ['idp.campus.test'], keep: true },
};
const college: Profile = { ...campus, id: 'college', name: 'Harbour College' };
const canary = 'trusted-device-canary-51c0';
const cookie = deviceCookie(canary, Date.now());
let pagesOpened = 0;
/** A sign-in that stays on the page. */
const driver: GatewayDriver = {
  async signIn(_target, ask, signal) {
    await ask({ kind: 'browser', host: 'idp.campus.test', where: 'window' }, { signal });
    // The page opens by itself after Connect
    pagesOpened += 1;
    return new Promise((_resolve, reject) => void onAbort(signal, () => reject(fail('cancelled'))));
  },
  resume: () => Promise.reject(fail('internal')),
};
const drivers = { campus: driver };

let run: AppRun | null = null;
afterEach(async () => {
  await run?.close();
  run = null;
});

async function start(options: AppRunOptions = {}, profiles: readonly Profile[] = [campus, college]): Promise<AppRun> {
  run = await startApp(profiles, { drivers, encryption: testEncryption(), ...options });
  return run;
}

/** Connects up to the page's question, and returns what the page would get. */
async function onPage({ app }: AppRun, profileId = campus.id): Promise<PageKeeper | null> {
  const before = pagesOpened;
  await app.verbs.connect({ profileId });
  await vi.waitFor(() => expect(pagesOpened).toBe(before + 1), { timeout: 10_000 });
  return app.pageKeeper();
}
const offered = ({ app }: AppRun) => when(app, ({ keepPage }) => keepPage.offered);
const files = async ({ directory }: AppRun): Promise<string[]> => (await readdir(directory)).filter((name) => name.startsWith('page-'));

/** Ticks, signs in on the page once, and ends the attempt. */
async function keepOnce(at: AppRun, profileId = campus.id): Promise<void> {
  const keeper = await onPage(at, profileId);
  await offered(at);
  await at.app.verbs.keepPageSignIn({ keep: true });
  await keeper?.keep({ kept: [cookie], tooMany: [] });
  await at.app.verbs.disconnect(undefined);
  await when(at.app, ({ access }) => access.kind === 'idle');
}

describe('keeping the sign-in on a campus’s page', () => {
  it('keeping the page’s sign-in is offered at Connect; what the person ticked is kept after a sign-in that worked, and restored at the next attempt', async () => {
    const at = await start();
    expect(at.app.state.keepPage).toEqual({ offered: false, wanted: false, why: null, where: 'page' });
    const first = await onPage(at);
    await offered(at);
    expect(await first?.read()).toEqual([]);
    await first?.keep({ kept: [cookie], tooMany: [] });
    expect(await files(at)).toEqual([]);

    await at.app.verbs.keepPageSignIn({ keep: true });
    expect(at.app.state.keepPage.wanted).toBe(true);
    await first?.keep({ kept: [cookie], tooMany: [] });
    expect(at.app.state.pageSignIns).toMatchObject([{ profileId: 'campus', usedAt: expect.closeTo(Date.now(), -5) as number }]);
    await at.app.verbs.disconnect(undefined);
    await when(at.app, ({ access }) => access.kind === 'idle');

    expect(await (await onPage(at))?.read()).toEqual([cookie]);
    await at.app.verbs.disconnect(undefined);
    await when(at.app, ({ access }) => access.kind === 'idle');
    // The other campus has nothing of it
    expect(await (await onPage(at, college.id))?.read()).toEqual([]);
    expect(at.app.state.keepPage.wanted).toBe(false);
  });

  it('a kept cookie’s value is in no state, log or setting', async () => {
    const at = await start();
    const states: string[] = [];
    at.app.onState((state) => states.push(JSON.stringify(state)));
    await keepOnce(at);
    const everywhere = [...states, ...at.log, await readFile(join(at.directory, 'settings.json'), 'utf8')].join();
    for (const form of [canary, Buffer.from(canary).toString('base64').slice(0, 30)]) expect(everywhere).not.toContain(form);
    expect(await readFile(join(at.directory, 'page-sign-in-campus.json'), 'utf8')).not.toContain(canary);
  });

  it.each([
    ['the profile does not allow it', {}, { hosts: ['idp.campus.test'] }],
    ['policy forbids it', { policy: fixedPolicy({ keepPageSignIns: false }) }, campus.browser],
  ] as const)('no page sign-in is offered, read or written if %s', async (_why, options, browser) => {
    const at = await start(options, [{ ...campus, ...(browser && { browser: { ...browser, hosts: [...browser.hosts] } }) }]);
    expect(await onPage(at)).toBeNull();
    expect(at.app.state.keepPage).toEqual({ offered: false, wanted: false, why: null, where: 'page' });
    await expect(at.app.verbs.keepPageSignIn({ keep: true })).rejects.toMatchObject({ failure: { code: 'not-now' } });
    expect(at.settings.get().keptPages).toEqual([]);
  });

  it('a computer that does not encrypt offers no kept page sign-in, says why, and leaves an earlier file alone', async () => {
    let isAvailable = true;
    const at = await start({ encryption: testEncryption(() => Promise.resolve(isAvailable)) });
    await keepOnce(at);
    isAvailable = false;
    const keeper = await onPage(at);
    await when(at.app, ({ keepPage }) => keepPage.why !== null);
    expect(at.app.state.keepPage).toEqual({ offered: false, wanted: false, why: 'no-encryption', where: 'page' });
    expect(await keeper?.read()).toEqual([]);
    await keeper?.keep({ kept: [], tooMany: [] });
    await expect(at.app.verbs.keepPageSignIn({ keep: true })).rejects.toMatchObject({ failure: { code: 'not-now' } });
    isAvailable = true;
    expect(await keeper?.read()).toEqual([cookie]);
  });

  it('the choice to keep the page’s sign-in is on our Sign in screen if that fills in the page', async () => {
    const at = await start({}, [{ ...campus, browser: { hosts: ['idp.campus.test'], keep: true, form: 'adfs' } }]);
    expect(at.app.state.keepPage.where).toBe('form');
  });

  it('a kept page sign-in that cannot be read is removed and reported with the campus’s name, and the person’s choice stays', async () => {
    const at = await start();
    await keepOnce(at);
    await writeFile(join(at.directory, 'page-sign-in-campus.json'), '{"version":1}');
    const keeper = await onPage(at);
    expect(await keeper?.read()).toEqual([]);
    expect(at.app.state.notices.map(({ failure }) => failure)).toMatchObject([
      { code: 'page-sign-in-damaged', params: { campus: 'Campus Test University' } },
    ]);
    expect(await files(at)).toEqual([]);
    expect(at.app.state.keepPage.wanted).toBe(true);
  });

  it('a page that removes all its cookies leaves no file', async () => {
    const at = await start();
    await keepOnce(at);
    await (await onPage(at))?.keep({ kept: [], tooMany: [] });
    expect(await files(at)).toEqual([]);
    expect(at.app.state.pageSignIns).toEqual([]);
    expect(at.app.state.keepPage.wanted).toBe(true);
  });

  it('a page sign-in that cannot be written is reported, and so is a site with too many cookies', async () => {
    const encryption: Encryption = { ...testEncryption(), encrypt: () => Promise.reject(new Error('no key')) };
    const at = await start({ encryption });
    const keeper = await onPage(at);
    await offered(at);
    await at.app.verbs.keepPageSignIn({ keep: true });
    await keeper?.keep({ kept: [cookie], tooMany: ['.bomb.test'] });
    expect(at.app.state.notices.map(({ failure }) => failure)).toMatchObject([
      { code: 'page-sign-in-not-kept', params: { campus: 'Campus Test University' } },
      { code: 'page-sign-in-too-many', params: { host: 'bomb.test' } },
    ]);
    expect(await files(at)).toEqual([]);
  });
});

describe('forgetting a kept page sign-in', () => {
  it.each([
    ['by Forget in Settings', (at: AppRun) => at.app.verbs.forgetPageSignIn({ profileId: campus.id })],
    ['when the person unticks it', (at: AppRun) => at.app.verbs.keepPageSignIn({ keep: false })],
    ['when the saved sign-in is forgotten', (at: AppRun) => at.app.verbs.forgetSignIn(undefined)],
    ['when the campus is removed', (at: AppRun) => at.app.verbs.removeProfile({ profileId: campus.id })],
    [
      'when a profile of the same id leads elsewhere',
      async (at: AppRun) => {
        at.desktop.file = { name: 'campus.causeway', text: JSON.stringify({ ...campus, gateways: ['evil.test'] }) };
        await at.app.verbs.previewFile(undefined);
        await at.app.verbs.acceptPreview(undefined);
      },
    ],
  ] as const)('a kept page sign-in is forgotten %s, and another campus’s stays', async (_how, forget) => {
    const at = await start();
    await keepOnce(at, college.id);
    await keepOnce(at);
    expect(await files(at)).toEqual(['page-sign-in-campus.json', 'page-sign-in-college.json']);
    await forget(at);
    expect(await files(at)).toEqual(['page-sign-in-college.json']);
    expect(at.app.state.pageSignIns.map(({ profileId }) => profileId)).toEqual(['college']);
    expect(at.settings.get().keptPages).toEqual(['college']);
    if (!at.app.state.profiles.some(({ id }) => id === campus.id)) return;
    const keeper = await onPage(at);
    expect(await keeper?.read()).toEqual([]);
    // And is not kept again unless the person ticks it
    await keeper?.keep({ kept: [cookie], tooMany: [] });
    expect(await files(at)).toEqual(['page-sign-in-college.json']);
  });

  it('Disconnect keeps a kept page sign-in', async () => {
    const at = await start();
    await keepOnce(at);
    await onPage(at);
    await at.app.verbs.disconnect(undefined);
    expect(await files(at)).toEqual(['page-sign-in-campus.json']);
  });

  it('a page sign-in that is forgotten while the page is open stays forgotten when the page closes', async () => {
    const at = await start();
    await keepOnce(at);
    const keeper = await onPage(at);
    await at.app.verbs.forgetPageSignIn({ profileId: campus.id });
    await keeper?.keep({ kept: [cookie], tooMany: [] });
    expect(await files(at)).toEqual([]);
  });

  const stranded = [
    ['policy forbids it', { policy: fixedPolicy({ keepPageSignIns: false }) }, (profiles: Profile[]) => profiles],
    ['the profile no longer allows it', {}, () => [{ ...campus, browser: { hosts: ['idp.campus.test'] } }, college]],
    ['the campus is gone', {}, () => [college]],
  ] as const;
  it.each(stranded)('a kept page sign-in is removed at the next start if %s', async (_why, options, change) => {
    const at = await start();
    await keepOnce(at);
    await at.app.shutdown();
    const next = await startApp(change([campus, college]), { drivers, encryption: testEncryption(), ...options, directory: at.directory });
    await next.app.shutdown();
    expect(await files(at)).toEqual([]);
    expect(next.settings.get().keptPages).toEqual([]);
  });

  it('a kept page sign-in is removed at the next start if IT’s profile now leads elsewhere', async () => {
    const at = await start();
    await keepOnce(at);
    const elsewhere = { ...campus, gateways: ['vpn2.campus.test'] };
    const secrets = new Secrets(() => Promise.resolve(at.keytar));
    await applyManagedProfiles(at.settings, [elsewhere], { secrets, tell: ({ code }) => expect.fail(code) });
    const again = await startApp([elsewhere, college], { drivers, encryption: testEncryption(), directory: at.directory });
    await again.app.shutdown();
    expect(await files(at)).toEqual([]);
    expect(new PageSignInFiles(at.directory).all.size).toBe(0);
  });
});
