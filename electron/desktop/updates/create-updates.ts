import { app } from 'electron';
import type { UpdateChannel, UpdateMode, UpdateRecord } from '../../../shared/updates.ts';
import type { RouteThroughProxy } from '../../net/https.ts';
import { createVerifier } from '../../trust/verifier.ts';
import { readUpdateConfig } from '../../updates/config.ts';
import { findInstallation } from '../../updates/installation.ts';
import { Updates, type UpdatesDeps } from '../../updates/updates.ts';
import { relaunchOptions } from '../system/relaunch.ts';

export interface UpdateParts {
  /** `build/updates/updates.json` of this build. */
  config: string;
  /** Who updates, by the person's settings and the policy. */
  mode: () => { mode: UpdateMode; isPolicy: boolean };
  /** What the policy says of the server. `none`: there is none. Null: the one that is built in. */
  policy: () => { updateFeed: string | null; updateChannel: UpdateChannel };
  record: { read: () => UpdateRecord; write: (change: (before: UpdateRecord) => UpdateRecord) => void };
  seed: string;
  routeThroughProxy: RouteThroughProxy;
  now: () => number;
  random: () => number;
  log: (line: string) => void;
}

/** Updates of this app. electron-updater is loaded at the first check only. */
export function createUpdates(parts: UpdateParts): Updates {
  const { config, mode, policy, record, seed, routeThroughProxy, now, random, log } = parts;
  const { feed: builtIn, keys } = readUpdateConfig(config, log);
  const installation = findInstallation({ isPackaged: app.isPackaged, executable: process.execPath, env: process.env }, process.platform);
  // Nobody is asked about a certificate or a proxy's password for what happens by itself
  const verifier = createVerifier({ trust: { kind: 'system' }, strict: true, now });
  const engine: UpdatesDeps['engine'] = async (source) => {
    const { createEngine } = await import('./engine.ts');
    const found = await installation;
    return createEngine(source, {
      platform: process.platform === 'win32' || process.platform === 'darwin' ? process.platform : 'linux',
      arch: process.arch,
      version: app.getVersion(),
      config,
      image: found.kind === 'own' ? found.image : null,
      relaunch: () => app.relaunch(relaunchOptions([], process.env)),
      server: { verifier, routeThroughProxy },
      log,
    });
  };
  return new Updates({
    rules: () => {
      const { updateFeed, updateChannel } = policy();
      const feed = updateFeed === 'none' ? null : (updateFeed ?? builtIn);
      return { ...mode(), feed: keys.length === 0 ? null : feed, channel: updateChannel };
    },
    installation,
    engine,
    server: { keys, verifier, routeThroughProxy, now },
    record,
    seed,
    version: app.getVersion(),
    now,
    random,
    log,
  });
}
