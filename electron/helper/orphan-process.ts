import { delay } from '../../shared/abort.ts';
import { readRunner } from './journal.ts';
import { platform } from './platform/current.ts';

const exitTimeoutMs = 3_000;

/** Ends the openconnect of a helper that was killed, because nothing manages its tunnel any more. Has a time limit. */
export async function endOrphanProcess(state: string, log: (line: string) => void): Promise<void> {
  const runner = await readRunner(state);
  if (!runner) return;
  const { pid, startedAt } = runner;
  const { processes } = platform;
  const isIt = async (): Promise<boolean> =>
    startedAt !== null && (await processes.startOf(pid)) === startedAt && (await processes.nameOf(pid)) === 'openconnect';
  if (!(await isIt())) return;
  log(`ending openconnect ${pid}, which an earlier run left behind`);
  const processControl = await platform.processControl();
  // Keep the session: the app may still run and resume it
  for (const end of [() => processControl.askToExit(pid, 'detach'), () => void process.kill(pid, 'SIGKILL')]) {
    if (!(await isIt())) return;
    end();
    const until = Date.now() + exitTimeoutMs;
    while (Date.now() < until && (await isIt())) await delay(20);
  }
}
