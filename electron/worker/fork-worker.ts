import { fork } from 'node:child_process';
import { dirname } from 'node:path';
import { killTree } from './kill-tree.ts';
import { workerEnvironment } from './worker-environment.ts';
import type { StartWorker } from './worker.ts';

/**
 * Starts workers under plain Node, for the command line and tests. `file` is the bundled `openconnect-worker.mjs`,
 * `execArgv` holds extra arguments for Node. The working directory is Node's own folder, never a download folder.
 */
export function forkWorker(file: string, execArgv: readonly string[] = []): StartWorker {
  return () => {
    const child = fork(file, [], {
      env: workerEnvironment(),
      execArgv: [...execArgv],
      serialization: 'advanced',
      stdio: 'ignore',
      cwd: dirname(process.execPath),
    });
    // A broken channel shows as the process's exit
    child.on('error', () => undefined);
    return {
      get pid() {
        return child.pid;
      },
      post: (message) => {
        if (child.connected && typeof message === 'object' && message !== null) child.send(message, () => undefined);
      },
      onMessage: (listener) => void child.on('message', listener),
      exited: new Promise((resolve) => {
        child.once('exit', resolve);
        child.once('error', () => resolve(null));
      }),
      kill() {
        if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killTree(child.pid);
      },
    };
  };
}
