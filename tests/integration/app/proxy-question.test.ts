import { afterEach, describe, expect, test } from 'vitest';
import { startCampus, type Campus } from '../../../campus/campus.ts';
import { Proxies } from '../../../electron/net/proxy/lookup.ts';
import type { WebProxy } from '../../../electron/net/endpoint.ts';
import type { AppState } from '../../../shared/app-state.ts';
import { startProxy, type TestProxy } from '../../peers/proxies.ts';
import { promptOf, startApp, when, type AppRun } from '../../support/app.ts';

/** A campus that only a web proxy with a sign-in leads to: on the way to its recovery site and to its profile nobody is signing in to a gateway. */

const guest = { user: 'guest', password: 'let me through' };
let campus: Campus;
let proxy: TestProxy;
let run: AppRun;
afterEach(async () => {
  await run.close();
  await proxy.stop();
  await campus.stop();
});

async function begin(kind: WebProxy['kind'], withProfile = true): Promise<void> {
  campus = await startCampus();
  const routes = Object.fromEntries(
    (campus.profile.connectTo ?? []).map(({ host, port, loopbackPort }) => [`${host}:${port}`, loopbackPort] as const),
  );
  proxy = await startProxy({ kind, routes: { ...routes, [address()]: campus.port }, signIn: guest });
  const place: WebProxy = { kind, host: proxy.via.host, port: proxy.via.port };
  const rest = { ...campus.profile };
  delete rest.connectTo;
  delete rest.onCampus;
  run = await startApp(withProfile ? [rest] : [], { proxies: new Proxies(() => Promise.resolve(place)) });
}

const question = (): Promise<NonNullable<AppState['proxyQuestion']>> => when(run.app, ({ proxyQuestion }) => proxyQuestion);
const lose = (): Promise<void> => run.app.verbs.startTask({ task: 'lost-phone' });
/** Where the campus publishes its profile. */
const address = (): string => `campus.test:${campus.port}`;

describe.each(['http', 'socks5'] as const)('a proxy that speaks %s and wants a sign-in', (kind) => {
  test('a proxy’s question comes before the recovery site, again after a wrong password, and then not for the gateway either', async () => {
    await begin(kind);
    const { app, log } = run;
    const opening = lose();
    const first = await question();
    expect(first).toMatchObject({ host: `${proxy.via.host}:${proxy.via.port}`, failure: null });
    await app.verbs.answerProxy({ id: first.id, signIn: { user: 'guest', password: 'wrong' } });
    const second = await when(app, ({ proxyQuestion }) => (proxyQuestion && proxyQuestion.id !== first.id ? proxyQuestion : null));
    expect(second.failure?.code).toBe('proxy-rejected');
    // A double click is not the next one's answer
    await expect(app.verbs.answerProxy({ id: first.id, signIn: guest })).rejects.toMatchObject({ failure: { code: 'not-now' } });
    await app.verbs.answerProxy({ id: second.id, signIn: guest });
    await opening;
    expect(app.state.recovery.step).toBe('identity');
    expect(app.state.proxyQuestion).toBeNull();
    expect([JSON.stringify(app.state), ...log].join()).not.toContain(guest.password);

    await app.verbs.recoveryBack(undefined);
    await app.verbs.connect({ profileId: campus.profile.id });
    await when(app, promptOf('notice'));
  });

  test('a proxy’s question comes before a campus’s profile, and the certificate is asked about as usual', async () => {
    await begin(kind, false);
    const { app } = run;
    const looking = app.verbs.previewAddress({ address: address() });
    await app.verbs.answerProxy({ id: (await question()).id, signIn: guest });
    await looking;
    expect(app.state.confirmation?.kind).toBe('certificate');
    await app.verbs.confirm({ yes: true });
    expect(app.state.preview?.profile.id).toBe(campus.profile.id);
    expect(new Set(proxy.asked)).toEqual(new Set([address()]));
  });
});

describe('who leaves the question', () => {
  test('declining a proxy’s question returns to where the person was, and they may begin again', async () => {
    await begin('http');
    const { app } = run;
    const opening = lose();
    await app.verbs.answerProxy({ id: (await question()).id, signIn: null });
    await opening;
    expect(app.state).toMatchObject({ recovery: { step: 'closed' }, task: null, proxyQuestion: null });
    const again = lose();
    await app.verbs.answerProxy({ id: (await question()).id, signIn: guest });
    await again;
    expect(app.state.recovery.step).toBe('identity');
  });

  test('declining a proxy’s question reports no failed profile', async () => {
    await begin('http', false);
    const { app } = run;
    const looking = app.verbs.previewAddress({ address: address() });
    await app.verbs.answerProxy({ id: (await question()).id, signIn: null });
    await looking;
    expect(app.state).toMatchObject({ preview: null, confirmation: null, notices: [] });
  });

  test('leaving the task or the app withdraws a proxy’s question', async () => {
    await begin('http');
    const { app } = run;
    const opening = lose();
    await question();
    await app.verbs.leaveTask(undefined);
    await opening;
    expect(app.state.proxyQuestion).toBeNull();
    const looking = app.verbs.previewAddress({ address: address() });
    await question();
    await app.shutdown();
    await looking;
    expect(app.state.proxyQuestion).toBeNull();
  });
});
