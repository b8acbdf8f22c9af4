import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import asar from '@electron/asar';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { NtExecutable, NtExecutableResource } from 'resedit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { packageAt, type Package } from '../../../build/release/packed.ts';
import { readPlist } from '../../../build/release/plist.ts';
import { readBack, wrongInApp } from '../../../build/release/read-back.ts';
import { missingForRelease, notariseImages, requireSigned, signatureChecks } from '../../../build/release/signing.ts';
import { parseTarget } from '../../../build/targets.ts';
import { wholeSize } from '../../packages/contents.ts';
import { standInForElectron } from '../../packages/stand-in.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'causeway-release-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const configuredFuses = {
  version: FuseVersion.V1,
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
} as const;

const content = 'what the program does';

/** A stand-in for a packed app, with an archive of one file, and nothing noted about it yet. */
async function packedApp(name: string): Promise<Package> {
  const made = packageAt(folder, parseTarget(name));
  standInForElectron(folder, made.target);
  if (made.target.platform === 'win32') renameSync(join(folder, 'electron.exe'), made.executable);
  if (made.target.platform === 'darwin') renameSync(join(folder, 'Electron.app'), made.executable);
  if (made.target.platform === 'linux') renameSync(join(folder, 'electron'), made.executable);
  const from = join(folder, 'from');
  mkdirSync(from);
  writeFileSync(join(from, 'main.mjs'), content);
  const archive = join(made.resources, 'app.asar');
  await asar.createPackage(from, archive);
  rmSync(from, { recursive: true });
  // asar 3.4.1 resolves before its stream has written the last file (lib/disk.js returns `out.end()`).
  await vi.waitFor(() => {
    expect(lstatSync(archive).size).toBe(wholeSize(archive));
  });
  await flipFuses(made.executable, configuredFuses);
  return made;
}

const hashOf = ({ resources }: Package): string =>
  createHash('sha256')
    .update(asar.getRawHeader(join(resources, 'app.asar')).headerString)
    .digest('hex');

const other = '0'.repeat(64);

/** As electron-builder's `addWinAsarIntegrity` does. */
function noteInExecutable({ executable }: Package, notes: string, id = 'ELECTRONASAR'): void {
  const file = NtExecutable.from(readFileSync(executable));
  const resources = NtExecutableResource.from(file);
  resources.entries.push({ type: 'INTEGRITY', id, bin: new Uint8Array(Buffer.from(notes)).buffer, lang: 1033, codepage: 1200 });
  resources.outputResource(file);
  writeFileSync(executable, Buffer.from(file.generate()));
}
const windowsNote = (value: string, file = 'resources\\app.asar', alg = 'SHA256'): string => JSON.stringify([{ file, alg, value }]);

function noteInPlist({ executable }: Package, hash: string, key = 'Resources/app.asar'): void {
  const file = join(executable, 'Contents/Info.plist');
  const note = `<key>ElectronAsarIntegrity</key><dict><key>${key}</key><dict><key>algorithm</key><string>SHA256</string><key>hash</key><string>${hash}</string></dict></dict>`;
  writeFileSync(file, readFileSync(file, 'utf8').replace('</dict></plist>', `${note}</dict></plist>`));
}

/** Changes the one file in the archive and nothing else. */
function changeContent({ resources }: Package): void {
  const archive = join(resources, 'app.asar');
  const bytes = readFileSync(archive);
  bytes.write('W', bytes.lastIndexOf(content));
  asar.uncache(archive);
  writeFileSync(archive, bytes);
}

describe('what is read back of an app for Windows', () => {
  let made: Package;
  beforeEach(async () => (made = await packedApp('win32-x64')));

  test('an executable that notes its archive’s hash passes the release', async () => {
    noteInExecutable(made, windowsNote(hashOf(made)));
    expect(await wrongInApp(made)).toEqual([]);
  });

  test('an executable without a note of its archive fails the release', async () => {
    expect(await wrongInApp(made)).toEqual(['the executable has 0 resources INTEGRITY/ELECTRONASAR instead of one']);
  });

  test('an executable that notes another archive’s hash fails the release', async () => {
    noteInExecutable(made, windowsNote(other));
    expect(await wrongInApp(made)).toEqual([`the noted hash of app.asar's header is ${other}, and it is ${hashOf(made)}`]);
  });

  test.each([
    ['another file', windowsNote('hash', 'resources\\electron.asar')],
    ['another algorithm', windowsNote('hash', 'resources\\app.asar', 'MD5')],
    ['nothing', '[]'],
  ])('a note about %s fails the release', async (_what, note) => {
    noteInExecutable(made, note);
    expect(await wrongInApp(made)).toEqual(['the resource INTEGRITY/ELECTRONASAR has no SHA-256 of resources\\app.asar']);
  });

  test('a note that is no JSON fails the release', async () => {
    noteInExecutable(made, 'sha256');
    expect(await wrongInApp(made)).toEqual(['the resource INTEGRITY/ELECTRONASAR is no JSON']);
  });

  test('a file in the archive that was changed afterwards fails the release', async () => {
    noteInExecutable(made, windowsNote(hashOf(made)));
    changeContent(made);
    expect(await wrongInApp(made)).toEqual(["main.mjs in app.asar is not what the archive's header says"]);
  });

  test('fuses that a later step put back fail the release, with the folder’s name', async () => {
    noteInExecutable(made, windowsNote(hashOf(made)));
    await flipFuses(made.executable, { ...configuredFuses, [FuseV1Options.OnlyLoadAppFromAsar]: false });
    const installers = `${folder}-installers`;
    mkdirSync(installers);
    renameSync(folder, join(installers, 'win-unpacked'));
    try {
      await expect(readBack(installers, made.target)).rejects.toThrow('the packed folder: the fuse OnlyLoadAppFromAsar is 48, and not on');
    } finally {
      renameSync(join(installers, 'win-unpacked'), folder);
      rmSync(installers, { recursive: true });
    }
  });
});

describe('what is read back of an app for macOS', () => {
  let made: Package;
  beforeEach(async () => (made = await packedApp('darwin-arm64')));

  test('an Info.plist that notes the archive’s hash passes the release', async () => {
    noteInPlist(made, hashOf(made));
    expect(await wrongInApp(made)).toEqual([]);
  });

  test('an Info.plist that notes another archive’s hash fails the release', async () => {
    noteInPlist(made, other);
    expect(await wrongInApp(made)).toEqual([`the noted hash of app.asar's header is ${other}, and it is ${hashOf(made)}`]);
  });

  test.each([
    ['nothing', () => undefined],
    ['another file', () => noteInPlist(made, other, 'Resources/electron.asar')],
  ])('an Info.plist that notes %s fails the release', async (_what, note) => {
    note();
    expect(await wrongInApp(made)).toEqual(['Info.plist has no SHA-256 of Resources/app.asar in ElectronAsarIntegrity']);
  });
});

test('on Linux, where Electron compares no hash, a changed file in the archive fails the release all the same', async () => {
  const made = await packedApp('linux-x64');
  expect(await wrongInApp(made)).toEqual([]);
  changeContent(made);
  expect(await wrongInApp(made)).toHaveLength(1);
});

describe('the reader of property lists', () => {
  const whole = (value: string): string => `<?xml version="1.0"?><plist version="1.0">${value}</plist>`;

  test('a property list is read with all its kinds of values', () => {
    const text = whole('<dict><key>a</key><array><true/><integer>3</integer></array><!-- no value --><key>b &amp; c</key><string/></dict>');
    expect(readPlist(text)).toEqual({ 'a': [true, 3], 'b & c': '' });
  });

  test.each([
    ['a key that stands twice', '<dict><key>a</key><true/><key>a</key><false/></dict>'],
    ['a key without a value', '<dict><key>a</key></dict>'],
    ['two values', '<true/><true/>'],
    ['an element that is not Apple’s', '<map/>'],
    ['an end that is missing', '<dict>'],
  ])('a property list with %s is refused', (_what, text) => {
    expect(() => readPlist(whole(text))).toThrow();
  });
});

describe('what a release needs before it is built', () => {
  const notary = { APPLE_API_KEY: 'key.p8', APPLE_API_KEY_ID: 'id', APPLE_API_ISSUER: 'issuer' };
  const mac = { CSC_LINK: 'app.p12', CSC_INSTALLER_LINK: 'installer.p12', ...notary };

  test('a release for macOS needs both certificates and an account with Apple’s notary', () => {
    expect(missingForRelease('darwin', mac)).toEqual([]);
    expect(missingForRelease('darwin', { CSC_NAME: 'Campus', APPLE_KEYCHAIN_PROFILE: 'notary' })).toEqual([]);
    expect(missingForRelease('darwin', {})).toHaveLength(3);
  });

  test.each(Object.keys(mac))('a release for macOS without %s is not built', (name) => {
    expect(missingForRelease('darwin', { ...mac, [name]: '' })).toHaveLength(1);
  });

  test('a release for Windows needs a certificate, and one that nothing switches off', () => {
    expect(missingForRelease('win32', { WIN_CSC_LINK: 'windows.p12' })).toEqual([]);
    expect(missingForRelease('win32', {})).toHaveLength(1);
    expect(missingForRelease('win32', { CSC_LINK: 'windows.p12', CSC_IDENTITY_AUTO_DISCOVERY: 'false' })).toHaveLength(1);
  });
});

describe('what a release is looked at for afterwards', () => {
  const written = (...files: string[]): void => {
    for (const file of files) {
      mkdirSync(join(folder, file, '..'), { recursive: true });
      writeFileSync(join(folder, file), '');
    }
  };

  test('Apple’s ticket is looked for on the app, the pkg and the disk image', () => {
    const files = ['a.pkg', 'a.dmg'];
    const stapled = signatureChecks('darwin', 'mac', files).filter(([program, what]) => program === 'xcrun' && what === 'stapler');
    expect(stapled.map((check) => check.at(-1))).toEqual([join('mac', 'Causeway.app'), ...files]);
  });

  test('a release without Apple’s ticket fails and names what lacks it', () => {
    written('mac-arm64/Causeway.app/Contents/Info.plist', 'Causeway.pkg', 'Causeway.dmg');
    const run = vi.fn((program: string, args: readonly string[]) => {
      if (args.includes('validate') && args.at(-1)?.endsWith('.pkg')) throw new Error(`${program}: Causeway.pkg has no ticket`);
    });
    expect(() => requireSigned('darwin', folder, run)).toThrow(/not signed as it should be:\nxcrun: Causeway\.pkg has no ticket$/);
    expect(run).toHaveBeenCalledTimes(9);
    run.mockImplementation(() => undefined);
    expect(() => requireSigned('darwin', folder, run)).not.toThrow();
  });

  test('every program and library in Windows’ layout, and the installer, must be signed', () => {
    written(
      'win-unpacked/Causeway.exe',
      'win-unpacked/resources/native/causeway.exe',
      'win-unpacked/resources/app.asar',
      'Causeway Setup.exe',
    );
    written("win-unpacked/it's.dll");
    const files: string[] = [];
    requireSigned('win32', folder, (_program, args) => void files.push(args.join(' ')));
    expect(files).toHaveLength(4);
    expect(files.join('\n')).toContain("win-unpacked/it''s.dll'");
  });

  test('Apple’s notary sees each disk image, whose ticket is then stapled to it, and no password is in a command', () => {
    written('a.dmg', 'a.pkg');
    const run = vi.fn();
    notariseImages(folder, { APPLE_KEYCHAIN_PROFILE: 'notary', APPLE_APP_SPECIFIC_PASSWORD: 'secret' }, run);
    const image = join(folder, 'a.dmg');
    expect(run.mock.calls).toEqual([
      ['xcrun', ['notarytool', 'submit', image, '--wait', '--keychain-profile', 'notary']],
      ['xcrun', ['stapler', 'staple', image]],
    ]);
  });
});
