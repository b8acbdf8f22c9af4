import { sign } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openEnvelope, readPublicKey, signMetadata, writePublicKey } from '../../../electron/updates/envelope.ts';
import { fileFor, type Metadata } from '../../../electron/updates/metadata.ts';
import { isInRollout } from '../../../electron/updates/rollout.ts';
import { CausewayError } from '../../../shared/failure.ts';
import { dayMs, fileOf, metadataOf, newApp, releaseKey } from '../../support/update-feed.ts';

const key = releaseKey();
const open = (text: string): Metadata => openEnvelope(JSON.parse(text), [key.publicKey]);

/** Signed with the right key, whatever it says. */
function signed(value: unknown): string {
  const bytes = Buffer.from(JSON.stringify(value));
  const signature = sign(null, Buffer.concat([Buffer.from('causeway update metadata 1\n'), bytes]), key.privateKey);
  return JSON.stringify({ signed: bytes.toString('base64'), signatures: [signature.toString('base64')] });
}

/** What is said: the metadata, or the key that breaks a rule. */
function said(text: string): Metadata | string {
  try {
    return open(text);
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    return error.failure.code === 'update-invalid' ? String(error.failure.params?.['key']) : error.failure.code;
  }
}

it('metadata comes back from its signed form as it was, and a public key from its text', () => {
  const metadata = metadataOf();
  expect(open(signMetadata(metadata, [key.privateKey]))).toEqual(metadata);
  expect(open(signed(metadata))).toEqual(metadata);
  expect(readPublicKey(writePublicKey(key.publicKey)).equals(key.publicKey)).toBe(true);
  expect(() => readPublicKey('AAAA')).toThrow('32 bytes');
});

it('metadata counts only as it was signed: no changed byte of it, no signature without what is signed before it', () => {
  const envelope = JSON.parse(signMetadata(metadataOf(), [key.privateKey])) as { signed: string; signatures: string[] };
  const bytes = Buffer.from(envelope.signed, 'base64');
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const other = Buffer.from(bytes);
      other[at] = (other[at] ?? 0) ^ change;
      expect(said(JSON.stringify({ ...envelope, signed: other.toString('base64') }))).toBe('update-untrusted');
    }),
    { numRuns: 50 },
  );
  const bare = sign(null, bytes, key.privateKey).toString('base64');
  expect(said(JSON.stringify({ ...envelope, signatures: [bare] }))).toBe('update-untrusted');
  for (const wrong of [null, [], 'x', {}, { signed: 7 }, { signed: '%', signatures: ['AA=='] }, { ...envelope, signatures: [] }])
    expect(said(JSON.stringify(wrong))).toBe('signed');
});

/** Lies for any field: of a wrong kind, too large, leading elsewhere. */
const lies: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  9e15,
  '',
  '../../etc/passwd',
  'https://evil.example/x',
  'javascript:alert(1)',
  'x'.repeat(5000),
  '‮gpj.exe',
  [],
  {},
  [[[[]]]],
  { __proto__: null, constructor: 1 },
];

/** The field that is refused; `read` if nothing is. */
function refused(value: unknown): string {
  const result = said(signed(value));
  return typeof result === 'string' ? result : 'read';
}

it('a feed that lies in every field is refused with the name of the field', () => {
  const metadata = metadataOf();
  const isTrue = (name: string, lie: unknown): boolean =>
    (name === 'whatsNew' && (lie === null || lie === 'https://evil.example/x')) || (name === 'rollout' && lie === 0.5);
  for (const name of Object.keys(metadata)) {
    for (const lie of lies)
      if (!isTrue(name, lie))
        expect(refused({ ...metadata, [name]: lie }), `${name} ${JSON.stringify(lie)}`).toMatch(new RegExp(`^${name}`));
    expect(refused(Object.fromEntries(Object.entries(metadata).filter(([each]) => each !== name))), name).toBe(name);
  }
  for (const name of Object.keys(fileOf(newApp)))
    for (const lie of lies)
      expect(refused({ ...metadata, files: [{ ...fileOf(newApp), [name]: lie }] }), `${name} ${JSON.stringify(lie)}`).toMatch(/^files/);
});

it.each<[string, Partial<Metadata>]>([
  ['expires before it was signed', { signedAt: Date.now(), expiresAt: Date.now() - 1 }],
  ['never expires', { expiresAt: Date.now() + 800 * dayMs }],
  ['names a file in another folder', { files: [fileOf(newApp, { path: 'a/b.AppImage' })] }],
  ['names a hidden file', { files: [fileOf(newApp, { path: '.bashrc.AppImage' })] }],
  ['names a file of another kind', { files: [fileOf(newApp, { path: 'Causeway-0.2.0.exe' })] }],
  ['names a file of 2 GB', { files: [fileOf(newApp, { size: 2_147_483_648 })] }],
  ['names two files for one computer', { files: [fileOf(newApp), fileOf(newApp, { path: 'b.AppImage' })] }],
  [
    'gives two files one name',
    { files: [fileOf(newApp), fileOf(newApp, { arch: 'arm64' }), fileOf(newApp, { platform: 'win32', path: 'CAUSEWAY-0.2.0.AppImage' })] },
  ],
  ['names a device of Windows', { files: [fileOf(newApp, { path: 'Con.x.AppImage' })] }],
  ['leads people to an address with a sign-in', { whatsNew: 'https://it:secret@causeway.example/' }],
  ['leads people to an address that turns its text around', { whatsNew: 'https://causeway.example/\u202egpj' }],
  ['has a version with a path', { version: '1.0.0-../../x' }],
  ['has a version that overflows', { version: '99999999999999999999.0.0' }],
  ['has a version that semver refuses', { version: '0.2.0-beta.01' }],
])('metadata that %s is refused although it is signed', (_what, change) => {
  expect(said(signed(metadataOf(change)))).toMatch(/^(expiresAt|files|version|whatsNew)/);
});

it('any JSON at all, signed or not, is read or refused and never throws anything else', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      expect(typeof said(JSON.stringify(value))).toBe('string');
      expect(typeof said(signed(value))).toBe('string');
    }),
    { numRuns: 150 },
  );
});

it('metadata with keys of a later version counts without them', () => {
  const metadata = metadataOf();
  expect(open(signed({ ...metadata, minimumSystem: '99' }))).toEqual(metadata);
});

it('a computer gets the file of its system, processor and kind, or none', () => {
  const metadata = metadataOf({
    files: [
      fileOf(newApp, { platform: 'win32', kind: 'msi', path: 'a.msi' }),
      fileOf(newApp, { platform: 'win32', kind: 'nsis', path: 'a.exe' }),
      fileOf(newApp, { platform: 'darwin', arch: 'arm64', kind: 'zip', path: 'a.zip' }),
    ],
  });
  const x64 = process.arch === 'arm64' ? 'arm64' : 'x64';
  expect(fileFor(metadata, 'win32', x64)?.path).toBe('a.exe');
  expect(fileFor(metadata, 'darwin', 'arm64')?.path).toBe('a.zip');
  expect(fileFor(metadata, 'darwin', 'ia32')).toBeNull();
  expect(fileFor(metadata, 'linux', x64)).toBeNull();
});

it('a rollout takes its share of installations, the same ones as it grows, and other ones for the next version', () => {
  const all = Array.from({ length: 2000 }, (_none, index) => `installation ${index}`);
  const share = (version: string, percent: number) => all.filter((each) => isInRollout(each, version, percent));
  expect(share('1.0.0', 0)).toEqual([]);
  expect(share('1.0.0', 100)).toEqual(all);
  const first = share('1.0.0', 20);
  expect(first.length).toBeGreaterThan(320);
  expect(first.length).toBeLessThan(480);
  expect(share('1.0.0', 50)).toEqual(expect.arrayContaining(first));
  expect(share('1.0.1', 20)).not.toEqual(first);
});
