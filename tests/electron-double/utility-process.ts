import { fork, type ChildProcess } from 'node:child_process';
import { NativeEmitter } from './registry.ts';
import { onlyOnceReady } from './strict.ts';

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
class UtilityProcess extends NativeEmitter {
  private stage: 'starting' | 'running' | 'over' = 'starting';
  private killed = false;

  constructor(private readonly child: ChildProcess) {
    super();
    child.on('spawn', () => {
      this.stage = 'running';
      this.emit('spawn');
    });
    child.on('message', (message) => this.emit('message', message));
    child.on('exit', (code, signal) => {
      this.stage = 'over';
      // V8 aborts a process that cannot continue. Electron emits `error` for that, which is thrown if nobody listens
      if (signal === 'SIGABRT') this.breakDown();
      // Ended on request counts as a good end (`UtilityProcessWrapper::HandleTermination`)
      this.emit('exit', this.killed ? 0 : (code ?? 1));
    });
    child.on('error', () => undefined);
  }
  /** Only between `spawn` and `exit`. */
  get pid(): number | undefined {
    return this.stage === 'running' ? this.child.pid : undefined;
  }
  postMessage(message: object): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }
  /** False, and nothing else, before it has begun and after it has ended. */
  kill(): boolean {
    if (this.stage !== 'running') return false;
    this.killed = this.child.kill();
    return this.killed;
  }
  private breakDown(): void {
    this.emit('error', 'FatalError', 'v8::Fatal', '{"environmentVariables":{}}');
  }
}

/** Electron's `utilityProcess`. */
export const utilityProcess = {
  fork(file: string, args: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}): UtilityProcess {
    onlyOnceReady(new Error('utilityProcess cannot be created before app is ready.'));
    if (file === '') throw new Error('Missing UtilityProcess entry script.');
    const execArgv = ['--import', `data:text/javascript,${encodeURIComponent(port)}`];
    return new UtilityProcess(fork(file, [...args], { ...options, execArgv, serialization: 'advanced', stdio: 'ignore' }));
  },
};
