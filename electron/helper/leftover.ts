import { existsSync, readFileSync } from 'node:fs';
import { readRunner, startOf } from './journal.ts';

const goesWithinMs = 3_000;

/** Ends the openconnect of a helper that was killed: nobody is left to answer for its tunnel. Bounded. */
export async function endLeftover(state: string, log: (line: string) => void): Promise<void> {
  const runner = await readRunner(state);
  if (!runner) return;
  const { pid, startedAt } = runner;
  const isIt = (): boolean => startedAt !== null && startOf(pid) === startedAt && nameOf(pid) === 'openconnect';
  if (!isIt()) return;
  log(`ending openconnect ${pid}, left by a former run`);
  // The session stays: its app may still be there, and take it up again
  for (const signal of ['SIGHUP', 'SIGKILL'] as const) {
    if (!isIt()) return;
    process.kill(pid, signal);
    const until = Date.now() + goesWithinMs;
    while (isIt() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function nameOf(pid: number): string {
  return existsSync(`/proc/${pid}/comm`) ? readFileSync(`/proc/${pid}/comm`, 'latin1').trim() : '';
}
