import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startCampus, type CampusOptions } from '../../../campus/campus.ts';
import { withClockGap } from '../../../electron/access/clock-gap.ts';
import { codeOf, credentials, proceed, student } from '../../support/access.ts';
import { kit } from '../../support/campus/campus-services.ts';
import { promptOf, startAppBench, when, type AppBench } from '../../support/app.ts';
import { removeFolder } from '../../support/folders.ts';

const hour = 3_600_000;
const clocks = { campus: 0, computer: 0 };
const ourNow = (): number => Date.now() + clocks.computer;

let bench: AppBench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
  clocks.campus = clocks.computer = 0;
});

/** Both clocks in hand, and a computer that notices only by its own clock that it was set. */
const open = async (options: CampusOptions = {}): Promise<AppBench> =>
  (bench = await startAppBench(
    { ...options, now: () => Date.now() + clocks.campus },
    { now: ourNow, environmentOf: (hand) => withClockGap(hand, ourNow) },
  ));

async function signIn({ app, campus }: AppBench): Promise<void> {
  await app.verbs.connect({ profileId: campus.profile.id });
  const { promptId: notice } = await when(app, promptOf('notice'));
  await app.verbs.answer({ promptId: notice, answer: proceed, remember: false });
  const { promptId: name } = await when(app, promptOf('credentials'));
  await app.verbs.answer({ promptId: name, answer: credentials(student.userId, student.password), remember: false });
  const { promptId: factor } = await when(app, promptOf('second-factor'));
  await app.verbs.answer({ promptId: factor, answer: { kind: 'second-factor-passcode', passcode: codeOf(campus) }, remember: false });
  await when(app, ({ access }) => access.kind === 'connected');
}

/** By how many seconds the time left on our screen differs from the campus's own. */
const wrongBy = ({ app, campus }: AppBench): number => {
  const { access } = app.state;
  const [session] = campus.records.sessions();
  if (access.kind !== 'connected' || !session) return Number.NaN;
  return Math.abs(Number(access.expiresAt) - clocks.computer - (session.expiresAt - clocks.campus)) / 1_000;
};
const kindsOf = ({ app }: AppBench): string[] => {
  const kinds: string[] = [];
  app.onState(({ access }) => kinds.push(access.kind === 'connected' && access.expiring ? 'expiring' : access.kind));
  return kinds;
};
const ending = ({ app }: AppBench) => (app.state.access.kind === 'idle' ? app.state.access.ending?.code : undefined);

describe.each([
  ['an hour ahead', hour],
  ['an hour behind', -hour],
])('a computer whose clock is %s', (_name, offset) => {
  test('a wrong clock does not change the session’s time left, and causes no early warning', async () => {
    const b = await open();
    clocks.computer = offset;
    await signIn(b);
    expect(wrongBy(b)).toBeLessThan(2);
    expect(b.app.state.access).toMatchObject({ kind: 'connected', expiring: false });
  });

  test('a wrong clock does not shorten the recovery passcode or the one-time portal sign-in', async () => {
    const b = await open();
    clocks.computer = offset;
    await b.app.verbs.startTask({ task: 'lost-phone' });
    await b.app.verbs.recoveryPasscode(kit);
    const left = (b.app.state.heldPasscode?.expiresAt ?? 0) - ourNow();
    expect(Math.abs(left - hour)).toBeLessThan(10_000);
    await b.app.verbs.recoveryContinue(undefined);
    const { promptId: notice } = await when(b.app, promptOf('notice'));
    await b.app.verbs.answer({ promptId: notice, answer: proceed, remember: false });
    await expect.poll(() => b.desktop.visits.length).toBe(1);
    const good = (b.desktop.visits[0]?.signIn?.expiresAt ?? 0) - ourNow();
    expect(good).toBeGreaterThan(30_000);
    expect(good).toBeLessThan(70_000);
  });
});

test.each([
  ['ahead', 3 * hour],
  ['ahead past the end', 9 * hour],
  ['back', -3 * hour],
])('setting the computer’s clock %s while connected ends nothing, warns of nothing, and corrects the time left', async (_n, jump) => {
  const b = await open();
  await signIn(b);
  const since = b.app.state.access.kind === 'connected' ? b.app.state.access.since : 0;
  const kinds = kindsOf(b);
  clocks.computer += jump;
  await expect.poll(() => wrongBy(b), { timeout: 10_000 }).toBeLessThan(2);
  expect(new Set(kinds)).toEqual(new Set(['connected']));
  const { access } = b.app.state;
  expect(access.kind === 'connected' && Math.abs(access.since - since - jump) < 2_000).toBe(true);
});

test.each([
  ['ahead', 2 * hour],
  ['back', -2 * hour],
])('setting the campus’s clock %s keeps the campus’s time left and the session’s beginning', async (_n, jump) => {
  const b = await open();
  await signIn(b);
  const since = b.app.state.access.kind === 'connected' ? b.app.state.access.since : 0;
  // Not beyond the idle time, which is the campus's own affair
  for (let moved = 0; moved < Math.abs(jump); moved += hour / 2) {
    clocks.campus += (Math.sign(jump) * hour) / 2;
    b.campus.services.sessions.touch(b.campus.records.sessions()[0]?.id ?? '');
  }
  b.environment.networkChange();
  await expect.poll(() => wrongBy(b), { timeout: 10_000 }).toBeLessThan(2);
  expect(b.app.state.access).toMatchObject({ kind: 'connected', since });
});

describe('asleep past the session’s end', () => {
  test('a session that expired during sleep is reported as expired after one try, if the gateway answers', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'causeway-clocks-'));
    const b = await open({ dataDirectory });
    await signIn(b);
    b.environment.suspend();
    const { port } = b.campus;
    await b.campus.stop();
    await when(b.app, ({ access }) => access.kind === 'reconnecting');
    const back = await startCampus({ dataDirectory, port, now: () => Date.now() + clocks.campus });
    clocks.campus += 9 * hour;
    clocks.computer += 9 * hour;
    const kinds = kindsOf(b);
    b.environment.resume();
    await when(b.app, ({ access }) => access.kind === 'idle');
    expect(ending(b)).toBe('session-expired');
    expect(kinds).not.toContain('connected');
    expect(kinds.filter((kind) => kind === 'reconnecting').length).toBeLessThanOrEqual(2);
    await back.stop();
    await removeFolder(dataDirectory);
  });

  test('a session that expired during sleep is reported as expired without further tries, if the gateway does not answer', async () => {
    const b = await open();
    await signIn(b);
    b.environment.suspend();
    await b.campus.stop();
    await when(b.app, ({ access }) => access.kind === 'reconnecting');
    clocks.computer += 9 * hour;
    b.environment.resume();
    await when(b.app, ({ access }) => access.kind === 'idle');
    expect(ending(b)).toBe('session-expired');
  });
});

test('a clock set past the end during sleep does not end the session: the gateway’s time counts', async () => {
  const b = await open();
  await signIn(b);
  b.environment.suspend();
  const [session] = b.campus.records.sessions();
  clocks.computer += 9 * hour;
  b.environment.resume();
  await expect.poll(() => wrongBy(b), { timeout: 10_000 }).toBeLessThan(2);
  expect(b.campus.records.sessions().map(({ id }) => id)).toEqual([session?.id]);
});
