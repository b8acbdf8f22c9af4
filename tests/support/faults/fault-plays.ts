import type { ExpectStatic } from 'vitest';
import { failureCatalogue, failureOf, type FailureCode } from '../../../shared/failure.ts';
import type { PromptKind } from '../../../shared/prompt.ts';
import { english } from '../english.ts';
import type { Fault, Onset } from './fault-proxy.ts';
import { when } from '../app.ts';
import type { FaultCell } from './fault-cell.ts';
import { loadPortal, PortalLoad } from '../portal-load.ts';
import { timed } from '../stalls.ts';

export const faults = {
  // These three take longest, so they begin first. Half-open: our messages arrive and the answers do not, so the
  // campus may be a step further than we know
  'half-open': (onset) => ({ kind: 'half-open', direction: 'down', ...onset }),
  // The other way round: none of our messages arrive
  'half-open up': (onset) => ({ kind: 'half-open', direction: 'up', ...onset }),
  'black hole': (onset) => ({ kind: 'black-hole', ...onset }),
  'reset': (onset) => ({ kind: 'reset', ...onset }),
  'close': (onset) => ({ kind: 'close', ...onset }),
  'garbage': (onset) => ({ kind: 'garbage', ...onset }),
  'latency': (onset) => ({ kind: 'latency', ms: 100, ...onset }),
  'thin line': (onset) => ({ kind: 'bandwidth', bytesPerSecond: 32 * 1024, ...onset }),
} as const satisfies Record<string, (onset: { onset?: Onset }) => Fault>;
export type FaultName = keyof typeof faults;

const survivable: readonly FaultName[] = ['latency', 'thin line'];
/** Faults that only a timeout detects. */
const unsaid: readonly FaultName[] = ['half-open', 'half-open up', 'black hole'];
const boundMs = 25_000;

/** Plays a step of a session under a fault, and describes the result in one line. */
type Play = (cell: FaultCell, fault: FaultName, expect: ExpectStatic) => Promise<string>;

const signInSteps = ['TLS', 'upgrade', 'notice', 'credentials', 'second factor', 'passcode', 'push waiting', 'opening the relay'] as const;
type SignInStep = (typeof signInSteps)[number];

/** What the screen says if the sign-in ends at this step. */
function expectedFailure(step: SignInStep, fault: FaultName): FailureCode {
  if (unsaid.includes(fault)) return 'gateway-silent';
  if (fault !== 'garbage') return 'gateway-closed';
  // The relay has its own connection, and its handshake is what breaks
  if (step === 'TLS' || step === 'opening the relay') return 'gateway-not-secure';
  return step === 'upgrade' ? 'gateway-protocol' : 'gateway-closed';
}

/** A fault while signing in: the sign-in either reaches connected, or ends with an explanation and Try again works. */
const signIn =
  (step: SignInStep): Play =>
  async (cell, fault, expect) => {
    const met = await meetFault(cell, step, fault);
    const end = await cell.goOn();
    const took = performance.now() - met.at;
    if (survivable.includes(fault)) {
      expect(end?.kind).toBe('connected');
      return 'connected';
    }
    if (end?.kind !== 'idle') throw new Error(`the sign-in went on: ${String(end?.kind)}`);
    // A gateway that hears nothing drops the client, at about the time when the client gives up
    if (fault === 'half-open up') expect(['gateway-silent', 'gateway-closed']).toContain(end.ending?.code);
    else expect(end.ending?.code).toBe(expectedFailure(step, fault));
    expectWords(end.ending?.code, expect);
    expect(took).toBeLessThan(boundMs);
    // A campus that received the answer and not the sign-out may hold a session, which belongs to this installation
    expect(cell.sessions.length).toBeLessThanOrEqual(1);
    // If nothing of ours arrives, the gateway cannot see that we left
    if (fault !== 'half-open up') await expect.poll(() => cell.line.connections.open).toBe(0);

    await cell.line.set({ kind: 'none' });
    await cell.connect();
    const again = await cell.goOn();
    expect(again?.kind).toBe('connected');
    expect(cell.sessions).toHaveLength(1);
    return `${end.ending?.code ?? ''}${inSeconds(took)}; Try again works`;
  };

/** In the middle of the page. A fault upwards has to stop the request for it. */
const atPage = (fault: FaultName) => ({ onset: { direction: fault === 'half-open up' ? 'up' : 'down', atMessage: 1 } }) as const;
const nextMessage = { onset: { direction: 'up', atMessage: 1 } } as const;
const questions: Partial<Record<SignInStep, PromptKind>> = {
  'notice': 'notice',
  'credentials': 'credentials',
  'second factor': 'second-factor',
  'passcode': 'passcode',
  'push waiting': 'push',
};

/** Goes to the step, breaks the line there and makes the step's gesture. Returns when the line broke, once it has. */
async function meetFault(cell: FaultCell, step: SignInStep, fault: FaultName): Promise<{ at: number }> {
  const met = { at: 0 };
  const spoil = (onset: { onset?: Onset }): Promise<void> => {
    met.at = performance.now();
    return cell.line.set(faults[fault](onset));
  };
  if (step === 'TLS' || step === 'upgrade') {
    // The client's second message ends its handshake. What follows is HTTP
    await spoil({ onset: { direction: 'up', atMessage: step === 'TLS' ? 1 : 2 } });
    await cell.connect();
  } else if (step === 'opening the relay') {
    const off = cell.run.app.onState(({ access }) => {
      if (access.kind !== 'opening') return;
      off();
      void spoil(nextMessage);
    });
    await cell.connect();
  } else {
    await cell.connect();
    await cell.goOn(questions[step]);
    // A push waits for the phone, and the client says nothing
    await spoil(step === 'push waiting' ? {} : nextMessage);
    if (cell.access.kind === 'asking') await cell.answerOpenQuestion(questions[step]);
  }
  return met;
}

/** A fault while connected: the link returns by itself with the same session, and the portal loads. */
const session =
  (step: 'idle' | 'portal loading'): Play =>
  async (cell, fault, expect) => {
    await cell.connect();
    expect((await cell.goOn())?.kind).toBe('connected');
    const { sessions } = cell;
    const load = step === 'portal loading' ? await PortalLoad.open(cell.directProxy, cell.authorityPem) : null;
    await cell.line.set(faults[fault](load ? atPage(fault) : {}));
    const since = performance.now();
    const page = load?.page().then(
      () => 'whole',
      () => 'broken',
    );
    if (survivable.includes(fault)) {
      expect(await page).toBe(load ? 'whole' : undefined);
      expect(await loadPortal(cell.directProxy, cell.authorityPem)).toContain('</html>');
      expect(cell.access.kind).toBe('connected');
      return 'connected';
    }
    const broken = await when(cell.run.app, ({ access }) => access.kind === 'reconnecting' && access, boundMs);
    const took = performance.now() - since;
    expectWords(broken.why.code, expect);
    // The silent portal is noticed at about the moment when the tunnel notices
    expect(['tunnel-dropped', 'gateway-silent']).toContain(broken.why.code);
    // Half a page is neither taken for a page nor waited for
    expect(await page).toBe(load ? 'broken' : undefined);

    await cell.backUp();
    expect(cell.sessions).toEqual(sessions);
    expect(await loadPortal(cell.directProxy, cell.authorityPem)).toContain('</html>');
    return `${broken.why.code}${inSeconds(took)}; reconnects`;
  };

/** A fault between the view and our proxy: the load fails, the session is unaffected, and the next load is complete. */
const view: Play = async (cell, fault, expect) => {
  await cell.connect();
  expect((await cell.goOn())?.kind).toBe('connected');
  const load = await PortalLoad.open(cell.viewProxy, cell.authorityPem);
  await cell.viewLine.set(faults[fault](atPage(fault)));
  let settled = '';
  const page = load.page().then(
    () => (settled = 'whole'),
    () => (settled = 'broken'),
  );
  if (survivable.includes(fault)) expect(await page).toBe('whole');
  else if (unsaid.includes(fault)) {
    // Only the view can give up here. It delays nobody else
    expect(await loadPortal(cell.directProxy, cell.authorityPem)).toContain('</html>');
    expect(settled).toBe('');
    load.close();
    expect(await page).toBe('broken');
  } else expect(await page).toBe('broken');
  expect(cell.access.kind).toBe('connected');
  await cell.viewLine.set({ kind: 'none' });
  expect(await loadPortal(cell.viewProxy, cell.authorityPem)).toContain('</html>');
  return survivable.includes(fault) ? 'connected' : 'page breaks, session stays; loads again';
};

/** A fault when the person extends the session: the failure is shown, and the session returns and accepts the extension then. */
const extend: Play = async (cell, fault, expect) => {
  await cell.connect();
  expect((await cell.goOn())?.kind).toBe('connected');
  const { sessions } = cell;
  await cell.line.set(faults[fault](nextMessage));
  const since = performance.now();
  const outcome = await cell.run.app.verbs.extend(undefined).then(
    () => null,
    (error: unknown) => failureOf(error).code,
  );
  const took = performance.now() - since;
  if (survivable.includes(fault)) {
    expect(outcome).toBeNull();
    return 'extended';
  }
  if (outcome === null) throw new Error('extended over a line that is gone');
  expectWords(outcome, expect);
  expect(took).toBeLessThan(boundMs);
  await when(cell.run.app, ({ access }) => access.kind === 'reconnecting', boundMs);
  await cell.backUp();
  expect(cell.sessions).toEqual(sessions);
  await cell.run.app.verbs.extend(undefined);
  return `${outcome}${inSeconds(took)}; reconnects, and is extended`;
};

/** A fault at Disconnect: it still ends within a second. The next sign-in replaces a session that could not be signed out. */
const disconnect: Play = async (cell, fault, expect) => {
  await cell.connect();
  expect((await cell.goOn())?.kind).toBe('connected');
  await cell.line.set(faults[fault](nextMessage));
  // In these cells the campus is slow to answer and signing out has a time limit. Here it only has to end
  expect(await timed(() => cell.run.app.verbs.disconnect(undefined))).toBeLessThan(3_000);
  expect(cell.access).toEqual({ kind: 'idle', ending: null });
  await cell.line.set({ kind: 'none' });
  await cell.connect();
  expect((await cell.goOn())?.kind).toBe('connected');
  expect(cell.sessions).toHaveLength(1);
  return 'idle at once; Connect works again';
};

/** A fault while the recovery site looks the person up: that screen says so, and the next click works. */
const recovery: Play = async (cell, fault, expect) => {
  const { verbs } = cell.run.app;
  await verbs.startTask({ task: 'lost-phone' });
  // Each call has its own connection. What follows the handshake is the call
  await cell.line.set(faults[fault]({ onset: { direction: 'up', atMessage: 2 } }));
  const since = performance.now();
  await verbs.recoveryPasscode(cell.recovery);
  const took = performance.now() - since;
  const { recovery: at } = cell.run.app.state;
  if (survivable.includes(fault)) {
    expect(at.step).toBe('passcode');
    return 'known';
  }
  if (at.step !== 'identity' || at.failure === null) throw new Error(`the recovery went on: ${at.step}`);
  expectWords(at.failure.code, expect);
  expect(took).toBeLessThan(boundMs);
  await cell.line.set({ kind: 'none' });
  await verbs.recoveryPasscode(cell.recovery);
  expect(cell.run.app.state.recovery.step).toBe('passcode');
  return `${at.failure.code}${inSeconds(took)}; works at the next click`;
};

function expectWords(code: FailureCode | undefined, expect: ExpectStatic): void {
  if (code === undefined) throw new Error('no failure');
  expect(failureCatalogue[code]).not.toBe('never');
  for (const sentence of Object.values(english.failure({ code, params: { host: 'vpn.campus.test' } }))) expect(sentence).toMatch(/\S/);
}

const inSeconds = (ms: number): string => (ms < 1_500 ? '' : ` after ${Math.round(ms / 1000)} s`);

/** Every step of a session, in the order in which a person meets it, and how to play it. */
export const plays: Readonly<Record<string, Play>> = {
  ...Object.fromEntries(signInSteps.map((step) => [step, signIn(step)])),
  'connected, idle': session('idle'),
  'portal loading': session('portal loading'),
  'view to loopback proxy': view,
  'more time': extend,
  'disconnecting': disconnect,
  'recovery': recovery,
};
