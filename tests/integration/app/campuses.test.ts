import https from 'node:https';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { readCampus, type ShippedCampus } from '../../../electron/storage/campuses.ts';
import { fixedPolicy } from '../../support/policy.ts';
import { startApp, type AppRun, type AppRunOptions } from '../../support/app.ts';
import { issue } from '../../support/issuer.ts';
import { listen } from '../../support/servers.ts';

/** A first run, with the campuses that ship in the app. Nothing here may reach a real campus. */

const macau = readCampus(readFileSync(join(import.meta.dirname, '../../../campuses/um.edu.mo.json'), 'utf8'));
const other: ShippedCampus = {
  ...macau,
  names: ['University of Harbour'],
  domains: ['harbour.test'],
  read: { profile: { ...macau.read.profile, id: 'harbour', name: 'University of Harbour' }, dropped: [] },
};

let run: AppRun;
const open = async (options: AppRunOptions = {}): Promise<AppRun> => (run = await startApp([], { campuses: [macau, other], ...options }));
afterEach(() => run.close());

/** What this computer's servers are asked for, on names that lead here. */
async function publisher(answer: string): Promise<{ address: string; asked: string[] }> {
  const server = await issue(null, { dns: ['localhost'] });
  const asked: string[] = [];
  const port = await listen(
    https.createServer({ key: server.keyPem, cert: server.pem }, (request, response) => {
      asked.push(`${request.headers.host ?? ''}${request.url ?? ''} ${JSON.stringify(request.rawHeaders)}`);
      response.end(answer);
    }),
  );
  return { address: `localhost:${port}`, asked };
}

test.each(['University of Macau', '澳門大學', 'Universidade de Macau', 'um', 'um.edu.mo', 'mei@um.edu.mo', 'mei@connect.um.edu.mo'])(
  '%s shows the preview of the campus at once, and adds nothing without a yes',
  async (typed) => {
    const { app, settings } = await open();
    expect(await app.verbs.previewAddress({ address: typed })).toEqual({ campuses: [] });
    expect(app.state.preview).toMatchObject({
      profile: { id: 'um-edu-mo', name: 'University of Macau' },
      source: '',
      shipped: { domain: 'um.edu.mo', lastRead: '2026-11-29', signedIn: null },
      replaces: null,
      dropped: [],
    });
    expect(app.state.preview?.shipped?.from).toContain('https://faq.icto.um.edu.mo/how-do-i-reactivate-2fa-service-in-my-new-mobile');
    expect(settings.get().profiles).toEqual([]);
    await app.verbs.declinePreview(undefined);
    expect(settings.get().profiles).toEqual([]);
    await app.verbs.previewAddress({ address: typed });
    await app.verbs.acceptPreview(undefined);
    expect(settings.get().profiles).toEqual([macau.read.profile]);
    expect(JSON.stringify(settings.get())).not.toContain('mei');
  },
);

test('several campuses are offered to choose from', async () => {
  const { app } = await open();
  const { campuses } = await app.verbs.previewAddress({ address: 'university' });
  expect(campuses).toEqual([
    { id: 'um-edu-mo', name: 'University of Macau', domain: 'um.edu.mo' },
    { id: 'harbour', name: 'University of Harbour', domain: 'harbour.test' },
  ]);
  expect(app.state.preview).toBeNull();
  await app.verbs.previewCampus({ id: 'harbour' });
  expect(app.state.preview?.profile.name).toBe('University of Harbour');
  await expect(app.verbs.previewCampus({ id: 'nowhere' })).rejects.toMatchObject({ failure: { code: 'not-now' } });
});

test.each(['Nowhere College', 'University of Mасau', 'nowhere', 'two words.'])(
  '%j matches no campus, and no host is asked',
  async (typed) => {
    const { app } = await open();
    await expect(app.verbs.previewAddress({ address: typed })).rejects.toMatchObject({
      failure: { code: 'campus-not-found', params: { name: typed } },
    });
  },
);

test('only the domain of an e-mail address at an unknown campus is asked, shown and logged', async () => {
  const { app, log } = await open();
  await expect(app.verbs.previewAddress({ address: 'mei.chan@nowhere.invalid' })).rejects.toMatchObject({
    failure: { code: 'profile-unreachable', params: { address: 'nowhere.invalid' } },
  });
  expect(`${log.join('\n')}${JSON.stringify(app.state)}`).not.toContain('mei.chan');
});

test('the campus’s own profile replaces the one that ships if the person asks for it', async () => {
  const own = { ...macau.read.profile, gateways: ['new-gateway.um.edu.mo'] };
  const { address, asked } = await publisher(JSON.stringify(own));
  const { app, settings } = await open({ campuses: [{ ...macau, domains: [address, 'um.edu.mo'] }] });
  await app.verbs.previewAddress({ address: 'mei@um.edu.mo' });
  expect(asked).toEqual([]);
  await app.verbs.previewPublished(undefined);
  await app.verbs.confirm({ yes: true }); // the certificate of the test's server
  expect(app.state.preview).toMatchObject({ source: address, shipped: null, profile: { gateways: ['new-gateway.um.edu.mo'] } });
  expect(asked.length).toBeGreaterThan(0);
  for (const request of asked) {
    expect(request).toMatch(/^localhost:\d+\/\.well-known\/causeway\.json /);
    expect(request).not.toContain('mei');
  }
  await app.verbs.acceptPreview(undefined);
  expect(settings.get().profiles).toEqual([own]);
  await expect(app.verbs.previewPublished(undefined)).rejects.toMatchObject({ failure: { code: 'not-now' } });
});

test('the preview of a shipped profile stays if the campus publishes none', async () => {
  const { address } = await publisher('<h1>Welcome</h1>');
  const { app } = await open({ campuses: [{ ...macau, domains: [address] }] });
  await app.verbs.previewAddress({ address: 'um' });
  await app.verbs.previewPublished(undefined);
  await expect(app.verbs.confirm({ yes: true })).rejects.toMatchObject({ failure: { code: 'profile-not-found' } });
  expect(app.state.preview?.shipped).not.toBeNull();
});

test('a profile from policy takes precedence over the one that ships', async () => {
  const managed = { ...macau.read.profile, gateways: ['managed.um.edu.mo'] };
  const { app } = await open({ policy: fixedPolicy({ profiles: [managed] }) });
  await expect(app.verbs.previewAddress({ address: 'um.edu.mo' })).rejects.toMatchObject({
    failure: { code: 'campus-managed', params: { campus: 'University of Macau' } },
  });
  expect(app.state.preview).toBeNull();
});

test('10 kB of text and direction marks find no campus, and the search stays fast', async () => {
  const { app } = await open();
  onTestFinished(() => expect(app.state.preview).toBeNull());
  for (const address of ['u'.repeat(10_000), '\u202e'.repeat(10_000), `${'a'.repeat(200)}.${'b'.repeat(9_000)}`])
    await expect(app.verbs.previewAddress({ address })).rejects.toMatchObject({ failure: { code: expect.any(String) as string } });
});
