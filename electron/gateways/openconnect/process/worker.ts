import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { failureOf } from '../../../../shared/failure.ts';
import { closeInherited } from './inherited-linux.ts';
import { commandSender, type PipeCommand, type SendCommand } from './command-pipe.ts';
import { toWorkerSchema, type FromThread, type FromWorker, type OcAnswer, type PutAnswer, type ToWorker } from './messages.ts';
import type { TunnelHost } from './tunnel-host.ts';
import type { Carry } from './tunnel-messages.ts';

/**
 * The process that calls libopenconnect and does nothing else. If it crashes, hangs or is killed, one sign-in or one tunnel
 * ends. This is the main thread, which listens to the app and carries a tunnel's streams. The library blocks another thread
 * (`thread.ts`), bundled beside this file.
 */

/** The connection to the app: a port in Electron's utility processes, IPC in a fork under Node. */
interface App {
  post(message: FromWorker): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** For interrupting the library while it waits for the network. Without koffi no library runs. */
const sender: Promise<SendCommand> = import('koffi').then(
  ({ default: koffi }) => commandSender(koffi),
  () => () => false,
);

/** With PPP the library sleeps up to a second after the gateway has agreed to everything, unless a command wakes it (`openconnect_mainloop`). */
const wakeEveryMs = 50;
const tunnelCommands = { 'sign-out': 'x', 'detach': 'd', 'reconnect': 'p' } as const;

relay(toApp());

function toApp(): App {
  const parentPort = electronPort(process);
  if (parentPort) {
    return {
      post: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
    };
  }
  // Chromium closes these by itself
  if (process.platform === 'linux') closeInherited();
  // The parent process is gone: there is nobody to sign in for
  process.on('disconnect', endAtOnce);
  return {
    post: (message) => process.send?.(message),
    onMessage: (listener) => process.on('message', listener),
  };
}

interface ElectronPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/** Electron's types declare the port for every process, but a fork under Node has none. */
function electronPort(from: { parentPort?: ElectronPort }): ElectronPort | undefined {
  return from.parentPort;
}

/** Passes messages in both directions between the app and the blocking thread. Never blocks. */
function relay(app: App): void {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const thread = new Worker(join(import.meta.dirname, 'openconnect-thread.mjs'), {
    workerData: { answered, answers: port2 },
    transferList: [port2],
  });
  let running: { attempt: number; pipe: number | null } | null = null;
  let tunnel: TunnelHost | null = null;
  let waking: NodeJS.Timeout | undefined;
  const wake = (): void => {
    if (running !== null && running.pipe !== null) command(running.pipe, 's');
  };
  /** Set if koffi did not load: why no library can ever be called. */
  let missing: string | null = null;
  // Node ends its threads first when it exits; see endAtOnce
  process.on('exit', () => {
    if (running) endAtOnce();
  });
  const put = (seq: number | null, answer: OcAnswer | null): void => {
    port1.postMessage({ seq, answer } satisfies PutAnswer);
    Atomics.add(answered, 0, 1);
    Atomics.notify(answered, 0);
  };
  /** Never rejects. */
  const begin = async ({ attempt, libraries, options, streams }: Extract<ToWorker, { type: 'tunnel' }>): Promise<void> => {
    try {
      // Loaded here, because it needs koffi: without that, this thread still has to say so
      const { TunnelHost } = await import('./tunnel-host.ts');
      tunnel = await TunnelHost.start({ attempt, streams, post: (news) => app.post(news) });
      thread.postMessage({ type: 'carry', attempt, libraries, options, tun: tunnel.tun } satisfies Carry);
    } catch (error) {
      running = null;
      const { code: why, params, detail = '' } = failureOf(error);
      const code = why === 'component-missing' || why === 'component-altered' ? why : 'component-failed';
      app.post({ type: 'unfit', attempt, code, part: String(params?.['component'] ?? 'tunnel'), detail });
    }
  };
  const handle = (message: ToWorker): void => {
    if (missing !== null && (message.type === 'warm' || message.type === 'sign-in' || message.type === 'tunnel')) {
      app.post({ type: 'missing', detail: missing, part: 'koffi' });
      return;
    }
    switch (message.type) {
      case 'warm':
        thread.postMessage(message);
        // So that a tunnel need not wait for it. If it does not load, the tunnel says so
        void import('./tunnel-host.ts').catch(() => undefined);
        return;
      case 'sign-in':
        if (running) {
          app.post({ type: 'busy' });
          return;
        }
        running = { attempt: message.attempt, pipe: null };
        thread.postMessage(message);
        return;
      case 'answer':
        if (running?.attempt === message.attempt) put(message.seq, message.answer);
        return;
      case 'cancel':
        if (running?.attempt !== message.attempt) return;
        if (running.pipe !== null) command(running.pipe, 'x');
        put(null, null);
        return;
      case 'ping':
        app.post({ type: 'pong' });
        return;
      case 'tunnel':
        if (running) {
          app.post({ type: 'busy' });
          return;
        }
        running = { attempt: message.attempt, pipe: null };
        if (message.options.protocol === 'f5' || message.options.protocol === 'fortinet') waking = setInterval(wake, wakeEveryMs);
        void begin(message);
        return;
      case 'command':
        if (running?.attempt === message.attempt && running.pipe !== null) command(running.pipe, tunnelCommands[message.command]);
        return;
      case 'expect':
        if (running?.attempt === message.attempt) tunnel?.expect(message.token, message.host, message.port);
        return;
      case 'drop':
        if (running?.attempt === message.attempt) tunnel?.drop(message.token);
        return;
      case 'probe':
        void tunnel?.probe(message.timeoutMs).then((answered) => {
          app.post({ type: 'probed', attempt: message.attempt, probe: message.probe, answered });
        });
        return;
    }
  };
  app.onMessage((raw) => {
    const message = toWorkerSchema.safeParse(raw);
    if (message.success) handle(message.data);
    else app.post({ type: 'unreadable' });
  });
  let hasSpoken = false;
  thread.on('message', (message: FromThread) => {
    hasSpoken = true;
    if (message.type === 'command-pipe') {
      if (running && message.fd >= 0) running.pipe = message.fd;
      return;
    }
    if (message.type === 'done' || message.type === 'missing') running = null;
    if (message.type === 'up' || message.type === 'ended') clearInterval(waking);
    if (message.type === 'up') tunnel?.up(message.pushed);
    if (message.type === 'ended') tunnel?.close('the tunnel has ended');
    app.post(message);
  });
  thread.on('error', (error) => {
    running = null;
    // If a working thread died, there is nothing to relay: the app sees the process exit
    if (hasSpoken) process.exit(70);
    // If it never started, koffi did not load
    missing = `${error.name}: ${error.message}`.slice(0, 2000);
    app.post({ type: 'missing', detail: missing, part: 'koffi' });
  });
}

/**
 * Ends this process by a signal. If Node ended it, it would end the thread first, in the middle of a callback, and koffi
 * would return 0 to C: the certificate would be accepted and the form answered before the process is gone.
 */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Interrupts the library. If that is impossible, the app ends the process. */
function command(pipe: number, letter: PipeCommand): void {
  void sender.then((send) => send(pipe, letter));
}
