import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PageSignInFiles, type Encryption } from '../../../electron/storage/page-sign-ins.ts';
import { failureOf } from '../../../shared/failure.ts';
import { findCanaries, filesBelow } from '../../e2e/support/canaries.ts';
import { testEncryption } from '../../support/encryption.ts';
import { deviceCookie } from '../../support/kept-cookie.ts';

const at = Date.parse('2026-11-29T12:00:00Z');
const canary = 'trusted-device-canary-7f3a';
const cookie = deviceCookie(canary, at);

let directory: string;
let encryption: Encryption;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'causeway-pages-'));
  encryption = testEncryption();
});
afterEach(() => rm(directory, { recursive: true }));

const codeOf = (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error: unknown) => failureOf(error).code,
  );
const fileOf = (profileId: string): string => path.join(directory, `page-sign-in-${profileId}.json`);

describe('the file of a kept page sign-in', () => {
  it('a kept page sign-in returns to the next run, belongs to its owner only, and holds no value in clear', async () => {
    await new PageSignInFiles(directory, encryption).write('campus', [cookie], at);
    const next = new PageSignInFiles(directory, encryption);
    expect(await next.read('campus')).toEqual([cookie]);
    expect([...next.all]).toEqual([['campus', at]]);
    expect((await stat(fileOf('campus'))).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['page-sign-in-campus.json']);
    expect(findCanaries(await filesBelow(directory), new Map([['value', canary]]))).toEqual([]);
    expect(await next.read('other')).toEqual([]);
  });

  it('a kept page sign-in is replaced as a whole, and forgotten once', async () => {
    const files = new PageSignInFiles(directory, encryption);
    await files.write('campus', [cookie], at);
    await files.write('campus', [], at + 1);
    expect(await files.read('campus')).toEqual([]);
    expect([...files.all]).toEqual([['campus', at + 1]]);
    files.forget('campus');
    files.forget('campus');
    expect(await readdir(directory)).toEqual([]);
    expect(files.all.size).toBe(0);
  });

  it('a kept page sign-in cannot be used by another profile, even if its file is renamed', async () => {
    const files = new PageSignInFiles(directory, encryption);
    await files.write('campus', [cookie], at);
    await copyFile(fileOf('campus'), fileOf('evil'));
    const next = new PageSignInFiles(directory, encryption);
    expect(await codeOf(next.read('evil'))).toBe('page-sign-in-damaged');
    expect(await next.read('campus')).toEqual([cookie]);
  });

  it.each([
    ['is cut short', (text: string) => text.slice(0, -20)],
    ['is empty', () => ''],
    ['is no JSON', () => 'sealed'],
    ['is of a newer version', (text: string) => text.replace('"version":1', '"version":2')],
    ['has another sealed text', (text: string) => text.replace(/"sealed":"....../, '"sealed":"AAAAAA')],
    ['has cookies in clear', () => JSON.stringify({ version: 1, usedAt: at, sealed: Buffer.from('[]').toString('base64') })],
    ['is enormous', (text: string) => text + ' '.repeat(1024 * 1024)],
  ])(
    'a kept page sign-in that %s is damaged, still listed and can be forgotten, and its failure quotes nothing',
    async (_title, change) => {
      await new PageSignInFiles(directory, encryption).write('campus', [cookie], at);
      await writeFile(fileOf('campus'), change(await readFile(fileOf('campus'), 'utf8')));
      const files = new PageSignInFiles(directory, encryption);
      const failure = await files.read('campus').then(() => null, failureOf);
      expect(failure?.code).toBe('page-sign-in-damaged');
      expect(JSON.stringify(failure)).not.toContain(canary);
      expect([...files.all.keys()]).toEqual(['campus']);
      files.forget('campus');
      expect(await readdir(directory)).toEqual([]);
    },
  );

  it('a kept page sign-in that was encrypted with another key counts as damaged', async () => {
    await new PageSignInFiles(directory, encryption).write('campus', [cookie], at);
    expect(await codeOf(new PageSignInFiles(directory, testEncryption()).read('campus'))).toBe('page-sign-in-damaged');
  });

  it('a kept page sign-in that another program wrote is read by the same rules', async () => {
    const sealed = await encryption.encrypt(JSON.stringify({ profileId: 'campus', cookies: [{ ...cookie, expirationDate: 'soon' }] }));
    await writeFile(fileOf('campus'), JSON.stringify({ version: 1, usedAt: at, sealed: sealed.toString('base64') }));
    expect(await codeOf(new PageSignInFiles(directory, encryption).read('campus'))).toBe('page-sign-in-damaged');
  });

  it('a kept page sign-in that could not be written leaves the old file, and no partial one', async () => {
    const files = new PageSignInFiles(directory, encryption);
    await files.write('campus', [cookie], at);
    const refusing: Encryption = { ...encryption, encrypt: () => Promise.reject(new Error('no key')) };
    expect(await codeOf(new PageSignInFiles(directory, refusing).write('campus', [], at + 1))).toBe('page-sign-in-not-kept');
    expect(await codeOf(new PageSignInFiles(path.join(directory, 'gone'), encryption).write('campus', [], at))).toBe(
      'page-sign-in-not-kept',
    );
    expect(await new PageSignInFiles(directory, encryption).read('campus')).toEqual([cookie]);
    expect(await readdir(directory)).toEqual(['page-sign-in-campus.json']);
  });

  it('a kept page sign-in that a crash left unfinished is removed at the next start, and other files stay', async () => {
    await writeFile(path.join(directory, 'page-sign-in-campus.json-1f.new'), 'half');
    await writeFile(path.join(directory, 'settings.json'), '{}');
    expect(new PageSignInFiles(directory, encryption).all.size).toBe(0);
    expect(await readdir(directory)).toEqual(['settings.json']);
  });

  it('without encryption, no page sign-in is written or read', async () => {
    await new PageSignInFiles(directory, encryption).write('campus', [cookie], at);
    const files = new PageSignInFiles(directory);
    expect(await files.isEncrypted()).toBe(false);
    expect(await files.read('campus')).toEqual([]);
    expect(await codeOf(files.write('campus', [], at))).toBe('page-sign-in-not-kept');
    expect([...files.all.keys()]).toEqual(['campus']);
  });
});
