import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';

/**
 * Gives a forked process the port that Electron's utility processes have, and koffi as it is there: V8's memory cage has
 * no memory from outside it, so that a view throws (node_modules/koffi/doc/pointers.md). In each of its threads too.
 */
const port = `
import { EventEmitter } from 'node:events';
const port = new EventEmitter();
port.postMessage = (message) => process.send?.(message);
// What comes before anybody listens waits, there as here
port.once('newListener', () => process.on('message', (data) => port.emit('message', { data, ports: [] })));
process.on('disconnect', () => process.exit(0));
process.parentPort = port;
import { createRequire } from 'node:module';
try {
  const koffi = createRequire(process.argv[1])('koffi');
  Object.assign(koffi.default ?? koffi, { view() { throw new Error('External buffers are not allowed'); } });
} catch {
  // Without koffi there is nothing to call
}
`;

/** Electron's `UtilityProcess`, as a process of Node's. */
class UtilityProcess extends EventEmitter {
  constructor(private readonly child: ChildProcess) {
    super();
    child.on('spawn', () => this.emit('spawn'));
    child.on('message', (message) => this.emit('message', message));
    child.on('exit', (code, signal) => {
      // V8 ends a process that cannot go on by an abort; Electron tells that, and an `error` that nobody hears is thrown
      if (signal === 'SIGABRT') this.emit('error', 'FatalError', 'v8::Fatal', '{"environmentVariables":{}}');
      this.emit('exit', code ?? 1);
    });
    child.on('error', () => undefined);
  }
  get pid(): number | undefined {
    return this.child.exitCode === null && this.child.signalCode === null ? this.child.pid : undefined;
  }
  postMessage(message: object): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }
  kill(): boolean {
    return this.child.kill();
  }
}

/** Electron's `utilityProcess`. */
export const utilityProcess = {
  fork(file: string, args: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}): UtilityProcess {
    const execArgv = ['--import', `data:text/javascript,${encodeURIComponent(port)}`];
    return new UtilityProcess(fork(file, [...args], { ...options, execArgv, serialization: 'advanced', stdio: 'ignore' }));
  },
};
