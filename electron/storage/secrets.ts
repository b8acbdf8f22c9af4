import { randomBytes } from 'node:crypto';
import { onAbort } from '../../shared/abort.ts';
import { CausewayError, fail } from '../../shared/failure.ts';

/** The service name of our entries. A person sees it in the keychain's own program. */
const service = 'Causeway';
const codesService = 'Causeway one-time codes';
const probeService = 'Causeway probe';

/** How long a call may take: long enough for a person to answer the keychain's own question to unlock it. */
const callTimeoutMs = 60_000;
/** A probe does not wait for a person: a keychain that asks one counts as locked. */
const probeTimeoutMs = 5_000;

/** The longest secret in the Windows keychain, in UTF-8 bytes (`CRED_MAX_CREDENTIAL_BLOB_SIZE` in wincred.h). */
const maxWindowsBytes = 2560;

export type KeychainState = 'available' | 'absent' | 'locked';

/** The three keytar functions that are used here. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

/**
 * Loads keytar at its first use. It is native code that needs a system library: if that is missing, the person sees a
 * message instead of a crash. `tell` gets the reason once.
 */
export function keytarLoader(tell: (line: string) => void = () => undefined): () => Promise<Keytar> {
  let isTold = false;
  return async () => {
    try {
      const { default: keytar } = await import('keytar');
      return keytar;
    } catch (thrown) {
      if (!isTold) tell(`keytar does not load: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      isTold = true;
      throw thrown;
    }
  };
}

/**
 * Passwords in the operating system's keychain, by profile and user ID. They are never stored in a file.
 *
 * Every call can reject with `keychain-absent` or `keychain-locked`. Calls that save can also reject with `keychain-too-long`,
 * which leaves the old entry unchanged. Calls run one at a time: a native call cannot be cancelled, so a keychain that
 * hangs blocks only one of Node's threads.
 */
export class Secrets {
  readonly #load: () => Promise<Keytar>;
  readonly #bounds: { callMs: number; probeMs: number };
  readonly #platform: NodeJS.Platform;
  #lastCall: Promise<void> = Promise.resolve();
  #isCalling = false;

  constructor(
    load: () => Promise<Keytar> = keytarLoader(),
    bounds = { callMs: callTimeoutMs, probeMs: probeTimeoutMs },
    platform: NodeJS.Platform = process.platform,
  ) {
    this.#platform = platform;
    this.#load = load;
    this.#bounds = bounds;
  }

  /** Whether a keychain call is running. It cannot be cancelled, and Node waits for it when the process ends. */
  get isCalling(): boolean {
    return this.#isCalling;
  }

  /**
   * Whether passwords can be saved. It writes, reads and deletes one, since an absent keychain answers a plain look-up with
   * "none". The keychain may ask the person to unlock it. Never rejects.
   */
  async availability(): Promise<KeychainState> {
    const account = randomBytes(16).toString('hex');
    const secret = randomBytes(16).toString('hex');
    const probe = async (keytar: Keytar) => {
      await keytar.setPassword(probeService, account, secret);
      const stored = await keytar.getPassword(probeService, account);
      await keytar.deletePassword(probeService, account);
      return stored === secret;
    };
    try {
      return (await this.#call(probe, this.#bounds.probeMs)) ? 'available' : 'absent';
    } catch (error) {
      return error instanceof CausewayError && error.failure.code === 'keychain-locked' ? 'locked' : 'absent';
    }
  }

  /** The saved password, or null. */
  get(profileId: string, userId: string): Promise<string | null> {
    return this.#call((keytar) => keytar.getPassword(service, account(profileId, userId)));
  }

  set(profileId: string, userId: string, password: string): Promise<void> {
    return this.#save(service, account(profileId, userId), password);
  }

  /** Deletes a password. It is not a failure if there is none. */
  async delete(profileId: string, userId: string): Promise<void> {
    await this.#call((keytar) => keytar.deletePassword(service, account(profileId, userId)));
  }

  /** A profile's saved key for one-time codes, or null. */
  codesKey(profileId: string): Promise<string | null> {
    return this.#call((keytar) => keytar.getPassword(codesService, profileId));
  }

  setCodesKey(profileId: string, key: string): Promise<void> {
    return this.#save(codesService, profileId, key);
  }

  async deleteCodesKey(profileId: string): Promise<void> {
    await this.#call((keytar) => keytar.deletePassword(codesService, profileId));
  }

  async #save(at: string, of: string, secret: string): Promise<void> {
    if (this.#platform === 'win32' && Buffer.byteLength(secret) > maxWindowsBytes) throw fail('keychain-too-long');
    await this.#call((keytar) => keytar.setPassword(at, of, secret));
  }

  async #run<T>(work: (keytar: Keytar) => Promise<T>): Promise<T> {
    this.#isCalling = true;
    try {
      return await work(await this.#keytar());
    } finally {
      this.#isCalling = false;
    }
  }

  async #keytar(): Promise<Keytar> {
    try {
      return await this.#load();
    } catch (cause) {
      throw fail('keychain-absent', undefined, { detail: cause instanceof Error ? cause.message : String(cause), cause });
    }
  }

  async #call<T>(work: (keytar: Keytar) => Promise<T>, timeoutMs = this.#bounds.callMs): Promise<T> {
    const bound = new AbortController();
    const late = new Promise<never>((_resolve, reject) => {
      onAbort(bound.signal, () => reject(fail('keychain-locked', undefined, { detail: 'the keychain did not answer' })));
    });
    // A call that timed out while it waited for its turn must not run later
    const turn = this.#lastCall.then(() => (bound.signal.aborted ? late : this.#run(work)));
    this.#lastCall = turn.then(nothing, nothing);
    const timer = setTimeout(() => bound.abort(), timeoutMs);
    try {
      return await Promise.race([turn, late]);
    } catch (error) {
      throw keychainFailure(error, this.#platform);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A profile id has no slash, so each pair has its own account. */
const account = (profileId: string, userId: string): string => `${profileId}/${userId}`;

const nothing = (): void => undefined;

/**
 * The failure for a keychain's own error, which has only a text in the person's language and no code. macOS always has a
 * keychain, so an error there means that it is locked or that we may not use it. On Windows it is open while the person is
 * signed in, so an error means that there is none. On Linux the session bus reports an absent one, in untranslated text.
 */
function keychainFailure(error: unknown, platform: NodeJS.Platform): CausewayError {
  if (error instanceof CausewayError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const locked = /locked|dismissed|prompt|interaction is not allowed|cancell?ed/i.test(detail);
  const absent = platform === 'win32' || (platform !== 'darwin' && /org\.freedesktop|d-?bus|\$DISPLAY|could not connect/i.test(detail));
  return fail(locked || !absent ? 'keychain-locked' : 'keychain-absent', undefined, { detail, cause: error });
}
