import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect as expectNow, test, type ExpectStatic } from 'vitest';
import type { Campus } from '../../campus/campus.ts';
import { failureCatalogue, type FailureCode } from '../../shared/failure.ts';
import type { PromptKind } from '../../shared/prompt.ts';
import { speaker } from '../../shared/words/say.ts';
import { en } from '../../shared/words/en.ts';
import type { Fault, Onset } from '../support/fault-proxy.ts';
import { when } from './support/app.ts';
import { FaultCell, startCrowdedCampus } from './support/fault-cell.ts';
import { loadPortal, PortalLoad } from './support/portal-load.ts';

/** Every fault at every step of the way to the portal, through the real application and the real campus. */
const faults = {
  // These two take longest, and so begin first. Half-open: what we say arrives, what is answered does not; the
  // campus may have gone a step further than we know
  'half-open': (onset) => ({ kind: 'half-open', direction: 'down', ...onset }),
  'black hole': (onset) => ({ kind: 'black-hole', ...onset }),
  'reset': (onset) => ({ kind: 'reset', ...onset }),
  'close': (onset) => ({ kind: 'close', ...onset }),
  'garbage': (onset) => ({ kind: 'garbage', ...onset }),
  'latency': (onset) => ({ kind: 'latency', ms: 100, ...onset }),
  'thin line': (onset) => ({ kind: 'bandwidth', bytesPerSecond: 32 * 1024, ...onset }),
} as const satisfies Record<string, (onset: { onset?: Onset }) => Fault>;
type FaultName = keyof typeof faults;
const faultNames = Object.keys(faults) as FaultName[];

const steps = [
  'TLS',
  'upgrade',
  'notice',
  'credentials',
  'second factor',
  'passcode',
  'push waiting',
  'opening the relay',
  'connected, idle',
  'portal loading',
  'view to loopback proxy',
] as const;
type StepName = (typeof steps)[number];

const survivable: readonly FaultName[] = ['latency', 'thin line'];
/** Nobody says that the line is gone: it takes the bound of a wait to find out. */
const unsaid: readonly FaultName[] = ['half-open', 'black hole'];
const boundMs = 25_000;

/** What the person is told when the sign-in ends at this step. */
function told(step: StepName, fault: FaultName): FailureCode {
  if (unsaid.includes(fault)) return 'gateway-silent';
  if (fault !== 'garbage') return 'gateway-closed';
  // The relay has a connection of its own, and its handshake is what is spoiled
  if (step === 'TLS' || step === 'opening the relay') return 'gateway-not-secure';
  return step === 'upgrade' ? 'gateway-protocol' : 'gateway-closed';
}

const cells = faultNames.flatMap((fault) => steps.map((step) => ({ step, fault })));
const outcomes = new Map<string, string>();
const restingSockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
const restingTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
let campus: Campus;
let before = { sockets: 0, timers: 0 };

beforeAll(async () => {
  before = { sockets: restingSockets(), timers: restingTimers() };
  campus = await startCrowdedCampus(cells.length);
});
afterAll(async () => {
  await campus.stop();
  await writeReport();
});

describe.concurrent('a line that fails', () => {
  test.for(cells)('$step × $fault', { timeout: 90_000 }, async ({ step, fault }, { expect, onTestFinished }) => {
    const number = cells.findIndex((other) => other.step === step && other.fault === fault);
    const cell = await FaultCell.open(campus, number);
    onTestFinished(() => cell.close());
    const play = step === 'view to loopback proxy' ? view : step === 'connected, idle' || step === 'portal loading' ? session : signIn;
    const outcome = await play(cell, step, fault, expect);
    outcomes.set(`${step} × ${fault}`, outcome);

    await cell.run.app.verbs.disconnect(undefined);
    expect(cell.access).toEqual({ kind: 'idle', ending: null });
    // The campus writes each end to its disk, one after the other
    const left = () => ({
      sessions: cell.sessions,
      pushes: cell.pushes,
      sockets: cell.line.connections.open + cell.viewLine.connections.open,
    });
    await expect.poll(left, { timeout: 20_000 }).toEqual({ sessions: [], pushes: [], sockets: 0 });
  });
});

test('nothing is left of all that: no socket and no timer', async () => {
  expectNow(outcomes.size).toBe(cells.length);
  await campus.stop();
  await expectNow.poll(() => restingSockets()).toBeLessThanOrEqual(before.sockets);
  // This test's own bound and poll are timers too
  await expectNow.poll(() => restingTimers()).toBeLessThanOrEqual(before.timers + 2);
});

/** A fault while signing in: it goes on to connected, or ends with words for it, and Try again works. */
async function signIn(cell: FaultCell, step: StepName, fault: FaultName, expect: ExpectStatic): Promise<string> {
  const met = await meetFault(cell, step, fault);
  const end = await cell.goOn();
  const took = performance.now() - met.at;
  if (survivable.includes(fault)) {
    expect(end?.kind).toBe('connected');
    return 'connected';
  }
  if (end?.kind !== 'idle') throw new Error(`the sign-in went on: ${String(end?.kind)}`);
  expect(end.ending?.code).toBe(told(step, fault));
  expectWords(end.ending?.code, expect);
  expect(took).toBeLessThan(boundMs);
  // A campus that got our answer and not our farewell may have a session; it is this installation's own
  expect(cell.sessions.length).toBeLessThanOrEqual(1);
  await expect.poll(() => cell.line.connections.open).toBe(0);

  await cell.line.set({ kind: 'none' });
  await cell.connect();
  const again = await cell.goOn();
  expect(again?.kind).toBe('connected');
  expect(cell.sessions).toHaveLength(1);
  return `${end.ending?.code ?? ''}${inSeconds(took)}; Try again works`;
}

const nextMessage = { onset: { direction: 'up', atMessage: 1 } } as const;
const questions: Partial<Record<StepName, PromptKind>> = {
  'notice': 'notice',
  'credentials': 'credentials',
  'second factor': 'second-factor',
  'passcode': 'passcode',
  'push waiting': 'push',
};

/** Goes to the step, spoils the line there and makes the step's gesture. Tells when it was spoiled, once it is. */
async function meetFault(cell: FaultCell, step: StepName, fault: FaultName): Promise<{ at: number }> {
  const met = { at: 0 };
  const spoil = (onset: { onset?: Onset }): Promise<void> => {
    met.at = performance.now();
    return cell.line.set(faults[fault](onset));
  };
  if (step === 'TLS' || step === 'upgrade') {
    // The client's second message ends its handshake; what it says after that is HTTP
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
    // A push waits for the phone, and we say nothing
    await spoil(step === 'push waiting' ? {} : nextMessage);
    if (cell.access.kind === 'asking') await cell.answerOpenQuestion(questions[step]);
  }
  return met;
}

/** A fault while connected: the link comes back by itself, with the same session, and the portal loads. */
async function session(cell: FaultCell, step: StepName, fault: FaultName, expect: ExpectStatic): Promise<string> {
  await cell.connect();
  expect((await cell.goOn())?.kind).toBe('connected');
  const { sessions } = cell;
  const load = step === 'portal loading' ? await PortalLoad.open(cell.soundDoor, campus.authority.pem) : null;
  await cell.line.set(faults[fault](load ? { onset: { direction: 'down', atMessage: 1 } } : {}));
  const since = performance.now();
  const page = load?.page().then(
    () => 'whole',
    () => 'broken',
  );
  if (survivable.includes(fault)) {
    expect(await page).toBe(load ? 'whole' : undefined);
    expect(await loadPortal(cell.soundDoor, campus.authority.pem)).toContain('</html>');
    expect(cell.access.kind).toBe('connected');
    return 'connected';
  }
  const broken = await when(cell.run.app, ({ access }) => access.kind === 'reconnecting' && access, boundMs);
  const took = performance.now() - since;
  expectWords(broken.why.code, expect);
  // The portal that does not answer is noticed at about the moment at which the tunnel notices
  expect(['tunnel-dropped', 'gateway-silent']).toContain(broken.why.code);
  // Nobody takes half a page for a page, and nobody waits for the other half
  expect(await page).toBe(load ? 'broken' : undefined);

  await cell.line.set({ kind: 'none' });
  await cell.run.app.verbs.retryNow(undefined);
  await when(cell.run.app, ({ access }) => access.kind === 'connected', boundMs);
  expect(cell.sessions).toEqual(sessions);
  expect(await loadPortal(cell.soundDoor, campus.authority.pem)).toContain('</html>');
  return `${broken.why.code}${inSeconds(took)}; reconnects`;
}

/** A fault between the view and our proxy: the load fails, the session does not notice, the next load is whole. */
async function view(cell: FaultCell, _step: StepName, fault: FaultName, expect: ExpectStatic): Promise<string> {
  await cell.connect();
  expect((await cell.goOn())?.kind).toBe('connected');
  const load = await PortalLoad.open(cell.door, campus.authority.pem);
  await cell.viewLine.set(faults[fault]({ onset: { direction: 'down', atMessage: 1 } }));
  let settled = '';
  const page = load.page().then(
    () => (settled = 'whole'),
    () => (settled = 'broken'),
  );
  if (survivable.includes(fault)) expect(await page).toBe('whole');
  else if (unsaid.includes(fault)) {
    // Only the view can give up here; others are not held up by it
    expect(await loadPortal(cell.soundDoor, campus.authority.pem)).toContain('</html>');
    expect(settled).toBe('');
    load.close();
    expect(await page).toBe('broken');
  } else expect(await page).toBe('broken');
  expect(cell.access.kind).toBe('connected');
  await cell.viewLine.set({ kind: 'none' });
  expect(await loadPortal(cell.door, campus.authority.pem)).toContain('</html>');
  return survivable.includes(fault) ? 'connected' : 'page breaks, session stays; loads again';
}

function expectWords(code: FailureCode | undefined, expect: ExpectStatic): void {
  if (code === undefined) throw new Error('no failure');
  expect(failureCatalogue[code]).not.toBe('never');
  for (const sentence of Object.values(speaker(en, 'en').failure({ code, params: { host: 'vpn.campus.test' } })))
    expect(sentence).toMatch(/\S/);
}

const inSeconds = (ms: number): string => (ms < 1_500 ? '' : ` after ${Math.round(ms / 1000)} s`);

/** Steps as rows, faults as columns. */
async function writeReport(): Promise<void> {
  const row = (cellsOfRow: readonly string[]): string => `| ${cellsOfRow.join(' | ')} |`;
  const lines = [
    row(['', ...faultNames]),
    row(['---', ...faultNames.map(() => '---')]),
    ...steps.map((step) => row([step, ...faultNames.map((fault) => outcomes.get(`${step} × ${fault}`) ?? 'FAILED')])),
  ];
  await mkdir('out', { recursive: true });
  await writeFile('out/faults.md', `${lines.join('\n')}\n`);
}
