import { randomBytes } from 'node:crypto';
import { onAbort } from '../../shared/abort.ts';
import { CausewayError, fail } from '../../shared/failure.ts';

/** Under which service the keychain lists our entries; a person meets this name in its own program. */
const service = 'Causeway';
const codesService = 'Causeway one-time codes';
const probeService = 'Causeway probe';

/** How long a call may take: long enough for a person to answer the keychain's own question to unlock it. */
const callTimeoutMs = 60_000;
/** A probe asks nothing of the person; a keychain that waits for one counts as locked. */
const probeTimeoutMs = 5_000;

/** What the keychain of Windows takes, in UTF-8 (`CRED_MAX_CREDENTIAL_BLOB_SIZE` of wincred.h). */
const maxWindowsBytes = 2560;

export type KeychainState = 'available' | 'absent' | 'locked';

/** The three calls of keytar that are used here. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

/**
 * keytar is native code that needs the system's own library: loaded when first used, so that its absence is a sentence and
 * no crash. Why it does not load is told once.
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
 * Passwords in the operating system's keychain, by profile and user ID: there or nowhere, never in a file.
 *
 * Every call rejects with `keychain-absent` or `keychain-locked`, those that keep something with `keychain-too-long` as well: then
 * what was kept before stays. One call at a time: a native call cannot be
 * cancelled, so a keychain that hangs costs one of Node's threads and no more.
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

  /** Whether the keychain is being asked just now: that call comes back when the keychain likes, and Node waits for it at its end. */
  get isCalling(): boolean {
    return this.#isCalling;
  }

  /**
   * Whether passwords can be kept, proven by writing, reading and deleting one: a keychain that is not there
   * answers a mere look-up with "none". May make the keychain ask the person to unlock it. Never rejects.
   */
  async availability(): Promise<KeychainState> {
    const account = randomBytes(16).toString('hex');
    const secret = randomBytes(16).toString('hex');
    const probe = async (keytar: Keytar) => {
      await keytar.setPassword(probeService, account, secret);
      const kept = await keytar.getPassword(probeService, account);
      await keytar.deletePassword(probeService, account);
      return kept === secret;
    };
    try {
      return (await this.#call(probe, this.#bounds.probeMs)) ? 'available' : 'absent';
    } catch (error) {
      return error instanceof CausewayError && error.failure.code === 'keychain-locked' ? 'locked' : 'absent';
    }
  }

  /** The password that was kept, or null. */
  get(profileId: string, userId: string): Promise<string | null> {
    return this.#call((keytar) => keytar.getPassword(service, account(profileId, userId)));
  }

  set(profileId: string, userId: string, password: string): Promise<void> {
    return this.#save(service, account(profileId, userId), password);
  }

  /** Forgets a password; one that was not kept is no failure. */
  async delete(profileId: string, userId: string): Promise<void> {
    await this.#call((keytar) => keytar.deletePassword(service, account(profileId, userId)));
  }

  /** The key for one-time codes that was kept for a profile, or null. */
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
      onAbort(bound.signal, () => reject(fail('keychain-locked', undefined, { detail: 'no answer' })));
    });
    // Work that was given up while it waited for its turn is not done behind the person's back
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

/** Profile ids hold no slash, so that no two pairs share an account. */
const account = (profileId: string, userId: string): string => `${profileId}/${userId}`;

const nothing = (): void => undefined;

/**
 * What the keychain's own error means; its words are in the person's language, and it has no numbers. macOS has one always:
 * what fails there is shut, or not for us. Windows's is open while the person is signed in, so that there is none where it
 * fails. On Linux it is the session bus that tells of an absent one, in words that are not translated.
 */
function keychainFailure(error: unknown, platform: NodeJS.Platform): CausewayError {
  if (error instanceof CausewayError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const locked = /locked|dismissed|prompt|interaction is not allowed|cancell?ed/i.test(detail);
  const absent = platform === 'win32' || (platform !== 'darwin' && /org\.freedesktop|d-?bus|\$DISPLAY|could not connect/i.test(detail));
  return fail(locked || !absent ? 'keychain-locked' : 'keychain-absent', undefined, { detail, cause: error });
}
