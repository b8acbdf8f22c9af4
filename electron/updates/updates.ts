import { fail, failureOf, type Failure } from '../../shared/failure.ts';
import type { UpdateChannel, UpdateMode, UpdateRecord, UpdateState } from '../../shared/updates.ts';
import { fetchMetadata, type FeedDeps } from './feed.ts';
import type { Installation } from './running-app.ts';
import type { Metadata } from './metadata.ts';
import { isInRollout } from './rollout.ts';

/** A newer version for this computer. */
export interface FoundUpdate {
  version: string;
  /** A page about it. */
  whatsNew: string | null;
  /** Of its file, in bytes. */
  size: number;
  /** Of its file, in base64. A version that is published again may have another file. */
  sha512: string;
}

/** What an engine works with: everything here is verified. */
export interface UpdateSource {
  /** Fails as `fetchMetadata` does. */
  metadata(signal: AbortSignal): Promise<{ metadata: Metadata; feed: string }>;
  isInRollout(version: string, share: number): boolean;
}

/** What downloads a release and puts it in place: electron-updater, in the app. */
export interface UpdateEngine {
  /** Looks for a newer version. Null: there is none for this computer. Fails as `fetchMetadata` does. */
  check(signal: AbortSignal): Promise<FoundUpdate | null>;
  /** Fetches and verifies what {@link check} found. Fails as `downloadFile` does. */
  download(onProgress: (received: number) => void, signal: AbortSignal): Promise<void>;
  /**
   * Puts the downloaded version in place while the app ends. Synchronous; throws if it could not.
   *
   * @param restart whether the app starts again afterwards
   */
  install(restart: boolean): void;
  /** Ends the app and starts the new version, where the system does both in one. Undefined elsewhere. */
  quitAndInstall?: () => void;
}

/** What decides whether and where to look, read anew for each check. */
export interface UpdateRules {
  mode: UpdateMode;
  /** Whether the policy decides the mode. */
  isPolicy: boolean;
  /** Null: there is no server, or no key to check what it says. */
  feed: string | null;
  channel: UpdateChannel;
}

export interface UpdatesDeps {
  rules: () => UpdateRules;
  installation: Promise<Installation>;
  /** Loads the engine, at the first check. */
  engine: (source: UpdateSource) => Promise<UpdateEngine>;
  server: FeedDeps;
  record: { read: () => UpdateRecord; write: (change: (before: UpdateRecord) => UpdateRecord) => void };
  /** The random id of this installation, for the share of a rollout. It is sent to nobody. */
  seed: string;
  /** This app's version. */
  version: string;
  now: () => number;
  random: () => number;
  log: (line: string) => void;
}

const minuteMs = 60_000;
/** After the start, so that nothing of it is in the way of a first sign-in. */
const firstCheckMs = minuteMs;
const intervalMs = 6 * 60 * minuteMs;
const firstRetryMs = 15 * minuteMs;
/** Looks for updates, downloads them, and installs them when the app ends. Its calls never reject unless they say so. */
export class Updates {
  /** What to tell the person at the start: `update-not-installed`, or nothing. */
  readonly notices: readonly Failure[];
  private shown: UpdateState = { kind: 'idle', checkedAt: null };
  private readonly listeners = new Set<() => void>();
  private readonly ending = new AbortController();
  private running: { done: Promise<void>; abort: AbortController } | null = null;
  private engine: UpdateEngine | null = null;
  private installation: Installation | null = null;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private checkedAt: number | null = null;
  /** What is on this computer and waits for the end of the app. */
  private ready: FoundUpdate | null = null;
  private isRestarting = false;
  /** Why the last check failed. */
  private failure: Failure | null = null;
  /** Where the last check looked. */
  private place = '';

  constructor(private readonly deps: UpdatesDeps) {
    this.notices = this.lastInstallation();
    void deps.installation.then((found) => {
      this.installation = found;
      this.rulesChanged();
    });
  }

  get state(): UpdateState {
    return this.resting() ?? this.shown;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The policy or the person's setting may have changed: what is under way stops if it may not be any more. */
  rulesChanged(): void {
    if (this.installation === null || this.ending.signal.aborted) return;
    if (this.resting() !== null) {
      this.running?.abort.abort();
      clearTimeout(this.timer);
      this.timer = undefined;
    } else if (this.running === null && (this.timer === undefined || this.place !== this.placeNow())) {
      this.place = this.placeNow();
      this.schedule(firstCheckMs * (1 + this.deps.random()));
    }
    this.changed();
  }

  /** The person asks for a check now. Fails with `not-now` where updates are not ours to make. */
  async check(): Promise<void> {
    await this.deps.installation;
    if (this.resting() !== null || this.ending.signal.aborted) throw fail('not-now');
    await this.run();
  }

  /** Whether a version waits to be installed, and may be. */
  get isReady(): boolean {
    return this.ready !== null && this.resting() === null;
  }

  /** The app is about to end and shall start again as the new version. Fails with `not-now` if none is ready. */
  restart(): void {
    if (!this.isReady) throw fail('not-now');
    this.isRestarting = true;
  }

  /** Ends the app, if this system installs and starts the new version in one. False: the app has to end as usual. */
  endApp(): boolean {
    if (!this.isRestarting || !this.isReady || !this.engine?.quitAndInstall) return false;
    this.begin();
    this.engine.quitAndInstall();
    return true;
  }

  /**
   * The last thing before the process ends: installs what is ready. Synchronous, and never throws.
   *
   * @param hasTime false while the computer shuts down: an installer would be ended half-way
   */
  atExit(hasTime: boolean): void {
    this.stop();
    if (!this.isReady || !hasTime) return;
    try {
      this.begin();
      this.engine?.install(this.isRestarting);
    } catch (error) {
      this.deps.log(`the update was not installed: ${describe(failureOf(error))}`);
    }
  }

  /** Notes what is being installed, so that the next start can tell whether it was. */
  private begin(): void {
    const begun = this.ready?.version ?? null;
    this.deps.record.write((before) => ({ ...before, begun }));
    this.deps.log(`installing ${begun ?? ''}`);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.ending.abort();
    this.running?.abort.abort();
  }

  /** The state while nothing may be looked for. Null: it may. */
  private resting(): UpdateState | null {
    const { mode, isPolicy, feed } = this.deps.rules();
    const { installation } = this;
    if (installation?.kind === 'computer') return { kind: 'by-it', by: installation.by };
    if (mode === 'it') return { kind: 'by-it', by: 'policy' };
    if (mode === 'off') return { kind: 'off', why: isPolicy ? 'policy' : 'person' };
    if (feed === null) return { kind: 'off', why: 'build' };
    return installation?.kind === 'none' ? { kind: 'off', why: 'uninstalled' } : null;
  }

  private schedule(ms: number): number {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), ms);
    this.timer.unref();
    return this.deps.now() + ms;
  }

  /** One check with its download. A second call waits for the first. */
  private run(): Promise<void> {
    if (this.running) return this.running.done;
    const abort = new AbortController();
    const done = this.checkAndDownload(abort.signal)
      .catch((error: unknown) => this.failed(failureOf(error)))
      .finally(() => {
        this.running = null;
        this.changed();
      });
    this.running = { done, abort };
    return done;
  }

  private async checkAndDownload(signal: AbortSignal): Promise<void> {
    const { now, random, log } = this.deps;
    if (!this.ready) this.show({ kind: 'checking', checkedAt: this.checkedAt, ...this.trouble });
    this.place = this.placeNow();
    this.engine ??= await this.deps.engine(this.source);
    const found = await this.engine.check(signal);
    this.checkedAt = now();
    this.failure = null;
    // A version that is no longer offered was withdrawn: it is not installed
    if (found === null) this.ready = null;
    else if (found.version !== this.ready?.version || found.sha512 !== this.ready.sha512) await this.fetch(this.engine, found, signal);
    this.failures = 0;
    this.schedule(intervalMs * (0.9 + 0.2 * random()));
    this.showResult();
    log(`updates: ${this.ready ? `${this.ready.version} is ready` : 'nothing newer'}`);
  }

  /** What the engine may see of the update server. */
  private readonly source: UpdateSource = {
    metadata: async (signal) => {
      const { rules, record, server } = this.deps;
      const { feed, channel } = rules();
      if (feed === null) throw fail('cancelled');
      const metadata = await fetchMetadata({ feed, channel, counter: record.read().counters[channel] ?? 0 }, server, signal);
      record.write(({ counters, expires, begun }) => ({
        begun,
        counters: { ...counters, [channel]: Math.max(counters[channel] ?? 0, metadata.counter) },
        expires: { ...expires, [channel]: metadata.expiresAt },
      }));
      return { metadata, feed };
    },
    isInRollout: (version, share) => isInRollout(this.deps.seed, version, share),
  };

  private async fetch(engine: UpdateEngine, found: FoundUpdate, signal: AbortSignal): Promise<void> {
    const { version, whatsNew, size } = found;
    let shownAt = -Infinity;
    const progress = (received: number): void => {
      // Ten a second are enough for a bar
      if (performance.now() - shownAt < 100) return;
      shownAt = performance.now();
      this.show({ kind: 'downloading', version, received, size, whatsNew });
    };
    // Its file is replaced from here on
    this.ready = null;
    progress(0);
    await engine.download(progress, signal);
    this.ready = found;
  }

  private showResult(): void {
    if (this.ready) this.show({ kind: 'ready', version: this.ready.version, whatsNew: this.ready.whatsNew, ...this.trouble });
    else this.show({ kind: 'idle', checkedAt: this.checkedAt });
  }

  private failed(thrown: Failure): void {
    // The setting or the policy stopped it, or the app ends
    if (thrown.code === 'cancelled' || this.ending.signal.aborted) {
      this.showResult();
      return;
    }
    const failure = (this.failure = this.orExpired(thrown));
    this.deps.log(`updates: ${describe(failure)}`);
    const retryAt = this.schedule(Math.min(intervalMs, firstRetryMs * 2 ** this.failures));
    this.failures += 1;
    // What is ready stays so: its metadata counted when it was read, and a server cannot take that back by a failure
    if (this.ready) this.showResult();
    else this.show({ kind: 'failed', failure, checkedAt: this.checkedAt, retryAt });
  }

  /**
   * A server that cannot be asked hides new versions as well as one that repeats old metadata: once the last metadata that
   * counted has run out, that is what people are told (TUF calls it a freeze attack).
   */
  private orExpired(failure: Failure): Failure {
    const { record, rules, now } = this.deps;
    const endedAt = record.read().expires?.[rules().channel];
    const hasOwnNotice = ['update-expired', 'update-untrusted', 'update-clock'].includes(failure.code);
    if (hasOwnNotice || endedAt === undefined || now() < endedAt) return failure;
    return { code: 'update-expired', params: { endedAt, nowDateAt: now() }, detail: describe(failure) };
  }

  /** Why no check has succeeded since the last one that did, as part of a state. */
  private get trouble(): { failure?: Failure } {
    return this.failure === null ? {} : { failure: this.failure };
  }

  /** Whether what the last run began to install is what runs now. */
  private lastInstallation(): Failure[] {
    const { record, version } = this.deps;
    const { begun } = record.read();
    if (begun === null) return [];
    record.write((before) => ({ ...before, begun: null }));
    return begun === version ? [] : [{ code: 'update-not-installed', params: { version: begun } }];
  }

  private placeNow(): string {
    const { feed, channel } = this.deps.rules();
    return `${channel} ${feed ?? ''}`;
  }

  private show(state: UpdateState): void {
    this.shown = state;
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

const describe = ({ code, detail }: Failure): string => (detail === undefined ? code : `${code} (${detail})`);
