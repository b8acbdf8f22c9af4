import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { Worker } from 'node:worker_threads';
import { onAbort } from '../../shared/abort.ts';
import { fail } from '../../shared/failure.ts';

/** Where Linux distributions keep the roots that they and the administrator trust: Debian and its kin, Fedora and its kin. */
const systemBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/** From the start of the reading. On macOS it takes 5 to 10 s where a network filter looks on (https://github.com/nodejs/node/issues/63313). */
const readWithinMs = 30_000;

/** Reads the operating system's store, as PEM. */
export type ReadStore = () => Promise<readonly string[]>;

/**
 * The roots that this computer trusts: Node's bundled ones, the operating system's where Node or a bundle file gives
 * them, and NODE_EXTRA_CA_CERTS. The operating system's store is read once, in a thread of its own, because it may
 * hold whoever asks it for seconds; until it is there the others do.
 */
export class SystemRoots {
  private contextNow: tls.SecureContext | null = null;
  private oldContextNow: tls.SecureContext | null = null;
  private store: readonly string[] = [];
  private reading: Promise<void> | null = null;
  /** Whether the store has been read, or there is none to read. */
  isComplete = false;

  /** @param read null: Node has no such function here (before 22.15), and nothing is waited for */
  constructor(
    private readonly read: ReadStore | null = storeReader(),
    private readonly withinMs = readWithinMs,
  ) {}

  /** Starts the reading, once. What comes of it, and that it is late, is told to `log`. Never throws. */
  begin(log: (line: string) => void = () => undefined): void {
    this.reading ??= this.readStore(log);
  }

  /** Whether the store is being read just now: its thread hears nothing, and Node waits for it at its end. */
  get isOut(): boolean {
    return this.reading !== null && !this.isComplete;
  }

  /**
   * TLS 1.2 or newer against the roots that are known so far. Kept until there are more: reading some hundred roots takes
   * tens of milliseconds.
   *
   * @param old TLS of any age, without safe renegotiation too
   */
  context(old = false): tls.SecureContext {
    this.begin();
    if (old) return (this.oldContextNow ??= oldContext([...knownRoots(this.store)]));
    this.contextNow ??= tls.createSecureContext({ ca: [...knownRoots(this.store)], minVersion: 'TLSv1.2' });
    return this.contextNow;
  }

  /** Waits for the store. False: it was not there within its time. Rejects with `cancelled`. */
  async whenComplete(signal: AbortSignal): Promise<boolean> {
    this.begin();
    if (signal.aborted) throw fail('cancelled');
    let off = (): void => undefined;
    const stopped = new Promise<never>((_resolve, reject) => (off = onAbort(signal, () => reject(fail('cancelled')))));
    try {
      await Promise.race([this.reading, stopped]);
      return this.isComplete;
    } finally {
      off();
    }
  }

  /** Settles when the store has been read, or when its time is up; what comes later counts all the same. */
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
        log(`this computer's authorities: ${store.length}, read in ${Math.round(performance.now() - start)} ms`);
      })
      .catch((error: unknown) => log(`this computer's authorities cannot be read: ${error instanceof Error ? error.message : 'failed'}`))
      .finally(() => (this.isComplete = true));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.withinMs).unref()));
    await Promise.race([work, late]);
    clearTimeout(timer);
    if (!this.isComplete) log(`this computer's authorities have not been read within ${this.withinMs / 1000} s`);
  }
}

function oldContext(ca: string[]): tls.SecureContext {
  const old = { ca, minVersion: 'TLSv1', secureOptions: legacyServerConnect } as const;
  try {
    // At its usual level OpenSSL has no cipher left for TLS 1.1 (SSL_CTX_set_security_level(3))
    return tls.createSecureContext({ ...old, ciphers: 'DEFAULT:@SECLEVEL=0' });
  } catch {
    return tls.createSecureContext(old); // Electron's BoringSSL knows no levels
  }
}

/** `SSL_OP_LEGACY_SERVER_CONNECT` of OpenSSL's `ssl.h`. BoringSSL connects so anyway, and has a 0 there. */
const legacyServerConnect = constants.SSL_OP_LEGACY_SERVER_CONNECT;

/** This computer's, for everything that is connected to. */
export const systemRoots = new SystemRoots();

function knownRoots(store: readonly string[]): Set<string> {
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  const bundles = [...(process.platform === 'linux' ? systemBundles : []), ...(extra ? [extra] : [])];
  return new Set([...tls.rootCertificates, ...store, ...bundles.flatMap(readBundle)].map((pem) => pem.trim()));
}

/** What the thread does. A text of ours and no file: every bundle that trusts anybody would have to bring it along. */
const inThread = `
const { parentPort } = require('node:worker_threads');
parentPort.postMessage(require('node:tls').getCACertificates('system'));
`;

/** By `tls.getCACertificates`, which Node's types of version 20 do not know. */
function storeReader(): ReadStore | null {
  if (!('getCACertificates' in tls)) return null;
  return () =>
    new Promise((resolve, reject) => {
      const thread = new Worker(inThread, { eval: true });
      // Whoever has nothing else to do does not stay for it
      thread.unref();
      thread.once('message', (found: unknown) =>
        Array.isArray(found) && found.every((each) => typeof each === 'string') ? resolve(found) : reject(new Error('no list')),
      );
      thread.once('error', reject);
      thread.once('exit', () => reject(new Error('its thread ended')));
    });
}

/** A bundle that is not there adds nothing: without it fewer servers are trusted, never more. */
function readBundle(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  } catch {
    return [];
  }
}
