import fc from 'fast-check';
import type { Answer, Prompt } from '../../../shared/prompt.ts';
import type { Fault } from '../faults/fault-proxy.ts';
import { codeOf, credentials, proceed, student } from '../access.ts';
import { kit } from '../campus/campus-services.ts';
import type { Run } from './explorer.ts';

/** Commands keep no model of their own. Each acts on whatever state there is. */
type Model = Record<string, never>;
type Act = (run: Run) => Promise<void> | void;

/** One action of a person, the gateway or the network. `rushed`: without waiting for the results of the step before. */
class Gesture implements fc.AsyncCommand<Model, Run> {
  constructor(
    private readonly name: string,
    private readonly act: Act,
    private readonly rushed: boolean,
  ) {}

  check(): boolean {
    return true;
  }

  async run(_model: Model, run: Run): Promise<void> {
    if (!this.rushed) await run.settle();
    run.watch.note(`  ${this.toString()}`);
    await this.act(run);
    run.verify();
  }

  toString(): string {
    return this.rushed ? `${this.name}!` : this.name;
  }
}

const minute = 60_000;
const hour = 60 * minute;

/** A verb as a person calls it, which may be refused. */
const attempt = async (run: Run, verb: string, call: () => Promise<unknown>): Promise<boolean> => {
  try {
    await call();
    return true;
  } catch (error) {
    run.watch.refused(verb, error);
    return false;
  }
};

/** The same without waiting for its end. */
const unwatched = (run: Run, verb: string, call: () => Promise<unknown>): void => {
  void attempt(run, verb, call);
};

const connect: Act = async (run) => {
  await attempt(run, 'connect', () => run.client.app.verbs.connect({ profileId: run.world.profile.id }));
};

const give = async (run: Run, promptId: string, answer: Answer, remember = false): Promise<void> => {
  const gone = await attempt(run, 'answer', () => run.client.app.verbs.answer({ promptId, answer, remember }));
  if (gone) run.watch.gave(promptId, answer, remember);
};

/** A code that was not used yet. */
const freshCode = (run: Run): string => {
  if (!run.world.campus) return '000000';
  run.world.clocks.campus += 30_000;
  run.world.clocks.computer += 30_000;
  return codeOf(run.world.campus);
};

type Factor = 'push' | 'code' | 'passcode';

const approve: Act = async (run) => {
  const push = run.waitingPush;
  if (push !== null) await run.world.campus?.services.factors.approve(student.phone, push);
};
/** The very first push, whatever its state. */
const approveLate: Act = async (run) => {
  await run.world.campus?.services.factors.approve(student.phone, run.pushes[0] ?? '');
};
const twice =
  (act: Act): Act =>
  async (run) => {
    await Promise.all([act(run), act(run)]);
  };
const deny: Act = async (run) => {
  const push = run.waitingPush;
  if (push !== null) await run.world.campus?.services.factors.deny(student.phone, push);
};

/** The answer that makes progress, or null if the phone has to answer. */
function rightAnswer(run: Run, prompt: Prompt, factor: Factor): Answer | null {
  switch (prompt.kind) {
    case 'notice':
      return proceed;
    case 'credentials':
      return credentials(student.userId, student.password);
    case 'second-factor':
      if (factor === 'push') return { kind: 'second-factor', method: 'push', device: prompt.devices[0]?.id ?? '' };
      return { kind: 'second-factor-passcode', ...(factor === 'code' ? { passcode: freshCode(run) } : {}) };
    case 'passcode':
      return { kind: 'passcode', passcode: freshCode(run) };
    case 'choice':
      return { kind: 'choice', option: prompt.options[0]?.id ?? '' };
    case 'certificate':
      return { kind: 'certificate', accept: true };
    case 'push':
    case 'waiting':
    case 'waiting':
    case 'fields':
    case 'browser':
    case 'client-certificate':
    case 'proxy':
      return null;
  }
}

function wrongAnswer(prompt: Prompt, factor: Factor): Answer | null {
  switch (prompt.kind) {
    case 'notice':
      return { kind: 'notice', proceed: false };
    case 'credentials':
      return credentials(factor === 'push' ? 'nobody' : student.userId, 'wrong');
    case 'second-factor':
      return factor === 'push'
        ? { kind: 'second-factor', method: 'push', device: 'nowhere' }
        : { kind: 'second-factor-passcode', passcode: '000000' };
    case 'passcode':
      return factor === 'push' ? { kind: 'instead', method: 'choose' } : { kind: 'passcode', passcode: '000000' };
    case 'push':
      return { kind: 'instead', method: factor === 'push' ? 'choose' : 'passcode' };
    case 'choice':
      return { kind: 'choice', option: 'nowhere' };
    case 'certificate':
      return { kind: 'certificate', accept: false };
    case 'waiting':
    case 'fields':
    case 'browser':
    case 'client-certificate':
    case 'proxy':
      return null;
  }
}

const answerRight =
  (factor: Factor, remember: boolean): Act =>
  async (run) => {
    const { access } = run;
    if (access.kind !== 'asking') return;
    const answer = rightAnswer(run, access.prompt, factor);
    if (answer) await give(run, access.promptId, answer, remember);
    else await approve(run);
  };
const answerWrong =
  (factor: Factor): Act =>
  async (run) => {
    const { access } = run;
    const answer = access.kind === 'asking' ? wrongAnswer(access.prompt, factor) : null;
    if (access.kind === 'asking' && answer) await give(run, access.promptId, answer);
  };
const answerTwice =
  (factor: Factor): Act =>
  async (run) => {
    const { access } = run;
    const answer = access.kind === 'asking' ? rightAnswer(run, access.prompt, factor) : null;
    if (access.kind !== 'asking' || !answer) return;
    await Promise.all([give(run, access.promptId, answer), give(run, access.promptId, answer)]);
  };
/** Names a prompt that is no longer open. The answer would fit the open one. */
const answerStale: Act = async (run) => {
  const { access } = run;
  const stale = run.watch.prompts.at(-2);
  const answer = access.kind === 'asking' ? rightAnswer(run, access.prompt, 'push') : proceed;
  if (stale === undefined || !answer) return;
  const taken = await attempt(run, 'answer', () => run.client.app.verbs.answer({ promptId: stale, answer, remember: false }));
  if (taken) run.watch.violate(`an answer to ${stale} was taken after it had gone`);
};
const answerAmiss: Act = async (run) => {
  const { access } = run;
  if (access.kind !== 'asking') return;
  const answer: Answer = access.prompt.kind === 'notice' ? { kind: 'passcode', passcode: '1' } : proceed;
  const { promptId } = access;
  const taken = await attempt(run, 'answer', () => run.client.app.verbs.answer({ promptId, answer, remember: false }));
  if (taken) run.watch.violate(`${answer.kind} was taken for ${access.prompt.kind}`);
};

/** The whole sign-in, as far as it gets. */
const signIn: Act = async (run) => {
  await connect(run);
  for (let questions = 0; questions < 6; questions++) {
    await run.settle();
    if (run.access.kind !== 'asking') return;
    await answerRight('code', false)(run);
  }
};

const lostPhone: Act = async (run) => {
  const { verbs } = run.client.app;
  const done = await attempt(run, 'recovery', async () => {
    await verbs.startTask({ task: 'lost-phone' });
    await verbs.recoveryPasscode(kit);
    await verbs.copyPasscode(undefined);
  });
  if (done) run.watch.gestures.copied = true;
};

/** Somebody signs in to the same account on another computer. The second time, that takes our place. */
const elsewhere: Act = async (run) => {
  await run.world.campus?.services.sessions
    .start({ userId: student.userId, installation: `elsewhere-${Math.random()}`, client: 'another' })
    .catch((error: unknown) => run.watch.refused('elsewhere', error));
};
const revoke: Act = async (run) => {
  for (const { id } of run.world.campus?.records.sessions() ?? []) await run.world.campus?.control.end(id);
};
const lock: Act = async (run) => {
  await run.world.campus?.control.lock(student.userId);
};

const verb =
  (name: string, call: (run: Run) => Promise<unknown>): Act =>
  async (run) => {
    await attempt(run, name, () => call(run));
  };
const spoil =
  (fault: Fault): Act =>
  (run) =>
    run.spoil(fault);

const stop: Act = async (run) => {
  run.breakOff();
  await run.world.stopCampus();
};
const cut: Act = (run) => {
  run.breakOff();
  run.world.network.cut();
};

const acts: { weight: number; name: string; act: Act }[] = [
  { weight: 10, name: 'connect', act: connect },
  { weight: 16, name: 'sign in', act: signIn },
  { weight: 18, name: 'right answer, by push', act: answerRight('push', false) },
  { weight: 12, name: 'right answer, by code', act: answerRight('code', false) },
  { weight: 4, name: 'right answer, remembered', act: answerRight('passcode', true) },
  { weight: 2, name: 'wrong answer', act: answerWrong('code') },
  { weight: 3, name: 'another wrong answer', act: answerWrong('push') },
  { weight: 2, name: 'answer twice', act: answerTwice('code') },
  { weight: 2, name: 'answer twice by push', act: answerTwice('push') },
  { weight: 2, name: 'stale answer', act: answerStale },
  { weight: 1, name: 'misfit answer', act: answerAmiss },
  { weight: 3, name: 'approve', act: approve },
  { weight: 1, name: 'approve twice', act: twice(approve) },
  { weight: 1, name: 'approve late', act: approveLate },
  { weight: 2, name: 'deny', act: deny },
  { weight: 3, name: 'disconnect', act: (run) => run.disconnect() },
  { weight: 2, name: 'leave', act: (run) => unwatched(run, 'disconnect', () => run.client.app.verbs.disconnect(undefined)) },
  { weight: 1, name: 'connect twice', act: twice(connect) },
  { weight: 1, name: 'quick connect', act: (run) => unwatched(run, 'quick connect', () => run.client.app.quickConnect()) },
  { weight: 2, name: 'retry now', act: verb('retryNow', (run) => run.client.app.verbs.retryNow(undefined)) },
  { weight: 2, name: 'extend', act: (run) => unwatched(run, 'extend', () => run.client.app.verbs.extend(undefined)) },
  { weight: 1, name: 'acknowledge', act: verb('acknowledge', (run) => run.client.app.verbs.acknowledge(undefined)) },
  { weight: 2, name: 'open portal', act: (run) => unwatched(run, 'openPortal', () => run.client.app.verbs.openPortal(undefined)) },
  { weight: 1, name: 'close portal', act: verb('closePortal', (run) => run.client.app.verbs.closePortal(undefined)) },
  { weight: 3, name: 'task', act: verb('startTask', (run) => run.client.app.verbs.startTask({ task: 'add-device' })) },
  { weight: 1, name: 'leave task', act: verb('leaveTask', (run) => run.client.app.verbs.leaveTask(undefined)) },
  { weight: 1, name: 'lost phone', act: (run) => (run.troubled || !run.world.campus ? undefined : lostPhone(run)) },
  { weight: 2, name: 'revoke', act: revoke },
  { weight: 1, name: 'lock', act: lock },
  { weight: 2, name: 'elsewhere', act: elsewhere },
  { weight: 1, name: 'gateway stops', act: stop },
  { weight: 2, name: 'gateway starts', act: (run) => run.world.startCampus() },
  { weight: 2, name: 'a minute passes', act: pass(minute) },
  { weight: 1, name: 'seven hours pass', act: pass(7 * hour) },
  { weight: 1, name: 'nine hours pass', act: pass(9 * hour) },
  { weight: 1, name: 'clock set an hour ahead', act: (run) => run.setClock(hour) },
  { weight: 1, name: 'clock set an hour back', act: (run) => run.setClock(-hour) },
  { weight: 2, name: 'cut', act: cut },
  { weight: 1, name: 'black hole', act: spoil({ kind: 'black-hole' }) },
  { weight: 1, name: 'half-open', act: spoil({ kind: 'half-open', direction: 'down' }) },
  { weight: 1, name: 'refuse', act: spoil({ kind: 'refuse' }) },
  { weight: 1, name: 'garbage', act: spoil({ kind: 'garbage' }) },
  { weight: 1, name: 'latency', act: spoil({ kind: 'latency', ms: 5 }) },
  { weight: 1, name: 'close at the next message', act: spoil({ kind: 'close', onset: { direction: 'down', atMessage: 1 } }) },
  { weight: 5, name: 'heal', act: spoil({ kind: 'none' }) },
  { weight: 1, name: 'sleep', act: (run) => run.client.environment.suspend() },
  { weight: 2, name: 'wake', act: (run) => run.client.environment.resume() },
  { weight: 1, name: 'network change', act: (run) => run.client.environment.networkChange() },
];

function pass(ms: number): Act {
  return (run) => {
    run.world.clocks.campus += ms;
    run.world.clocks.computer += ms;
  };
}

/** Runs of at most this many actions. A quarter of the runs do not wait between actions. */
export function gestures(maxCommands: number, replayPath?: string): fc.Arbitrary<Iterable<fc.AsyncCommand<Model, Run>>> {
  const rushed = fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
  const one = fc
    .tuple(fc.oneof(...acts.map(({ weight, ...rest }) => ({ weight, arbitrary: fc.constant(rest) }))), rushed)
    .map(([{ name, act }, hurry]) => new Gesture(name, act, hurry));
  return fc.commands([one], { maxCommands, size: 'max', ...(replayPath === undefined ? {} : { replayPath }) });
}
