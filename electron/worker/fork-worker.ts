import { fork } from 'node:child_process';
import { dirname } from 'node:path';
import { killTree } from './kill-tree.ts';
import { workerEnvironment } from './worker-environment.ts';
import type { StartWorker } from './worker.ts';

/**
 * Starts workers under plain Node: the command line and tests. `file` is the bundled `openconnect-worker.mjs`, `execArgv`
 * what Node is told besides. Its working directory is nobody's download folder.
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
    // A channel that breaks is told by the exit
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
