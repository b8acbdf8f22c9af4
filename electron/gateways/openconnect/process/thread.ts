import { isIP } from 'node:net';
import { MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { ownUid } from '../../../system/own-user-posix.ts';
import koffi from 'koffi';
import * as z from 'zod/mini';
import { noAddress } from './callbacks.ts';
import { commandSender } from './command-pipe.ts';
import { loadLibrary, systemResolver, type Library } from './library.ts';
import type { Pointer } from './memory.ts';
import {
  putAnswerSchema,
  logLevels,
  toThreadSchema,
  wordBounds,
  wouldSendOn,
  type Done,
  type FromThread,
  type AnyQuestion,
  type OcAnswer,
  type SignInOptions,
} from './messages.ts';
import { readForm } from './read-form.ts';
import { endIfHungUp, limitPacketSize } from './socket.ts';
import type { Carry } from './tunnel-messages.ts';
import { carryTunnel } from './tunnel-run.ts';

/** The results of a form (`openconnect.h`). */
const formResult = { ok: 0, cancelled: 1, newGroup: 2 } as const;
const failed = -1;
const maxPages = 500;
/** The library logs this before it sends a request again by itself (`http.c`, `rq_retry`). */
const sendsAgain = 'Retrying failed';
/** If the request was never sent, it logs this and then reconnects silently (`gnutls.c`, `openssl.c`). */
const cannotWrite = 'Failed to write to TLS/DTLS socket';

/** The library logs this before each request (`http.c`). */
const requests = '%s https://';

/** What the main thread gives to the blocking thread. */
const threadDataSchema = z.object({
  /** Counts the answers put on the port. The blocking thread sleeps until it changes. */
  answered: z.instanceof(Int32Array),
  answers: z.instanceof(MessagePort),
});

type Post = (message: FromThread) => void;
type WithoutSeq<Q> = Q extends AnyQuestion ? Omit<Q, 'seq'> : never;

/**
 * The thread that the library blocks. The library's callbacks cannot be asynchronous, so the thread posts each question
 * and sleeps until an answer is on its port. Meanwhile the main thread keeps listening.
 */
class BlockingThread {
  private library: Library | null = null;
  private readonly resolve = systemResolver();
  private readonly send = commandSender(koffi);
  private seq = 0;
  /** The last run's handle. Kept until the next one, so that its command pipe's descriptor is not reused in between. */
  private last: Pointer = null;
  /** The current answer may be sent to the gateway only once. */
  private once = false;
  /** The connection had closed before that answer. The library notices when it writes, and reconnects. */
  private ended = false;
  /** Requests since the last form was answered, or since the library said that it sends one again. */
  private requests = 0;
  private pipe = -1;
  private socket = -1;

  constructor(
    private readonly post: Post,
    private readonly data: z.infer<typeof threadDataSchema>,
  ) {}

  /** Loads the library unless it is already loaded. */
  warm(libraries: readonly string[]): Library | null {
    try {
      this.library ??= loadLibrary(libraries);
      this.post({ type: 'ready', version: this.library.version(), path: this.library.path });
      return this.library;
    } catch (error) {
      this.post({ type: 'missing', detail: error instanceof Error ? error.message.slice(0, 2000) : 'not loaded' });
      return null;
    }
  }

  signIn(attempt: number, libraries: readonly string[], options: SignInOptions): void {
    const library = this.library ?? this.warm(libraries);
    if (!library) return;
    // Drop answers that came after the last sign-in had ended
    while (receiveMessageOnPort(this.data.answers));
    this.freeLast(library);
    let vpn: Pointer = null;
    const pages = { count: 0 };
    let excess: Done['excess'] = null;
    const callbacks = { haveFailed: false };
    const isWithin = (what: keyof typeof wordBounds, text: string): boolean => {
      if (text.length <= wordBounds[what]) return true;
      excess = what;
      return false;
    };
    vpn = this.last = library.open(
      options.agent.userAgent,
      {
        validatePeer: () => {
          const host = (library.dnsName(vpn) ?? '').replace(/^\[|\]$/g, '');
          const chain = library.peerChain(vpn).map((der) => der.toString('base64'));
          if (!chain.every((each) => isWithin('certificate', each))) return failed;
          const answer = this.ask({ type: 'certificate', attempt, host, chain });
          return answer?.kind === 'certificate' && answer.accept ? 0 : failed;
        },
        processForm: (pointer) => {
          const { form, options: fields } = readForm(pointer);
          this.once = false;
          const answer = this.ask({ type: 'form', attempt, form });
          if (answer?.kind !== 'form' || answer.result === 'cancelled') return formResult.cancelled;
          for (const { index, value } of answer.values) {
            const field = fields[index];
            if (field === undefined || library.setOptionValue(field, value) !== 0) return failed;
          }
          this.once = answer.once ?? false;
          this.requests = 0;
          // Many gateways hang up while the person types. An answer sent there would be lost, or sent twice
          this.ended = this.once && endIfHungUp(this.socket);
          return answer.result === 'new-group' ? formResult.newGroup : formResult.ok;
        },
        progress: (level, format, words) => {
          if (this.ended && format?.startsWith(cannotWrite)) {
            this.ended = false;
            return;
          }
          if (format?.startsWith(requests) && ++this.requests > 1 && this.once && options.protocol === 'anyconnect') {
            // After a redirect, only this family posts the same form again (`auth.c`, step 5)
            this.post({ type: 'progress', attempt, level: logLevels.error, format: wouldSendOn });
            this.stopForGood();
          }
          const gatewayWords = words === null ? {} : { words: words.slice(0, 2000) };
          this.post({ type: 'progress', attempt, level, format: (format ?? '').slice(0, 1000), ...gatewayWords });
          if (!format?.startsWith(sendsAgain)) return;
          this.requests = 0;
          if (this.once) this.giveUp();
        },
        onSocket: (fd) => {
          this.socket = fd;
          limitPacketSize(fd);
        },
        resolve: (node, service, hints, result) => {
          const detour = options.detours.find(({ host, port }) => host.toLowerCase() === node.toLowerCase() && String(port) === service);
          // A proxy resolves the gateway's name itself, so this name is the proxy's
          if (detour && options.proxy === undefined) return this.resolve('127.0.0.1', String(detour.loopbackPort), hints, result);
          if (isIP(node) !== 0) return this.resolve(node, service, hints, result);
          const answer = this.ask({ type: 'address', attempt, host: node, port: Number(service) });
          if (answer?.kind !== 'address') return noAddress;
          return this.resolve(answer.address ?? node, service, hints, result);
        },
        webview: (url) => {
          if (!isWithin('page', url)) return failed;
          let answer = this.ask({ type: 'web', attempt, url, own: false });
          while (answer?.kind === 'page' && pages.count++ < maxPages) {
            const done = library.pageLoaded(vpn, answer) === 0;
            if (done) {
              this.post({ type: 'page', attempt, seq: ++this.seq, done });
              return 0;
            }
            answer = this.ask({ type: 'page', attempt, done });
          }
          return failed;
        },
        ownBrowser: (url) => {
          if (!isWithin('page', url)) return failed;
          const answer = this.ask({ type: 'web', attempt, url, own: true });
          return answer?.kind === 'browser' && answer.ok ? 0 : failed;
        },
        failed: (where) => {
          callbacks.haveFailed = true;
          this.post({ type: 'fault', attempt, where: where.slice(0, 500) });
        },
      },
      options,
    );
    const ended = this.prepare(library, vpn, options) || library.obtainCookie(vpn);
    // If a callback threw, the library may believe something that was not done
    const result = callbacks.haveFailed ? failed : ended;
    const cookie = result === 0 ? library.cookie(vpn) : null;
    // If there is no path, some versions print C's "(null)"
    const connectUrl = result === 0 ? (library.connectUrl(vpn)?.replace(/\(null\)$/, '') ?? null) : null;
    this.post({
      type: 'done',
      attempt,
      result,
      cookie: isWithin('cookie', cookie ?? '') ? cookie : null,
      connectUrl: isWithin('connectUrl', connectUrl ?? '') ? connectUrl : null,
      excess,
      serverPin: library.peerHash(vpn),
      address: library.hostname(vpn),
      urlPath: (library.urlPath(vpn) ?? '').slice(0, 4096),
    });
    library.hangUp(vpn);
  }

  /** Carries a tunnel until it ends. */
  carry(message: Carry): void {
    const library = this.library ?? this.warm(message.libraries);
    if (!library) return;
    this.freeLast(library);
    this.last = carryTunnel(library, message, {
      post: this.post,
      resolve: this.resolve,
      stopForGood: () => this.stopForGood(),
    });
  }

  private freeLast(library: Library): void {
    if (this.last !== null) library.free(this.last);
    library.release();
    this.last = null;
  }

  /** Configures the library. Returns 0 or the first error. */
  private prepare(library: Library, vpn: Pointer, options: SignInOptions): number {
    this.once = false;
    this.socket = -1;
    this.pipe = library.setupCommandPipe(vpn);
    this.post({ type: 'command-pipe', fd: this.pipe });
    library.setSystemTrust(vpn, options.systemTrust ? 1 : 0);
    const steps = [
      // The agent passed to `vpninfo_new` gets the library's version appended, so set the exact one
      () => library.setUserAgent(vpn, options.agent.userAgent),
      () => library.setReportedSystem(vpn, options.agent.system),
      () => library.setProtocol(vpn, options.protocol),
      () => library.parseUrl(vpn, options.url),
      // Basic is off by default, and many networks offer nothing else
      () => (options.proxy === undefined ? 0 : library.setProxyAuth(vpn, 'Negotiate,NTLM,Digest,Basic')),
      () => (options.proxy === undefined ? 0 : library.setProxy(vpn, options.proxy)),
      () => (options.clientCertificate === undefined ? 0 : library.setClientCertificate(vpn, options.clientCertificate, null)),
      () => (options.hostCheckWrapper === undefined ? 0 : library.setupHostCheck(vpn, ownUid() ?? 0, 1, options.hostCheckWrapper)),
    ];
    for (const step of steps) {
      const result = step();
      if (result !== 0) return result;
    }
    return 0;
  }

  /** Stops the library before it sends: its next network call finds that it is cancelled. */
  private giveUp(): void {
    if (!this.send(this.pipe, 'x')) this.stopForGood();
  }

  /** Does nothing more. The app saw the log line and ends the process. */
  private stopForGood(): never {
    for (;;) Atomics.wait(this.data.answered, 0, Atomics.load(this.data.answered, 0));
  }

  /** Posts a question and sleeps until it is answered. Null: cancelled. */
  private ask(question: WithoutSeq<AnyQuestion>): OcAnswer | null {
    const seq = ++this.seq;
    const { answered, answers } = this.data;
    let seen = Atomics.load(answered, 0);
    this.post({ ...question, seq });
    for (;;) {
      for (let next = receiveMessageOnPort(answers); next; next = receiveMessageOnPort(answers)) {
        const put = putAnswerSchema.parse(next.message);
        if (put.seq === null) return null;
        // Ignore a late answer to an earlier question
        if (put.seq === seq) return put.answer;
      }
      Atomics.wait(answered, 0, seen);
      seen = Atomics.load(answered, 0);
    }
  }
}

const port = parentPort;
if (!port) throw new Error('not a thread of the worker');
const thread = new BlockingThread((message) => port.postMessage(message), threadDataSchema.parse(workerData));
port.on('message', (raw: unknown) => {
  const message = toThreadSchema.parse(raw);
  if (message.type === 'warm') thread.warm(message.libraries);
  else if (message.type === 'carry') thread.carry(message);
  else thread.signIn(message.attempt, message.libraries, message.options);
});
