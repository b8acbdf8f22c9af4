import { utilityProcess } from 'electron';
import { killTree } from '../gateways/kill-tree.ts';
import type { StartWorker } from '../gateways/worker.ts';

/**
 * Starts workers as Electron's utility processes.
 *
 * @param file a bundle of ours
 * @param env the whole environment of the worker
 */
export function utilityWorker(file: string, env: Record<string, string>): StartWorker {
  return () => {
    const child = utilityProcess.fork(file, [], { env, stdio: 'ignore', serviceName: 'Causeway sign-in' });
    let wanted = true;
    // A process that was ended before it had begun
    child.once('spawn', () => {
      if (!wanted) end();
    });
    const end = (): void => {
      const { pid } = child;
      // The polite way would leave behind what it has started, and a process that hangs does not hear it
      if (pid !== undefined) killTree(pid);
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
