import { delay } from '../../shared/abort.ts';
import { readRunner } from './journal.ts';
import { platform } from './platform/current.ts';

const exitTimeoutMs = 3_000;

/** Ends the openconnect of a helper that was killed: nobody is left to answer for its tunnel. Bounded. */
export async function endOrphanProcess(state: string, log: (line: string) => void): Promise<void> {
  const runner = await readRunner(state);
  if (!runner) return;
  const { pid, startedAt } = runner;
  const { processes } = platform;
  const isIt = async (): Promise<boolean> =>
    startedAt !== null && (await processes.startOf(pid)) === startedAt && (await processes.nameOf(pid)) === 'openconnect';
  if (!(await isIt())) return;
  log(`ending openconnect ${pid}, left by a former run`);
  const processControl = await platform.processControl();
  // The session stays: its app may still be there, and take it up again
  for (const end of [() => processControl.askToExit(pid, 'detach'), () => void process.kill(pid, 'SIGKILL')]) {
    if (!(await isIt())) return;
    end();
    const until = Date.now() + exitTimeoutMs;
    while (Date.now() < until && (await isIt())) await delay(20);
  }
}
