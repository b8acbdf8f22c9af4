import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AlwaysConnect, type AlwaysConnectDeps } from '../../../electron/app/always-connect/always-connect.ts';
import {
  decide,
  longestWaitMs,
  meaningOf,
  pauseMs,
  waitMs,
  type Decision,
  type Situation,
} from '../../../electron/app/always-connect/decision.ts';
import type { AccessState } from '../../../shared/access-state.ts';
import { fail } from '../../../shared/failure.ts';
import type { FailureCode } from '../../../shared/failure-catalogue.ts';
import { accessStates } from '../../support/app-state.ts';
import { handEnvironment } from '../../support/hand-environment.ts';

const ready: Situation = {
  isWanted: true,
  hasCampus: true,
  isAtRest: true,
  isAsking: false,
  isBusy: false,
  isSuspended: false,
  pausedUntil: null,
  isStopped: false,
  nextTryAt: 0,
  round: 3,
  now: 1_000,
};
const connect: Decision = { connect: true };

test.each<[string, Partial<Situation>, Decision | string]>([
  ['it connects where nothing stands in the way', {}, connect],
  ['nobody wants it', { isWanted: false }, 'off'],
  ['nobody wants it, whatever else is so', { isWanted: false, isAsking: true, pausedUntil: 9_000, isStopped: true }, 'off'],
  ['there is no campus', { hasCampus: false }, 'off'],
  ['there is a session', { isAtRest: false }, 'watching'],
  ['its attempt asks something', { isAtRest: false, isAsking: true }, 'asking'],
  ['the person has disconnected', { pausedUntil: 1_001 }, 'paused'],
  ['the pause is over', { pausedUntil: 1_000 }, connect],
  ['a pause counts more than a failure', { pausedUntil: 1_001, isStopped: true }, 'paused'],
  ['only the person can go on', { isStopped: true, nextTryAt: 0 }, 'stopped'],
  ['another question is open', { isBusy: true }, 'watching'],
  ['the computer is about to sleep', { isSuspended: true }, 'watching'],
  ['the next try is not due', { nextTryAt: 1_001 }, 'waiting'],
  ['the next try is due', { nextTryAt: 1_000 }, connect],
])('what is decided: %s', (_name, change, expected) => {
  const decision = decide({ ...ready, ...change });
  expect(typeof expected === 'string' && !decision.connect ? decision.state.step : decision).toEqual(expected);
});

test.each<[FailureCode | null, boolean, ReturnType<typeof meaningOf>]>([
  [null, false, 'again'],
  [null, true, 'again'],
  ['session-expired', false, 'again'],
  ['ticket-rejected', false, 'again'],
  ['gateway-gone', false, 'again'],
  ['session-revoked', false, 'person'],
  ['session-replaced', false, 'person'],
  ['gateway-unreachable', false, 'later'],
  ['gateway-name-unknown', false, 'later'],
  ['captive-portal', false, 'later'],
  ['gateway-closed', true, 'person'],
  ['sign-in-rejected', false, 'person'],
  ['account-locked', false, 'person'],
  ['system-refused', false, 'person'],
  ['certificate-changed', false, 'person'],
  ['policy-gateways', false, 'person'],
])('the end %s of an attempt (a question open: %s) means: %s', (code, wasAsked, meaning) => {
  expect(meaningOf(code && { code }, wasAsked)).toBe(meaning);
});

test('waits double up to ten minutes, each with up to a third off', () => {
  expect([1, 2, 3, 4].map((tries) => waitMs(tries, () => 0))).toEqual([5_000, 10_000, 20_000, 40_000]);
  for (const tries of [8, 50, 5_000, Number.MAX_SAFE_INTEGER]) {
    expect(waitMs(tries, () => 0)).toBe(longestWaitMs);
    expect(waitMs(tries, () => 1)).toBe((longestWaitMs * 2) / 3);
  }
});

describe('the controller', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000_000 }));
  afterEach(() => void vi.useRealTimers());

  function bench(change: Partial<AlwaysConnectDeps> = {}) {
    const world = { wanted: true, campus: 'one' as string | null, busy: false, onCampus: false };
    let access: AccessState = { kind: 'idle', ending: null };
    const calls: string[] = [];
    const stop = new AbortController();
    const environment = handEnvironment();
    const always: AlwaysConnect = new AlwaysConnect({
      isWanted: () => world.wanted,
      campus: () => world.campus,
      isBusy: () => world.busy,
      access: () => access,
      async connect(profileId) {
        calls.push(profileId);
        always.begin(true);
        go({ kind: 'checking', profileId });
      },
      async end() {
        calls.push('end');
        go({ kind: 'idle', ending: null });
      },
      acknowledge() {
        calls.push('acknowledge');
        access = { kind: 'idle', ending: null };
      },
      isOnCampus: () => Promise.resolve(world.onCampus),
      environment,
      now: Date.now,
      random: () => 0,
      changed: () => always.look(),
      log: () => undefined,
      stop: stop.signal,
      ...change,
    });
    function go(next: AccessState): void {
      access = next;
      always.accessChanged(next);
      always.look();
    }
    /** Time passes, and whatever is due happens. */
    const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
    const ended = (code: FailureCode | null) => go({ kind: 'idle', ending: code && { code } });
    always.look();
    return { always, world, calls, environment, go, ended, pass, stop, idle: () => access };
  }

  test('it tries again after growing waits while the network fails, in silence, and at once on another network', async () => {
    const b = bench();
    await b.pass(0);
    expect(b.calls).toEqual(['one']);
    b.ended('gateway-unreachable');
    expect(b.always.state).toEqual({ step: 'waiting', until: Date.now() + 5_000 });
    // The person sees no failure
    expect([b.calls.at(-1), b.idle()]).toEqual(['acknowledge', { kind: 'idle', ending: null }]);
    await b.pass(4_999);
    expect(b.calls.filter((call) => call === 'one')).toHaveLength(1);
    await b.pass(1);
    expect(b.calls.filter((call) => call === 'one')).toHaveLength(2);
    b.ended('gateway-name-unknown');
    expect(b.always.state).toMatchObject({ until: Date.now() + 10_000 });
    b.environment.networkChange();
    expect(b.always.state).toMatchObject({ step: 'waiting', until: Date.now() + 2_000 });
    await b.pass(2_000);
    b.ended('gateway-silent');
    expect(b.always.state).toMatchObject({ until: Date.now() + 5_000 });
  });

  test('it sleeps with the computer and goes on after the wake, or if the computer did not sleep after all', async () => {
    const b = bench();
    await b.pass(0);
    b.ended('gateway-unreachable');
    b.environment.suspend();
    await b.pass(50_000);
    expect(b.calls.filter((call) => call === 'one')).toHaveLength(1);
    b.environment.resume();
    await b.pass(2_000);
    expect(b.calls.filter((call) => call === 'one')).toHaveLength(2);
    b.ended('gateway-unreachable');
    b.environment.suspend();
    await b.pass(62_000);
    expect(b.calls.filter((call) => call === 'one')).toHaveLength(3);
  });

  test('a person’s Disconnect counts for a day at most, until Resume, or until their next Connect', async () => {
    const b = bench();
    await b.pass(0);
    b.go(accessStates.connected);
    const disconnect = () => {
      b.always.pause();
      b.ended(null);
    };
    disconnect();
    expect(b.always.state).toEqual({ step: 'paused', until: Date.now() + pauseMs });
    b.environment.networkChange();
    await b.pass(pauseMs - 1);
    expect(b.calls).toEqual(['one']);
    await b.pass(1);
    expect(b.calls).toEqual(['one', 'one']);
    disconnect();
    b.always.resume();
    await b.pass(0);
    expect(b.calls).toEqual(['one', 'one', 'one']);
    disconnect();
    b.always.begin(false);
    b.go(accessStates.checking);
    b.ended('gateway-unreachable');
    expect(b.always.state.step).toBe('waiting');
  });

  test('a clock that is set changes no wait for longer than it was', async () => {
    const b = bench();
    await b.pass(0);
    b.go(accessStates.connected);
    b.always.pause();
    b.ended(null);
    vi.setSystemTime(Date.now() - 400 * pauseMs);
    b.always.look();
    expect(b.always.state).toEqual({ step: 'paused', until: Date.now() + pauseMs });
    await b.pass(pauseMs);
    expect(b.calls).toEqual(['one', 'one']);
    b.ended('gateway-unreachable');
    vi.setSystemTime(Date.now() - 400 * pauseMs);
    b.always.look();
    await b.pass(longestWaitMs);
    expect(b.calls.filter((call) => call === 'one')).toHaveLength(3);
    // Ahead: it is due sooner
    b.ended('gateway-unreachable');
    vi.setSystemTime(Date.now() + 400 * pauseMs);
    b.always.look();
    await b.pass(0);
    expect(b.calls.filter((call) => call === 'one')).toHaveLength(4);
  });

  test('a failure that needs the person stops it; another network helps only if nobody had answered anything', async () => {
    const b = bench();
    await b.pass(0);
    b.ended('certificate-untrusted');
    expect(b.always.state).toEqual({ step: 'stopped', round: 2 });
    await b.pass(pauseMs);
    expect(b.calls).toEqual(['one']);
    b.environment.networkChange();
    await b.pass(2_000);
    expect(b.calls).toEqual(['one', 'one']);
    b.go(accessStates.asking);
    b.always.answered();
    b.ended('sign-in-rejected');
    expect(b.always.state).toEqual({ step: 'stopped', round: 3 });
    b.environment.networkChange();
    b.environment.resume();
    await b.pass(pauseMs);
    expect(b.calls).toEqual(['one', 'one']);
    b.always.resume();
    await b.pass(0);
    expect(b.calls).toEqual(['one', 'one', 'one']);
  });

  test('a question that nobody answers is not asked again and again', async () => {
    const b = bench();
    await b.pass(0);
    b.go(accessStates.asking);
    expect(b.always.state).toEqual({ step: 'asking', round: 2 });
    expect(b.always.isHandsOff).toBe(true);
    b.ended('gateway-closed');
    // The same round: the notification is not shown again
    expect(b.always.state).toEqual({ step: 'stopped', round: 2 });
    await b.pass(pauseMs);
    expect(b.calls).toEqual(['one', 'acknowledge']);
  });

  test('a question is left when the computer comes on campus, unless the person has answered it', async () => {
    const b = bench();
    await b.pass(0);
    b.go(accessStates.asking);
    b.environment.networkChange();
    await b.pass(0);
    expect(b.calls).toEqual(['one']);
    b.world.onCampus = true;
    b.environment.networkChange();
    await b.pass(2_000);
    expect(b.calls).toEqual(['one', 'end', 'one']);
    b.go(accessStates.asking);
    b.always.answered();
    b.environment.networkChange();
    await b.pass(60_000);
    expect(b.calls).toEqual(['one', 'end', 'one']);
  });

  test('however often the network changes during a question, one look for the campus is under way, and the last one counts', async () => {
    const looks: { signal: AbortSignal; found: (onCampus: boolean) => void }[] = [];
    const isOnCampus = (_campus: string, signal: AbortSignal) => new Promise<boolean>((found) => looks.push({ signal, found }));
    const b = bench({ isOnCampus });
    await b.pass(0);
    b.go(accessStates.asking);
    for (let change = 0; change < 50; change += 1) b.environment.networkChange();
    expect(looks.filter(({ signal }) => !signal.aborted)).toHaveLength(1);
    // Found on a network that the computer has left meanwhile
    looks[0]?.found(true);
    await b.pass(0);
    expect(b.calls).toEqual(['one']);
    looks.at(-1)?.found(true);
    await b.pass(0);
    expect(b.calls).toEqual(['one', 'end']);
    b.stop.abort();
    expect(looks.every(({ signal }) => signal.aborted)).toBe(true);
  });

  test('it follows the setting, the campus that was used last, and what else is on the screen', async () => {
    const b = bench();
    b.world.wanted = false;
    b.always.look();
    await b.pass(0);
    b.ended('gateway-unreachable');
    expect(b.always.state).toEqual({ step: 'off' });
    // With no campus: nothing. With two: the last one
    b.calls.length = 0;
    b.world.campus = null;
    b.world.wanted = true;
    b.always.look();
    await b.pass(longestWaitMs);
    expect([b.calls, b.always.state]).toEqual([[], { step: 'off' }]);
    b.world.campus = 'two';
    b.world.busy = true;
    b.always.look();
    await b.pass(longestWaitMs);
    expect(b.calls).toEqual([]);
    b.world.busy = false;
    b.always.look();
    expect(b.calls).toEqual(['two']);
    // The campus is removed meanwhile
    b.world.campus = null;
    b.ended('gateway-unreachable');
    await b.pass(longestWaitMs);
    expect([b.calls, b.always.state]).toEqual([['two', 'acknowledge'], { step: 'off' }]);
  });

  test('an attempt that cannot begin is not begun again and again', async () => {
    const refused = vi.fn(() => Promise.reject(fail('policy-gateways')));
    const b = bench({ connect: refused });
    await b.pass(pauseMs);
    expect(refused).toHaveBeenCalledTimes(1);
    expect(b.always.state.step).toBe('stopped');
  });

  test('it yields to a person’s own Connect, and ends with the app', async () => {
    const b = bench();
    await b.pass(0);
    b.go(accessStates.asking);
    await b.always.yieldTo(async () => {
      b.ended(null);
      await b.pass(60_000);
      expect(b.calls).toEqual(['one']);
      b.always.begin(false);
      b.go(accessStates.checking);
    });
    expect(b.always.isHandsOff).toBe(false);
    b.ended('gateway-unreachable');
    b.stop.abort();
    b.environment.networkChange();
    await b.pass(pauseMs);
    expect(b.calls).toEqual(['one']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
