import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEngine, type EngineOptions } from '../../../electron/desktop/updates/engine.ts';
import { signMetadata } from '../../../electron/updates/envelope.ts';
import { Updates, type UpdatesDeps } from '../../../electron/updates/updates.ts';
import type { UpdateRecord, UpdateState } from '../../../shared/updates.ts';
import { listen } from '../../support/servers.ts';
import { canMount, mountSmallDisk } from '../../support/small-disk.ts';
import { dayMs, fileOf, metadataOf, newApp, releaseKey, startFeedOn, type Serve, type UpdateFeed } from '../../support/update-feed.ts';

/** electron-updater's own code, with our provider, download and last step, against a real https server. */

const startFeed = (isStranger?: boolean) => startFeedOn(listen, isStranger);
const oldApp = '#!/bin/sh\necho old\n';
let folder: string;
let image: string;
let feed: UpdateFeed;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'causeway-updates-'));
  image = path.join(folder, 'Causeway-0.1.0.AppImage');
  writeFileSync(image, oldApp, { mode: 0o755 });
  vi.stubEnv('APPIMAGE', image);
  feed = await startFeed();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

interface Bench {
  updates: Updates;
  record: () => UpdateRecord;
  relaunches: () => number;
  cache: string;
  log: string[];
  states: UpdateState[];
}

function bench(over: Partial<Omit<UpdatesDeps, 'engine'>> & { engine?: Partial<EngineOptions>; timeoutMs?: number } = {}): Bench {
  const { engine = {}, timeoutMs = 5_000, ...rest } = over;
  const cache = engine.cacheFolder ?? path.join(folder, 'cache');
  const config = path.join(folder, 'updates.json');
  writeFileSync(config, JSON.stringify({ publisherName: null, updaterCacheDirName: 'causeway-updater' }));
  let record: UpdateRecord = { counters: {}, begun: null };
  let relaunches = 0;
  const log: string[] = [];
  const server = { keys: [feed.key.publicKey], verifier: feed.verifier, now: Date.now, timeoutMs };
  const updates = new Updates({
    rules: () => ({ mode: 'automatic', isPolicy: false, feed: feed.address, channel: 'stable' }),
    installation: Promise.resolve({ kind: 'own', image }),
    server,
    record: { read: () => record, write: (change) => (record = change(record)) },
    seed: 'seed',
    version: '0.1.0',
    now: Date.now,
    random: () => 0.5,
    log: (line) => void log.push(line),
    ...rest,
    engine: (source) =>
      Promise.resolve(
        createEngine(source, {
          platform: 'linux',
          arch: process.arch,
          version: '0.1.0',
          config,
          image,
          cacheFolder: cache,
          relaunch: () => void (relaunches += 1),
          server: { ...server, stallMs: 300 },
          log: (line) => void log.push(line),
          ...engine,
        }),
      ),
  });
  onTestFinished(() => updates.stop());
  const states: UpdateState[] = [];
  updates.onChange(() => states.push(updates.state));
  return { updates, record: () => record, relaunches: () => relaunches, cache, log, states };
}

/** Everything that lies in the cache, by name. */
function downloads({ cache }: Bench): string[] {
  const pending = path.join(cache, 'causeway-updater', 'pending');
  return existsSync(pending) ? readdirSync(pending).filter((name) => name !== 'update-info.json') : [];
}

const failedWith = (code: string) => ({ kind: 'failed', failure: { code } });

describe('a newer version', () => {
  it('an update is downloaded with progress, waits, and takes the place of the app in one step when the app ends', async () => {
    feed.publish();
    const at = bench();
    await at.updates.check();
    expect(at.updates.state).toEqual({ kind: 'ready', version: '0.2.0', whatsNew: 'https://causeway.example/0.2.0' });
    expect(at.states).toContainEqual(expect.objectContaining({ kind: 'downloading', received: 0, size: newApp.length }));
    expect(feed.requests).toEqual(['/stable.json', '/Causeway-0.2.0.AppImage']);
    expect(readFileSync(image, 'utf8')).toBe(oldApp);
    expect(at.record()).toEqual({ counters: { stable: 5 }, expires: { stable: expect.any(Number) as number }, begun: null });
    at.updates.atExit(true);
    expect(readFileSync(image).equals(newApp)).toBe(true);
    expect(statSync(image).mode & 0o777).toBe(0o755);
    expect(readdirSync(folder).filter((name) => name.includes('AppImage'))).toEqual(['Causeway-0.1.0.AppImage']);
    expect(downloads(at)).toEqual([]);
    expect(at.relaunches()).toBe(0);
    expect(at.record().begun).toBe('0.2.0');
  });

  it('Restart Causeway now starts the new version, and nothing is installed while the computer shuts down', async () => {
    feed.publish();
    const shutDown = bench();
    await shutDown.updates.check();
    shutDown.updates.atExit(false);
    expect(readFileSync(image, 'utf8')).toBe(oldApp);
    // The next run has it already: only the metadata is asked for
    const at = bench();
    await at.updates.check();
    expect(feed.requests).toEqual(['/stable.json', '/Causeway-0.2.0.AppImage', '/stable.json']);
    at.updates.restart();
    expect(at.updates.endApp()).toBe(false);
    at.updates.atExit(true);
    expect(readFileSync(image).equals(newApp)).toBe(true);
    expect(at.relaunches()).toBe(1);
  });

  it('a start tells that the last update was not installed, and is silent when it was', () => {
    const notices = (begun: string) => {
      let record: UpdateRecord = { counters: { stable: 3 }, begun };
      const { updates } = bench({ record: { read: () => record, write: (change) => (record = change(record)) } });
      expect(record).toEqual({ counters: { stable: 3 }, begun: null });
      return updates.notices;
    };
    expect(notices('0.2.0')).toEqual([{ code: 'update-not-installed', params: { version: '0.2.0' } }]);
    expect(notices('0.1.0')).toEqual([]);
  });

  it('a version that is withdrawn before it is installed is not installed, and a newer one takes its place', async () => {
    const newest = Buffer.from(newApp).fill('z', 1000, 2000);
    feed.publish();
    feed.files.set('/Causeway-0.3.0.AppImage', newest);
    const at = bench();
    await at.updates.check();
    feed.publish({ counter: 6, version: '0.1.0' });
    await at.updates.check();
    expect(at.updates.state.kind).toBe('idle');
    expect(at.updates.isReady).toBe(false);
    feed.publish({ counter: 7 });
    await at.updates.check();
    feed.publish({ counter: 8, version: '0.3.0', files: [fileOf(newest, { path: 'Causeway-0.3.0.AppImage' })] });
    await at.updates.check();
    expect(at.updates.state).toMatchObject({ kind: 'ready', version: '0.3.0' });
    at.updates.atExit(true);
    expect(readFileSync(image).equals(newest)).toBe(true);
  });

  it('a version that is published again with another file is downloaded again, and the other file is installed', async () => {
    const again = Buffer.from(newApp).fill('z', 1000, 2000);
    feed.publish();
    const at = bench();
    await at.updates.check();
    feed.publish({ counter: 6, files: [fileOf(again)] });
    feed.files.set('/Causeway-0.2.0.AppImage', again);
    await at.updates.check();
    expect(at.updates.state).toMatchObject({ kind: 'ready', version: '0.2.0' });
    at.updates.atExit(true);
    expect(readFileSync(image).equals(again)).toBe(true);
  });

  it('an update that is ready stays so and is installed though its metadata has run out since, and that is told', async () => {
    let gone = 0;
    const now = () => Date.now() + gone;
    const late = bench({ now, server: { keys: [feed.key.publicKey], verifier: feed.verifier, now } });
    const { expiresAt } = feed.publish({ expiresAt: Date.now() + dayMs });
    // It runs out while the file is on its way: what counted when it was read goes on counting
    feed.files.set('/Causeway-0.2.0.AppImage', (_request, response) => {
      gone = 2 * dayMs;
      response.end(newApp);
    });
    await late.updates.check();
    expect(late.updates.state).toEqual({ kind: 'ready', version: '0.2.0', whatsNew: 'https://causeway.example/0.2.0' });
    await late.updates.check();
    const expired = { code: 'update-expired', params: { endedAt: expiresAt, nowDateAt: expect.any(Number) as number } };
    expect(late.updates.state).toMatchObject({ kind: 'ready', version: '0.2.0', failure: expired });
    expect(late.log).toContain('updates: update-expired');
    feed.publish({ counter: 6, expiresAt: now() + dayMs });
    await late.updates.check();
    expect(late.updates.state).not.toHaveProperty('failure');
    gone += 2 * dayMs;
    await late.updates.check();
    expect(late.updates.state).toMatchObject({ kind: 'ready', failure: { code: 'update-expired' } });
    late.updates.atExit(true);
    expect(readFileSync(image).equals(newApp)).toBe(true);
    expect(late.record().begun).toBe('0.2.0');
  });

  it('a server that cannot be asked is told as metadata that has run out, once the last that counted has', async () => {
    let gone = 0;
    const now = () => Date.now() + gone;
    const at = bench({ now, server: { keys: [feed.key.publicKey], verifier: feed.verifier, now } });
    const { expiresAt } = feed.publish({ version: '0.1.0', expiresAt: Date.now() + dayMs });
    await at.updates.check();
    feed.files.delete('/stable.json');
    await at.updates.check();
    expect(at.updates.state).toMatchObject(failedWith('update-unreachable'));
    gone = 2 * dayMs;
    await at.updates.check();
    expect(at.states.some((state) => state.kind === 'checking' && state.failure?.code === 'update-unreachable')).toBe(true);
    expect(at.updates.state).toMatchObject({
      kind: 'failed',
      failure: { code: 'update-expired', params: { endedAt: expiresAt }, detail: 'update-unreachable (HTTP 404)' },
    });
    feed.publish({ version: '0.1.0', expiresAt: now() + dayMs });
    await at.updates.check();
    expect(at.updates.state.kind).toBe('idle');
  });

  it('an update that was changed on the disk after its download is not installed', async () => {
    feed.publish();
    const at = bench();
    await at.updates.check();
    const [name = ''] = downloads(at);
    writeFileSync(path.join(at.cache, 'causeway-updater', 'pending', name), Buffer.from(newApp).fill('y', 100, 101));
    at.updates.restart();
    at.updates.atExit(true);
    expect(readFileSync(image, 'utf8')).toBe(oldApp);
    expect(at.log.join('\n')).toContain('update-damaged');
    // It was to start again, whatever became of the update
    expect(at.relaunches()).toBe(1);
  });

  it('metadata that the second of two built-in keys has signed counts, and an update by a key that is no longer built in does not', async () => {
    const next = releaseKey();
    feed.publish({}, [next.privateKey]);
    const server = { verifier: feed.verifier, now: Date.now };
    const both = bench({ server: { ...server, keys: [feed.key.publicKey, next.publicKey] } });
    await both.updates.check();
    expect(both.updates.state.kind).toBe('ready');
    const old = bench({ server: { ...server, keys: [feed.key.publicKey] } });
    await old.updates.check();
    expect(old.updates.state).toMatchObject(failedWith('update-untrusted'));
    feed.publish({}, [feed.key.privateKey, next.privateKey]);
    await old.updates.check();
    expect(old.updates.state.kind).toBe('ready');
  });
});

describe('nothing to do', () => {
  it.each([
    ['the same version', { version: '0.1.0' }],
    ['an older version', { version: '0.0.9' }],
    ['a version before this one', { version: '0.1.0-beta.1' }],
    ['a rollout that has not begun', { rollout: 0 }],
    ['a release for another processor', { files: [fileOf(newApp, { arch: process.arch === 'arm64' ? 'x64' : 'arm64' })] }],
    ['a release for IT alone', { files: [fileOf(newApp, { kind: 'deb', path: 'causeway_0.2.0_amd64.deb' })] }],
  ])('%s is not downloaded', async (_what, change) => {
    feed.publish(change);
    const at = bench();
    await at.updates.check();
    expect(at.updates.state).toEqual({ kind: 'idle', checkedAt: expect.any(Number) as number });
    expect(feed.requests).toEqual(['/stable.json']);
    at.updates.atExit(true);
    expect(readFileSync(image, 'utf8')).toBe(oldApp);
  });
});

const hang: Serve = () => undefined;
/** 20 MB of spaces in 20 kB. */
const bomb: Serve = (_request, response) =>
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000, 32)));
const later = Date.now() + 3 * dayMs;
const unsigned = (text: string): string =>
  JSON.stringify({ signed: Buffer.from(text).toString('base64'), signatures: [`${'A'.repeat(86)}==`] });

describe('a server that cannot be believed', () => {
  it.each<[string, string, (feed: UpdateFeed) => void]>([
    [
      'metadata that has run out',
      'update-expired',
      (at) => at.publish({ signedAt: Date.now() - 9 * dayMs, expiresAt: Date.now() - dayMs }),
    ],
    ['metadata of a later day', 'update-clock', (at) => at.publish({ signedAt: later, expiresAt: later + dayMs })],
    ['metadata by another key', 'update-untrusted', (at) => at.publish({}, [releaseKey().privateKey])],
    [
      'metadata with a signature of nothing',
      'update-untrusted',
      (at) => at.files.set('/stable.json', unsigned(JSON.stringify(metadataOf()))),
    ],
    [
      'metadata of another channel',
      'update-invalid',
      (at) => at.files.set('/stable.json', signMetadata(metadataOf({ channel: 'beta' }), [at.key.privateKey])),
    ],
    ['a page for people', 'update-invalid', (at) => at.files.set('/stable.json', '<html>Welcome to our Wi-Fi</html>')],
    ['metadata of 2 MB', 'update-invalid', (at) => at.files.set('/stable.json', ' '.repeat(2_000_000))],
    [
      'metadata that says it has not changed',
      'update-unreachable',
      (at) => at.files.set('/stable.json', (_request, response) => response.writeHead(304).end()),
    ],
    ['metadata that is packed', 'update-invalid', (at) => at.files.set('/stable.json', bomb)],
    [
      'metadata that says another length',
      'update-unreachable',
      (at) =>
        at.files.set('/stable.json', (request) => {
          request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\ncontent-length: 20\r\n\r\n{}');
        }),
    ],
    [
      'metadata that comes a byte at a time',
      'update-unreachable',
      (at) =>
        at.files.set('/stable.json', (request, response) => {
          const drip = setInterval(() => response.write(' '), 50);
          request.socket.on('close', () => clearInterval(drip));
        }),
    ],
    ['no metadata', 'update-unreachable', (at) => at.files.delete('/stable.json')],
    [
      'a redirect',
      'update-unreachable',
      (at) => at.files.set('/stable.json', (_request, response) => response.writeHead(302, { location: 'https://127.0.0.1/' }).end()),
    ],
    ['a connection that breaks off', 'update-unreachable', (at) => at.files.set('/stable.json', (request) => request.socket.destroy())],
    ['a server that hangs', 'update-unreachable', (at) => at.files.set('/stable.json', hang)],
  ])('%s is told and nothing else is fetched', async (_what, code, set) => {
    feed.publish();
    set(feed);
    const at = bench({ timeoutMs: 400 });
    await at.updates.check();
    expect(at.updates.state).toMatchObject({ ...failedWith(code), retryAt: expect.any(Number) as number });
    expect(feed.requests).toEqual(['/stable.json']);
    expect(at.record().counters).toEqual({});
    expect(downloads(at)).toEqual([]);
  });

  it('a server that is gone, and one with another certificate, are told', async () => {
    const gone = bench({ rules: () => ({ mode: 'automatic', isPolicy: false, feed: 'https://127.0.0.1:1', channel: 'stable' }) });
    await gone.updates.check();
    expect(gone.updates.state).toMatchObject(failedWith('update-unreachable'));
    const other = await startFeed(true);
    other.publish();
    const at = bench({ rules: () => ({ mode: 'automatic', isPolicy: false, feed: other.address, channel: 'stable' }) });
    await at.updates.check();
    expect(at.updates.state).toMatchObject({ kind: 'failed', failure: { code: expect.stringMatching(/^certificate-/) as string } });
    expect(other.requests).toEqual([]);
  });

  it('a counter that falls is refused, the highest one stays noted, and an equal one counts', async () => {
    const at = bench();
    feed.publish({ counter: 9, version: '0.1.0' });
    await at.updates.check();
    feed.publish({ counter: 8 });
    await at.updates.check();
    expect(at.updates.state).toMatchObject(failedWith('update-older'));
    expect(at.record().counters).toEqual({ stable: 9 });
    feed.publish({ counter: 9 });
    await at.updates.check();
    expect(at.updates.state.kind).toBe('ready');
  });
});

describe('a download that goes wrong', () => {
  const file = '/Causeway-0.2.0.AppImage';
  it.each<[string, string, Buffer | Serve]>([
    ['another file of the same size', 'update-damaged', Buffer.from(newApp).fill('y', 1000, 1001)],
    ['a truncated file', 'update-damaged', newApp.subarray(0, 200_000)],
    ['a file that says its length and is longer', 'update-damaged', Buffer.concat([newApp, Buffer.alloc(1)])],
    ['a file without an end', 'update-damaged', (_request, response) => endless(response)],
    [
      'a file that breaks off',
      'update-damaged',
      (_request, response) =>
        response.writeHead(200, { 'content-length': newApp.length }).write(newApp.subarray(0, 100_000), () => response.destroy()),
    ],
    ['a file that stops coming', 'update-unreachable', (_request, response) => response.writeHead(200).write(newApp.subarray(0, 100_000))],
    ['a file that is not there', 'update-unreachable', (_request, response) => response.writeHead(404).end()],
    [
      'a file that comes packed',
      'update-damaged',
      (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(newApp)),
    ],
    ['a file that is elsewhere', 'update-unreachable', (_request, response) => response.writeHead(302, { location: '/other' }).end()],
    ['a server that takes the request and hangs', 'update-unreachable', hang],
  ])('%s is told, deleted and not installed, and the next check mends it', async (_what, code, answer) => {
    feed.publish();
    feed.files.set(file, answer);
    const at = bench();
    await at.updates.check();
    expect(at.updates.state).toMatchObject(failedWith(code));
    expect(downloads(at)).toEqual([]);
    expect(at.updates.isReady).toBe(false);
    feed.files.set(file, newApp);
    await at.updates.check();
    expect(at.updates.state.kind).toBe('ready');
  });

  it.runIf(canMount())('a full disk is told when the update is downloaded, and leaves the app as it is when it is installed', async () => {
    const disk = await mountSmallDisk(1);
    onTestFinished(() => disk.remove());
    feed.publish();
    const cacheFolder = path.join(disk.folder, 'cache');
    mkdirSync(cacheFolder);
    await disk.fill(8);
    const full = bench({ engine: { cacheFolder } });
    await full.updates.check();
    expect(full.updates.state).toMatchObject(failedWith('update-disk-full'));
    expect(downloads(full)).toEqual([]);
    await disk.setReadOnly(true);
    const readOnly = bench({ engine: { cacheFolder } });
    await readOnly.updates.check();
    expect(readOnly.updates.state).toMatchObject(failedWith('update-unwritable'));
    await disk.repair();
    // The app's own disk is full: the download is on another one
    const onDisk = path.join(disk.folder, 'Causeway.AppImage');
    writeFileSync(onDisk, oldApp);
    const at = bench({ engine: { image: onDisk } });
    await at.updates.check();
    await disk.fill(2);
    at.updates.atExit(true);
    expect(readFileSync(onDisk, 'utf8')).toBe(oldApp);
    expect(readdirSync(disk.folder).sort()).toEqual(['Causeway.AppImage', 'cache', 'filler']);
    expect(at.log.join('\n')).toContain('ENOSPC');
    expect(downloads(at)).toHaveLength(1);
  });
});

function endless(response: Parameters<Serve>[1]): void {
  const more = (): void => {
    if (!response.destroyed) response.write('x'.repeat(50_000), () => setImmediate(more));
  };
  more();
}

describe('who decides', () => {
  const rules = { isPolicy: false, feed: 'https://127.0.0.1:1', channel: 'stable' } as const;
  it.each<[string, Partial<Pick<UpdatesDeps, 'rules' | 'installation'>>, UpdateState]>([
    ['the person has switched it off', { rules: () => ({ ...rules, mode: 'off' }) }, { kind: 'off', why: 'person' }],
    ['the policy has switched it off', { rules: () => ({ ...rules, mode: 'off', isPolicy: true }) }, { kind: 'off', why: 'policy' }],
    ['the policy leaves it to IT', { rules: () => ({ ...rules, mode: 'it', isPolicy: true }) }, { kind: 'by-it', by: 'policy' }],
    ['the build has no server', { rules: () => ({ ...rules, mode: 'automatic', feed: null }) }, { kind: 'off', why: 'build' }],
    [
      'it is a deb',
      { installation: Promise.resolve({ kind: 'computer', by: 'package-manager' }) },
      { kind: 'by-it', by: 'package-manager' },
    ],
    ['it is not installed', { installation: Promise.resolve({ kind: 'none' }) }, { kind: 'off', why: 'uninstalled' }],
  ])('nothing is looked for when %s', async (_when, deps, state) => {
    feed.publish();
    const at = bench(deps);
    await expect(at.updates.check()).rejects.toMatchObject({ failure: { code: 'not-now' } });
    expect(at.updates.state).toEqual(state);
    expect(feed.requests).toEqual([]);
  });

  it('a download stops when updates are switched off, and an update that waits is then not installed', async () => {
    feed.publish();
    let mode: 'automatic' | 'off' = 'automatic';
    // Longer than the test: only the switch may end the download
    const at = bench({
      rules: () => ({ ...rules, feed: feed.address, mode }),
      engine: { server: { verifier: feed.verifier, stallMs: 60_000 } },
    });
    const asked = new Promise<void>((resolve) => {
      feed.files.set('/Causeway-0.2.0.AppImage', (_request, response) => {
        response.writeHead(200).write(newApp.subarray(0, 1000));
        resolve();
      });
    });
    const checked = at.updates.check();
    await asked;
    mode = 'off';
    at.updates.rulesChanged();
    await checked;
    expect(at.updates.state).toEqual({ kind: 'off', why: 'person' });
    expect(downloads(at)).toEqual([]);
    mode = 'automatic';
    feed.files.set('/Causeway-0.2.0.AppImage', newApp);
    await at.updates.check();
    expect(at.updates.state.kind).toBe('ready');
    mode = 'off';
    at.updates.atExit(true);
    expect(readFileSync(image, 'utf8')).toBe(oldApp);
  });
});

it('the installer of Windows runs for this person alone, silently, without elevation', async () => {
  const told = path.join(folder, 'arguments');
  const installer = Buffer.from(`#!/bin/sh\nprintf '%s ' "$@" > '${told}.part' && mv '${told}.part' '${told}'\n`);
  feed.publish({ files: [fileOf(installer, { platform: 'win32', kind: 'nsis', path: 'Causeway-0.2.0.exe' })] });
  feed.files.set('/Causeway-0.2.0.exe', installer);
  const at = bench({ engine: { platform: 'win32' } });
  await at.updates.check();
  expect(at.updates.state.kind).toBe('ready');
  // No block map, which nobody has signed, is asked for or looked for
  expect(feed.requests).toEqual(['/stable.json', '/Causeway-0.2.0.exe']);
  expect(at.log.filter((line) => /differential|block ?map/i.test(line))).toEqual([]);
  const [name = ''] = downloads(at);
  chmodSync(path.join(at.cache, 'causeway-updater', 'pending', name), 0o700);
  at.updates.restart();
  at.updates.atExit(true);
  await expect.poll(() => existsSync(told) && readFileSync(told, 'utf8')).toBe('--updated /S /currentuser --force-run ');
  // NSIS starts the app
  expect(at.relaunches()).toBe(0);
});
