import { MacUpdater, Provider, type UpdateInfo } from 'electron-updater';
import { getAppCacheDir, type AppAdapter } from 'electron-updater/out/AppAdapter';
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider';
import type { ResolvedUpdateFileInfo } from 'electron-updater/out/types';
import { fail, type CausewayError } from '../../../shared/failure.ts';
import { withDeadline } from '../../net/deadline.ts';
import { asDiskFailure, downloadFile, type DownloadOptions } from '../../updates/download.ts';
import { addressIn } from '../../updates/feed.ts';
import { fileFor, type Metadata, type UpdateFile } from '../../updates/metadata.ts';
import type { UpdateEngine, UpdateSource } from '../../updates/updates.ts';
import { OwnAppImageUpdater } from './appimage-linux.ts';
import { OwnNsisUpdater } from './nsis-windows.ts';

/**
 * Updates by electron-updater, as far as it knows the systems: where a download waits, how it is looked at, how it is
 * installed. What may be downloaded comes from our signed metadata alone (its `custom` provider), by our own HTTPS.
 */

export interface EngineOptions {
  platform: 'win32' | 'darwin' | 'linux';
  arch: string;
  version: string;
  /** `build/updates/updates.json`, in which electron-updater looks for `updaterCacheDirName` and `publisherName`. */
  config: string;
  /** Where downloads wait. Default: the system's folder for caches, such as `~/.cache`. */
  cacheFolder?: string;
  /** The AppImage that runs, on Linux. */
  image: string | null;
  /** Starts the app again once it has ended. */
  relaunch: () => void;
  server: Pick<DownloadOptions, 'verifier' | 'routeThroughProxy' | 'stallMs'>;
  log: (line: string) => void;
}

/** For a download with its checks; on macOS also until Squirrel has taken it over. */
const downloadTimeoutMs = 5 * 60 * 60 * 1000;

interface Found {
  metadata: Metadata;
  feed: string;
  file: UpdateFile;
}

export function createEngine(source: UpdateSource, options: EngineOptions): UpdateEngine {
  const { platform, arch, server, log } = options;
  const updater = createUpdater(options);
  let found: Found | null = null;
  let signal = new AbortController().signal;
  let onProgress: (received: number) => void = () => undefined;

  /** What electron-updater asks for versions. */
  class SignedProvider extends Provider<UpdateInfo> {
    constructor(_options: unknown, _updater: unknown, runtime: ProviderRuntimeOptions) {
      super(runtime);
    }

    override async getLatestVersion(): Promise<UpdateInfo> {
      found = null;
      const { metadata, feed } = await source.metadata(signal);
      const file = fileFor(metadata, platform, arch);
      if (file) found = { metadata, feed, file };
      const { path, sha512, size } = file ?? { path: '', sha512: '', size: 0 };
      const releaseDate = new Date(metadata.signedAt).toISOString();
      return { version: metadata.version, files: [{ url: path, sha512, size }], path, sha512, releaseDate };
    }

    override resolveFiles({ files }: UpdateInfo): ResolvedUpdateFileInfo[] {
      const { feed } = expectFound();
      return files.map((info) => ({ url: new URL(addressIn(feed, info.url)), info }));
    }
  }

  const expectFound = (): Found => {
    if (!found) throw fail('not-now');
    return found;
  };

  updater.isUserWithinRollout = () => found !== null && source.isInRollout(found.metadata.version, found.metadata.rollout);
  // Without differential downloads this is all that it asks of the network
  Object.assign(updater, {
    httpExecutor: {
      download: (_url: URL, destination: string) => {
        const { feed, file } = expectFound();
        return downloadFile(feed, file, destination, { ...server, signal, onProgress });
      },
    },
  });
  updater.setFeedURL({ provider: 'custom', updateProvider: SignedProvider });

  return {
    async check(checkSignal) {
      signal = checkSignal;
      const result = await updater.checkForUpdates();
      if (result?.isUpdateAvailable !== true || !found) return null;
      const { metadata, file } = expectFound();
      return { version: metadata.version, whatsNew: metadata.whatsNew, size: file.size, sha512: file.sha512 };
    },

    async download(progress, downloadSignal) {
      [signal, onProgress] = [downloadSignal, progress];
      const { file } = expectFound();
      if (!(updater instanceof MacUpdater)) updater.file = file;
      const late = (): CausewayError => fail('update-unwritable', undefined, { detail: 'the system did not take the update' });
      // Our download heeds the signal itself and cleans up after it. Squirrel cannot be called off
      const isOurs = !(updater instanceof MacUpdater);
      const bound = { signal: isOurs ? never : signal, ms: downloadTimeoutMs, late, release: () => undefined };
      await withDeadline<undefined>(bound, (done, failed) => {
        updater.downloadUpdate().then(
          () => done(undefined),
          (thrown: unknown) => failed(asError(asDiskFailure(thrown))),
        );
      });
    },

    install(restart) {
      // Squirrel.Mac has it already, and installs it once the app has ended
      if (updater instanceof MacUpdater) return;
      try {
        const thrown: Error[] = [];
        const keep = (error: Error): void => void thrown.push(error);
        updater.once('error', keep);
        const isBegun = updater.install(true, restart);
        updater.off('error', keep);
        if (!isBegun) throw thrown[0] ?? new Error('electron-updater has nothing to install');
      } finally {
        // NSIS starts the app itself
        if (restart && platform === 'linux') options.relaunch();
      }
      log('the update is installed, or its installer runs');
    },

    ...(updater instanceof MacUpdater && { quitAndInstall: () => updater.quitAndInstall() }),
  };
}

function createUpdater(options: EngineOptions): OwnAppImageUpdater | OwnNsisUpdater | MacUpdater {
  const { platform, version, config, cacheFolder = getAppCacheDir(), relaunch, log } = options;
  const app: AppAdapter = {
    version,
    name: 'Causeway',
    isPackaged: true,
    appUpdateConfigPath: config,
    // A random id for rollouts of its own is all that it would keep there
    userDataPath: cacheFolder,
    baseCachePath: cacheFolder,
    whenReady: () => Promise.resolve(),
    relaunch,
    // We end the app, and say when to install
    quit: () => undefined,
    onQuit: () => undefined,
  };
  const updater = platform === 'darwin' ? new MacUpdater(undefined, app) : createOwn();
  const firstLine = (message: unknown): string => String(message).split('\n')[0] ?? '';
  updater.logger = {
    info: () => undefined,
    warn: (message: unknown) => log(`updater: ${firstLine(message)}`),
    error: (message: unknown) => log(`updater: ${firstLine(message)}`),
  };
  updater.autoDownload = false;
  updater.allowDowngrade = false;
  // macOS: hands the download over to Squirrel, which installs it after the app's end
  updater.autoInstallOnAppQuit = platform === 'darwin';
  updater.disableWebInstaller = true;
  // They would fetch block maps that nobody has signed
  updater.disableDifferentialDownload = true;
  return updater;

  function createOwn(): OwnAppImageUpdater | OwnNsisUpdater {
    if (platform === 'win32') return new OwnNsisUpdater(undefined, app);
    const own = new OwnAppImageUpdater(undefined, app);
    own.image = options.image ?? '';
    return own;
  }
}

const never = new AbortController().signal;
const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
