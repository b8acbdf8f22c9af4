import { dirname } from 'node:path';
import { utilityProcess } from 'electron';
import type { StartWorker } from '../../worker/worker.ts';

/**
 * Starts workers as Electron's utility processes.
 *
 * @param file one of our bundles
 * @param env the whole environment of the worker
 * @param kill ends a process and everything that it has started, at once
 * @param log gets the location of a V8 crash in the worker, but not the report, which holds the environment
 */
export function utilityWorker(
  file: string,
  env: Record<string, string>,
  kill: (pid: number) => void,
  log: (line: string) => void,
): StartWorker {
  return () => {
    const child = utilityProcess.fork(file, [], { env, stdio: 'ignore', cwd: dirname(process.execPath), serviceName: 'Causeway sign-in' });
    let isWanted = true;
    // Without a listener it would be an uncaught exception here. `exit` follows and ends the worker's call
    child.on('error', (type, location) => log(`worker: ${type} at ${location}`));
    // `kill` was called before the process had started
    child.once('spawn', () => {
      if (!isWanted) end();
    });
    const end = (): void => {
      const { pid } = child;
      // `child.kill` alone would leave the programs that the worker has started, and does not end a process that hangs
      if (pid !== undefined) kill(pid);
      child.kill();
    };
    return {
      get pid() {
        return child.pid;
      },
      post: (message) => {
        if (isWanted) child.postMessage(message);
      },
      onMessage: (listener) => void child.on('message', listener),
      exited: new Promise((resolve) => {
        child.once('exit', (code) => {
          isWanted = false;
          resolve(code);
        });
      }),
      kill() {
        isWanted = false;
        end();
      },
    };
  };
}
