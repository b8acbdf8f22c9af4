import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { Worker } from 'node:worker_threads';
import { onAbort } from '../../shared/abort.ts';
import { fail, throwIfCancelled } from '../../shared/failure.ts';

/** Where Linux distributions keep the system's roots: the Debian family, the Fedora family. */
const systemBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/** Time limit for reading the store. On macOS reading takes 5 to 10 s with a network filter (https://github.com/nodejs/node/issues/63313). */
const readTimeoutMs = 30_000;

/** Reads the operating system's store, as PEM. */
export type ReadStore = () => Promise<readonly string[]>;

/**
 * The roots that this computer trusts: Node's bundled ones, the operating system's (from Node or a bundle file), and
 * NODE_EXTRA_CA_CERTS. The operating system's store is read once, in its own thread, because that may block for seconds.
 * Until then the other roots are used.
 */
export class SystemRoots {
  private contextNow: tls.SecureContext | null = null;
  private oldContextNow: tls.SecureContext | null = null;
  private store: readonly string[] = [];
  private reading: Promise<void> | null = null;
  /** Whether the store has been read, or there is none to read. */
  isComplete = false;

  /** @param read null: this Node has no such function (before 22.15), so there is nothing to wait for */
  constructor(
    private readonly read: ReadStore | null = storeReader(),
    private readonly timeoutMs = readTimeoutMs,
  ) {}

  /** Starts reading, once. Logs the result, and if it is late. Never throws. */
  begin(log: (line: string) => void = () => undefined): void {
    this.reading ??= this.readStore(log);
  }

  /** Whether the store is being read now. Its thread cannot be stopped, and Node waits for it on exit. */
  get isOut(): boolean {
    return this.reading !== null && !this.isComplete;
  }

  /**
   * A TLS context for TLS 1.2 or newer with the roots known so far. Cached until there are more, because parsing a few
   * hundred roots takes tens of milliseconds.
   *
   * @param old allow any TLS version, also without safe renegotiation
   */
  context(old = false): tls.SecureContext {
    this.begin();
    if (old) return (this.oldContextNow ??= oldContext([...knownRoots(this.store)]));
    this.contextNow ??= tls.createSecureContext({ ca: [...knownRoots(this.store)], minVersion: 'TLSv1.2' });
    return this.contextNow;
  }

  /** Waits for the store. False: it was not read in time. Rejects with `cancelled`. */
  async whenComplete(signal: AbortSignal): Promise<boolean> {
    this.begin();
    throwIfCancelled(signal);
    let off = (): void => undefined;
    const stopped = new Promise<never>((_resolve, reject) => (off = onAbort(signal, () => reject(fail('cancelled')))));
    try {
      await Promise.race([this.reading, stopped]);
      return this.isComplete;
    } finally {
      off();
    }
  }

  /** Resolves when the store is read or the time is up. A store that is read later is still used. */
  private async readStore(log: (line: string) => void): Promise<void> {
    if (!this.read) {
      this.isComplete = true;
      return;
    }
    const start = performance.now();
    const work = this.read()
      .then((store) => {
        this.store = store;
        this.contextNow = this.oldContextNow = null;
        log(`system root certificates: ${store.length}, read in ${Math.round(performance.now() - start)} ms`);
      })
      .catch((error: unknown) => log(`the system's root certificates cannot be read: ${error instanceof Error ? error.message : 'failed'}`))
      .finally(() => (this.isComplete = true));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.timeoutMs).unref()));
    await Promise.race([work, late]);
    clearTimeout(timer);
    if (!this.isComplete) log(`the system's root certificates were not read within ${this.timeoutMs / 1000} s`);
  }
}

function oldContext(ca: string[]): tls.SecureContext {
  const old = { ca, minVersion: 'TLSv1', secureOptions: legacyServerConnect } as const;
  try {
    // At its default security level OpenSSL has no cipher for TLS 1.1 (SSL_CTX_set_security_level(3))
    return tls.createSecureContext({ ...old, ciphers: 'DEFAULT:@SECLEVEL=0' });
  } catch {
    return tls.createSecureContext(old); // Electron's BoringSSL has no security levels
  }
}

/** `SSL_OP_LEGACY_SERVER_CONNECT` of OpenSSL's `ssl.h`. In BoringSSL it is 0, because that always connects. */
const legacyServerConnect = constants.SSL_OP_LEGACY_SERVER_CONNECT;

/** This computer's roots, used for every connection. */
export const systemRoots = new SystemRoots();

function knownRoots(store: readonly string[]): Set<string> {
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  const bundles = [...(process.platform === 'linux' ? systemBundles : []), ...(extra ? [extra] : [])];
  return new Set([...tls.rootCertificates, ...store, ...bundles.flatMap(readBundle)].map((pem) => pem.trim()));
}

/** The thread's code. A string and not a file, because otherwise every bundle that uses TLS would have to ship the file. */
const threadCode = `
const { parentPort } = require('node:worker_threads');
parentPort.postMessage(require('node:tls').getCACertificates('system'));
`;

/** Reads the store with `tls.getCACertificates`, which is missing in the types of Node 20. */
function storeReader(): ReadStore | null {
  if (!('getCACertificates' in tls)) return null;
  return () =>
    new Promise((resolve, reject) => {
      const thread = new Worker(threadCode, { eval: true });
      // The thread must not keep the process running
      thread.unref();
      thread.once('message', (found: unknown) =>
        Array.isArray(found) && found.every((each) => typeof each === 'string')
          ? resolve(found)
          : reject(new Error('the list of root certificates cannot be read')),
      );
      thread.once('error', reject);
      thread.once('exit', () => reject(new Error('the thread that reads root certificates ended')));
    });
}

/** Reads a bundle. A missing one adds nothing: fewer servers are trusted then, never more. */
function readBundle(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  } catch {
    return [];
  }
}
