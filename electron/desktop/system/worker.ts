import { dirname } from 'node:path';
import { utilityProcess } from 'electron';
import type { StartWorker } from '../../worker/worker.ts';

/**
 * Starts workers as Electron's utility processes.
 *
 * @param file a bundle of ours
 * @param env the whole environment of the worker
 * @param kill ends a process at once, with what it has started
 * @param log hears of V8's end in it: where that was, and nothing of the report, which holds the environment
 */
export function utilityWorker(
  file: string,
  env: Record<string, string>,
  kill: (pid: number) => void,
  log: (line: string) => void,
): StartWorker {
  return () => {
    const child = utilityProcess.fork(file, [], { env, stdio: 'ignore', cwd: dirname(process.execPath), serviceName: 'Causeway sign-in' });
    let wanted = true;
    // Unheard it would be an uncaught exception here; `exit` follows, and ends what the worker was doing
    child.on('error', (type, location) => log(`worker: ${type} at ${location}`));
    // A process that was ended before it had begun
    child.once('spawn', () => {
      if (!wanted) end();
    });
    const end = (): void => {
      const { pid } = child;
      // The polite way would leave behind what it has started, and a process that hangs does not hear it
      if (pid !== undefined) kill(pid);
      child.kill();
    };
    return {
      get pid() {
        return child.pid;
      },
      post: (message) => {
        if (wanted) child.postMessage(message);
      },
      onMessage: (listener) => void child.on('message', listener),
      exited: new Promise((resolve) => {
        child.once('exit', (code) => {
          wanted = false;
          resolve(code);
        });
      }),
      kill() {
        wanted = false;
        end();
      },
    };
  };
}
