import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wrongNatives } from '../../../build/native-contents.ts';
import { parseTarget } from '../../../build/targets.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'causeway-natives-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a file with some content wherever one is said to be missing. */
function fill(name: string): void {
  for (const sentence of wrongNatives(folder, parseTarget(name))) {
    const file = join(folder, sentence.replace('resources/native lacks ', ''));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'x');
  }
}

test.each([
  ['win32-x64', ['openconnect.exe', 'wintun.dll', 'licences/wintun.txt', 'licences/gnutls.txt', 'causeway-helper.exe']],
  ['win32-arm64', ['wintun.dll', 'licences/wintun.txt', 'licences/vpnc-scripts-windows.txt', 'causeway.exe']],
  ['darwin-arm64', ['openconnect', 'vpnc-script', 'licences/vpnc-scripts-macos.txt', 'licences/gnutls.txt']],
  ['linux-x64', ['libopenconnect.so.5', 'licences/openconnect.txt', 'licences/libxml2.txt']],
])('a package for %s lacks each native part, and each licence, that is not in it', (name, parts) => {
  const missing = wrongNatives(folder, parseTarget(name));
  for (const part of [...parts, 'licences/node.txt', 'command-line/node_modules/koffi/LICENSE.txt'])
    expect(missing).toContain(`resources/native lacks ${part}`);
});

test.each(['win32-arm64', 'darwin-x64', 'linux-x64'])('a package for %s with every native part and licence passes', (name) => {
  fill(name);
  expect(wrongNatives(folder, parseTarget(name))).toEqual([]);
  rmSync(join(folder, 'licences/node.txt'));
  expect(wrongNatives(folder, parseTarget(name))).toEqual(['resources/native lacks licences/node.txt']);
});

test('a program that differs from its pin is found, but not one that was signed; a licence is in both cases', () => {
  fill('win32-x64');
  const unsigned = wrongNatives(folder, parseTarget('win32-x64'));
  expect(unsigned).toContainEqual(expect.stringMatching(/^resources\/native\/openconnect\.exe does not match its pin: /));
  const signed = wrongNatives(folder, parseTarget('win32-x64'), true);
  expect(signed.join('\n')).not.toMatch(/\.(exe|dll) does not match/);
  expect(signed).toContainEqual(expect.stringMatching(/^resources\/native\/licences\/gnutls\.txt does not match its pin: /));
});
