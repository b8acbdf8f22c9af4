import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { createEngine } from '../../../electron/desktop/updates/engine.ts';
import type { UpdateSource } from '../../../electron/updates/updates.ts';
import { listen } from '../../support/servers.ts';
import { fileOf, metadataOf, newApp, startFeedOn } from '../../support/update-feed.ts';

/**
 * Electron's `autoUpdater` as electron-updater's own code for macOS uses it: Squirrel.Mac asks the address that it is given for
 * JSON, with the headers that it is given, fetches the zip that this names, and says so (docs/api/auto-updater.md).
 */
class Squirrel extends EventEmitter {
  fetched: Buffer | null = null;
  installs = 0;
  private feed: { url: string; headers: Record<string, string> } | null = null;

  setFeedURL(feed: { url: string; headers: Record<string, string> }): void {
    this.feed = feed;
  }
  checkForUpdates(): void {
    this.fetch().then(
      () => this.emit('update-downloaded'),
      (error: unknown) => this.emit('error', error),
    );
  }
  quitAndInstall(): void {
    this.installs += 1;
  }
  private async fetch(): Promise<void> {
    if (!this.feed) throw new Error('no feed');
    const { url, headers } = this.feed;
    const { url: zip } = z.object({ url: z.string() }).parse(await (await fetch(url, { headers })).json());
    this.fetched = Buffer.from(await (await fetch(zip, { headers })).arrayBuffer());
  }
}

const squirrel = new Squirrel();
const require = createRequire(import.meta.url);
const electron = require.resolve('electron');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'causeway-mac-updates-'));
  // What electron-updater requires, in place of the npm package that would look for a binary
  const stub = new Module(electron);
  stub.loaded = true;
  stub.exports = { autoUpdater: squirrel };
  require.cache[electron] = stub;
});
afterAll(() => {
  Reflect.deleteProperty(require.cache, electron);
  rmSync(folder, { recursive: true, force: true });
});

it('an update of macOS is verified, handed over to Squirrel, left to it at the end, and installed by it on Restart Causeway now', async () => {
  const feed = await startFeedOn(listen);
  const file = fileOf(newApp, { platform: 'darwin', kind: 'zip', path: `Causeway-0.2.0-${process.arch}-mac.zip` });
  feed.files.set(`/${file.path}`, newApp);
  const source: UpdateSource = {
    metadata: () => Promise.resolve({ metadata: metadataOf({ files: [file] }), feed: feed.address }),
    isInRollout: () => true,
  };
  const config = path.join(folder, 'updates.json');
  writeFileSync(config, JSON.stringify({ publisherName: null, updaterCacheDirName: 'causeway-updater' }));
  let relaunches = 0;
  const engine = createEngine(source, {
    platform: 'darwin',
    arch: process.arch,
    version: '0.1.0',
    config,
    cacheFolder: folder,
    image: null,
    relaunch: () => void (relaunches += 1),
    server: { verifier: feed.verifier },
    log: () => undefined,
  });
  const { signal } = new AbortController();
  expect(await engine.check(signal)).toMatchObject({ version: '0.2.0', size: newApp.length });
  feed.files.set(`/${file.path}`, newApp.subarray(1));
  await expect(engine.download(() => undefined, signal)).rejects.toMatchObject({ failure: { code: 'update-damaged' } });
  expect(squirrel.fetched).toBeNull();
  feed.files.set(`/${file.path}`, newApp);
  await engine.download(() => undefined, signal);
  await expect.poll(() => squirrel.fetched?.equals(newApp)).toBe(true);
  engine.install(true);
  expect([squirrel.installs, relaunches]).toEqual([0, 0]);
  engine.quitAndInstall?.();
  await expect.poll(() => squirrel.installs).toBe(1);
});
