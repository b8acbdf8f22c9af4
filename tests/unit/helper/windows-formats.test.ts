import vm from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  filePath,
  launcherScript,
  routesIn,
  routeArguments,
  userName,
  userSid,
} from '../../../electron/helper/platform/windows-formats.ts';

/** What the launcher hands to the script host, as that would run it. */
function commandOf(script: string): unknown[] {
  const ran: unknown[] = [];
  class ActiveXObject {
    constructor(readonly name: string) {}
    Run(...all: unknown[]): number {
      ran.push(this.name, ...all);
      return 7;
    }
  }
  vm.runInNewContext(script, { ActiveXObject, WScript: { Quit: (code: number) => ran.push(code) } });
  return ran;
}

/** Takes a command line apart as Windows's programs do. */
function apart(line: string): string[] {
  return [...line.matchAll(/"((?:\\+"|[^"])*?)(\\*)"(?= |$)/g)].map(([, body = '', end = '']) => body + end.slice(end.length / 2));
}

describe('the launcher for Windows’s script host', () => {
  test('the script host’s launcher runs the command hidden, waits, and exits with its exit code', () => {
    const args = ['C:\\Program Files\\Causeway\\causeway-helper.exe', 'script', '--state', 'C:\\ProgramData\\Ä\\state\\'];
    const script = launcherScript(args);
    expect(script).toMatch(/^[\x20-\x7e]+\r\n$/);
    expect(commandOf(script)).toEqual([
      'WScript.Shell',
      `"C:\\Program Files\\Causeway\\causeway-helper.exe" "script" "--state" "C:\\ProgramData\\Ä\\state\\\\"`,
      0,
      true,
      7,
    ]);
  });

  test('the script host’s launcher passes arguments unchanged, and refuses those that the script host would change', () => {
    const word = fc.string({ unit: 'binary', maxLength: 30 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (args) => {
        if (args.some((each) => /["%\p{Cc}]/u.test(each))) expect(() => launcherScript(args)).toThrow(/cannot be passed on a command line/);
        else expect(apart(String(commandOf(launcherScript(args))[1]))).toEqual(args);
      }),
    );
  });
});

describe('routes of Windows', () => {
  const german = [
    '===========================================================================',
    'Schnittstellenliste',
    '  7...00 15 5d 01 02 03 ......Hyper-V Virtual Ethernet Adapter',
    'IPv4-Routentabelle',
    'Aktive Routen:',
    '     Netzwerkziel    Netzwerkmaske          Gateway    Schnittstelle Metrik',
    '          0.0.0.0          0.0.0.0      192.168.1.1    192.168.1.50     25',
    '      192.168.1.0    255.255.255.0   Auf Verbindung      192.168.1.50    281',
    '      192.168.1.7  255.255.255.255         On-link       192.168.1.50    281',
    '        192.0.2.7  255.255.255.255      192.168.1.1    192.168.1.50     26',
    'Ständige Routen:',
    '  Netzwerkadresse          Netzmaske  Gatewayadresse  Metrik',
    '         10.9.0.0      255.255.0.0      192.168.1.2       1',
  ];

  test('Windows’ routes through another computer are read in every language', () => {
    const expected = ['0.0.0.0 0.0.0.0 192.168.1.1', '192.0.2.7 255.255.255.255 192.168.1.1'];
    expect(routesIn(german.join('\r\n'))).toEqual(expected);
    expect(routesIn(german.join('\n'))).toEqual(expected);
    expect(routesIn('')).toEqual([]);
  });

  test('Windows’ routes are changed by numeric arguments only', () => {
    expect(routeArguments('del', '192.0.2.7 255.255.255.255 192.168.1.1')).toEqual([
      'delete',
      '192.0.2.7',
      'mask',
      '255.255.255.255',
      '192.168.1.1',
    ]);
    for (const wrong of ['', '192.0.2.7', '-f 0.0.0.0 0.0.0.0', '192.0.2.7 255.255.255.255 evil'])
      expect(() => routeArguments('add', wrong)).toThrow();
  });
});

describe('the configuration on Windows', () => {
  test('the configuration on Windows names users by SID or by name', () => {
    for (const sid of ['S-1-5-21-1-2-3-1001', 'S-1-12-1-11-22-33-44']) expect(userSid.test(sid), sid).toBe(true);
    // Everybody, and all administrators, are no person
    for (const sid of ['S-1-1-0', 'S-1-5-32-544', 'S-1-5-21-1-2-3', 'WD']) expect(userSid.test(sid), sid).toBe(false);
    for (const name of ['mei', 'CAMPUS\\mei.chan', 'Mei Chan', 'CAMPUS\\陳美', 'mei@campus.example'])
      expect(userName.test(name), name).toBe(true);
    for (const name of ['', '\\mei', 'a\\b\\c', 'a"b', 'a*', 'a\nb', '.\\pipe\\x', 'a/b']) expect(userName.test(name), name).toBe(false);
  });

  test('the configuration on Windows names files by their full path', () => {
    for (const path of ['C:\\Program Files\\Causeway\\openconnect.exe', 'D:\\Ä\\x.js']) expect(filePath.test(path), path).toBe(true);
    for (const path of ['openconnect.exe', '\\\\server\\share\\x.exe', '\\\\?\\C:\\x', 'C:x', 'C:/x', 'C:\\%TEMP%\\x', 'C:\\a"b'])
      expect(filePath.test(path), path).toBe(false);
  });
});
