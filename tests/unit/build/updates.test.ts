import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { configFile, makeKey, readKey, runCommand, signRelease, wrongIn, type ReleaseFacts } from '../../../build/updates.ts';
import { readUpdateConfig } from '../../../electron/updates/config.ts';
import { openEnvelope, readPublicKey } from '../../../electron/updates/envelope.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'causeway-release-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const facts: ReleaseFacts = {
  version: '0.2.0',
  channel: 'stable',
  rollout: 10,
  days: 60,
  whatsNew: 'https://causeway.example/0.2.0',
  now: Date.now(),
};
const put = (name: string, content = name): void => writeFileSync(path.join(folder, name), content);

it('a key for signing is made once, for its owner alone, and its public part checks what it signs', () => {
  const file = path.join(folder, 'update.pem');
  const text = makeKey(file);
  expect(readPublicKey(text).equals(createPublicKey(readKey(file)))).toBe(true);
  expect(() => makeKey(file)).toThrow('EEXIST');
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('the metadata of a release names each installer for its computer, and its counter rises with every signature', async () => {
  const [key, next] = ['a.pem', 'b.pem'].map((name) => {
    makeKey(path.join(folder, name));
    return readKey(path.join(folder, name));
  });
  if (!key || !next) throw new Error('no keys');
  for (const name of [
    'Causeway-0.2.0.exe',
    'Causeway-0.2.0-arm64.msi',
    'Causeway-0.2.0-arm64.zip',
    'Causeway-0.2.0-x64.pkg',
    'Causeway-0.2.0.AppImage',
    'causeway_0.2.0_amd64.deb',
    'SHA256SUMS',
    'Causeway-0.2.0.exe.blockmap',
  ])
    put(name);
  const builtIn = [createPublicKey(key)];
  const first = await signRelease(folder, facts, [key], builtIn);
  expect(first.files.map(({ platform, arch, kind, path: name }) => `${platform} ${arch} ${kind} ${name}`)).toEqual([
    'win32 arm64 msi Causeway-0.2.0-arm64.msi',
    'darwin arm64 zip Causeway-0.2.0-arm64.zip',
    'darwin x64 pkg Causeway-0.2.0-x64.pkg',
    'linux x64 appimage Causeway-0.2.0.AppImage',
    'win32 x64 nsis Causeway-0.2.0.exe',
    'linux x64 deb causeway_0.2.0_amd64.deb',
  ]);
  // Within the same minute, and while the next key takes this one's place
  const second = await signRelease(folder, { ...facts, rollout: 100 }, [key, next], builtIn);
  expect(second).toMatchObject({ counter: first.counter + 1, rollout: 100 });
  const written: unknown = JSON.parse(readFileSync(path.join(folder, 'stable.json'), 'utf8'));
  expect(openEnvelope(written, [createPublicKey(next)])).toEqual(second);
  expect(await wrongIn(folder, 'stable', builtIn, Date.now())).toEqual([]);
  put('Causeway-0.2.0.exe', 'another');
  rmSync(path.join(folder, 'Causeway-0.2.0-x64.pkg'));
  expect(await wrongIn(folder, 'stable', builtIn, facts.now + 61 * 86_400_000)).toEqual([
    expect.stringMatching(/^stable\.json ran out on /) as string,
    'Causeway-0.2.0-x64.pkg is missing',
    'Causeway-0.2.0.exe is not the file that was signed',
  ]);
});

it('a release is not signed with a key that is not built in, nor without installers, nor for longer than metadata may count', async () => {
  makeKey(path.join(folder, 'a.pem'));
  const key = readKey(path.join(folder, 'a.pem'));
  put('Causeway-0.2.0.exe');
  await expect(signRelease(folder, facts, [key], [])).rejects.toThrow('update-untrusted');
  await expect(signRelease(folder, { ...facts, days: 500 }, [key], [createPublicKey(key)])).rejects.toThrow('expiresAt');
  rmSync(path.join(folder, 'Causeway-0.2.0.exe'));
  await expect(signRelease(folder, facts, [key], [createPublicKey(key)])).rejects.toThrow('files');
});

it('metadata of another channel is told before an app refuses it', async () => {
  makeKey(path.join(folder, 'a.pem'));
  const key = readKey(path.join(folder, 'a.pem'));
  put('Causeway-0.2.0.exe');
  await signRelease(folder, { ...facts, channel: 'beta' }, [key], [createPublicKey(key)]);
  renameSync(path.join(folder, 'beta.json'), path.join(folder, 'stable.json'));
  expect(await wrongIn(folder, 'stable', [createPublicKey(key)], facts.now)).toEqual(['stable.json is the beta.json of a release']);
});

it('whoever publishes or mirrors a release gets a sentence for each mistake, and no stack', async () => {
  const said: unknown[] = [];
  const spies = [vi.spyOn(console, 'error'), vi.spyOn(console, 'log')].map((spy) => spy.mockImplementation((line) => void said.push(line)));
  const wrongWith = async (...args: string[]): Promise<unknown> => {
    await runCommand(args);
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    return said.pop();
  };
  try {
    expect(await wrongWith('check', folder)).toContain('no such file');
    put('stable.json', 'Welcome to our Wi-Fi');
    expect(await wrongWith('check', folder)).toContain('The metadata is no JSON');
    put('stable.json', '{"signed":"e30=","signatures":["AAAA"]}');
    expect(await wrongWith('check', folder)).toBe(`No key in ${configFile} has signed the metadata.`);
    put('stable.json', '{}');
    expect(await wrongWith('check', folder)).toBe('The metadata breaks a rule: signed');
    expect(await wrongWith('check', folder, '--channel', 'a/b')).toContain('--channel: ');
    expect(await wrongWith('check', folder, '--chanel', 'beta')).toContain("Unknown option '--chanel'");
    expect(await wrongWith('check')).toBe('which file or folder?');
    expect(said).toEqual([]);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
});

it('what is built in about updates can be read, and a damaged file of it counts as none and is logged', () => {
  const log: string[] = [];
  expect(readUpdateConfig(configFile, (line) => void log.push(line))).toEqual({ feed: null, keys: [] });
  expect(log).toEqual([]);
  put('damaged.json', '{"feed": "http://plain.example/", "keys": []}');
  expect(readUpdateConfig(path.join(folder, 'damaged.json'), (line) => void log.push(line))).toEqual({ feed: null, keys: [] });
  expect(readUpdateConfig(path.join(folder, 'gone.json'), (line) => void log.push(line))).toEqual({ feed: null, keys: [] });
  expect(log).toHaveLength(2);
});
