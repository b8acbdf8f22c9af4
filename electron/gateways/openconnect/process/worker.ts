import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { toWorkerSchema, type FromThread, type FromWorker, type OcAnswer, type PutAnswer, type ToWorker } from './messages.ts';

/**
 * The process that calls libopenconnect, and nothing else: a crash, a hang or a kill of it ends one sign-in. This is
 * the thread that listens to the app; the library blocks in another (`thread.ts`), which the bundle puts beside this file.
 */

/** How the app speaks to us: Electron's utility processes have a port, a fork under Node has IPC. */
interface App {
  post(message: FromWorker): void;
  onMessage(listener: (message: unknown) => void): void;
}

relay(toApp());

function toApp(): App {
  const parentPort = electronPort(process);
  if (parentPort) {
    return {
      post: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
    };
  }
  // Whoever started us is gone: there is nobody to sign in for
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

/** Electron's types promise the port to every process; a fork under Node has none. */
function electronPort(from: { parentPort?: ElectronPort }): ElectronPort | undefined {
  return from.parentPort;
}

/** The main thread: passes messages on in both directions and is never blocked. */
function relay(app: App): void {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const thread = new Worker(join(import.meta.dirname, 'openconnect-thread.mjs'), {
    workerData: { answered, answers: port2 },
    transferList: [port2],
  });
  let running: { attempt: number; pipe: number | null } | null = null;
  /** Why there is no library to call, ever: what calls it did not load. */
  let missing: string | null = null;
  // However Node is ended, it first ends the thread
  process.on('exit', () => {
    if (running) endAtOnce();
  });
  const put = (seq: number | null, answer: OcAnswer | null): void => {
    port1.postMessage({ seq, answer } satisfies PutAnswer);
    Atomics.add(answered, 0, 1);
    Atomics.notify(answered, 0);
  };
  const obey = (message: ToWorker): void => {
    if (missing !== null && (message.type === 'warm' || message.type === 'sign-in')) {
      app.post({ type: 'missing', detail: missing, part: 'koffi' });
      return;
    }
    switch (message.type) {
      case 'warm':
        thread.postMessage(message);
        return;
      case 'sign-in':
        if (running) {
          app.post({ type: 'refused' });
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
        if (running.pipe !== null) interrupt(running.pipe);
        put(null, null);
        return;
      case 'ping':
        app.post({ type: 'pong' });
        return;
    }
  };
  app.onMessage((raw) => {
    const message = toWorkerSchema.safeParse(raw);
    if (message.success) obey(message.data);
    else app.post({ type: 'refused' });
  });
  let hasSpoken = false;
  thread.on('message', (message: FromThread) => {
    hasSpoken = true;
    if (message.type === 'cancel-pipe') {
      if (running && message.fd >= 0) running.pipe = message.fd;
      return;
    }
    if (message.type === 'done' || message.type === 'missing') running = null;
    app.post(message);
  });
  thread.on('error', (error) => {
    running = null;
    // A thread that is gone leaves nothing to relay: the app sees the process end
    if (hasSpoken) process.exit(70);
    // One that never was could not load what it calls with
    missing = `${error.name}: ${error.message}`.slice(0, 2000);
    app.post({ type: 'missing', detail: missing, part: 'koffi' });
  });
}

/**
 * Ends this process by the system's own means. Where Node ends it, it ends the thread first, in the middle of a callback,
 * and koffi then hands C a 0: the certificate would be accepted, the form answered, before the process is gone.
 */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Wakes the library out of whatever it waits for on the network. */
function interrupt(pipe: number): void {
  try {
    writeSync(pipe, 'x');
  } catch {
    // Where that cannot be written to (Windows has a socket there), the app ends the process
  }
}
