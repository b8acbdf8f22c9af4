import { utilityProcess } from 'electron';
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
      child.kill();
      // That asks politely, which a process that hangs does not hear
      if (pid !== undefined) killAtOnce(pid);
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

function killAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was polite
  }
}
