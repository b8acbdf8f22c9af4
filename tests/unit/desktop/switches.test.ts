import { expect, test } from 'vitest';
import { dropVariables, refusedSwitches } from '../../../electron/desktop/system/switches.ts';

test.each([
  '--ignore-certificate-errors',
  '--ignore-certificate-errors-spki-list=AAAA',
  '--allow-insecure-localhost',
  '--unsafely-treat-insecure-origin-as-secure=http://vpn.campus.test',
  '--host-rules=MAP * evil.test',
  '--host-resolver-rules=MAP * evil.test',
  '--proxy-server=evil.test:3128',
  '--proxy-pac-url=http://evil.test/proxy.pac',
  '--proxy-bypass-list=*',
  '--no-proxy-server',
  '--remote-debugging-port=9222',
  '--remote-debugging-pipe',
  '--remote-allow-origins=*',
  '--inspect',
  '--inspect-brk=9229',
  '--js-flags=--expose-gc',
  '--load-extension=/tmp/x',
  '--disable-web-security',
  '--disable-site-isolation-trials',
  '--disable-features=SitePerProcess',
  '--enable-features=UseOzonePlatform,SomethingElse',
  '--enable-blink-features=X',
  '--disable-gpu-sandbox',
  '--single-process',
  '--renderer-cmd-prefix=gdb',
  '--utility-cmd-prefix=sh',
  '--log-net-log=/tmp/net.json',
  '--ssl-key-log-file=/tmp/keys',
  '--enable-logging',
  '--auth-server-allowlist=*',
  '--a-switch-that-nobody-has-heard-of',
])('a package refuses the switch %s', (argv) => {
  expect(refusedSwitches([argv, 'causeway://task/add-device'], 'linux')).toEqual([argv.split('=')[0]]);
});

test('a package accepts the switches that desktops, AppImages and people need', () => {
  const argv = ['--hidden', '--no-sandbox', '--user-data-dir=/tmp/x', '--ozone-platform-hint=auto', '--lang=de'];
  const features = '--enable-features=UseOzonePlatform,WaylandWindowDecorations';
  expect(refusedSwitches([...argv, features, '--force-renderer-accessibility', '/home/mei/campus.causeway'], 'linux')).toEqual([]);
  expect(refusedSwitches(['-psn_0_12345', '-AppleLanguages', '(de)'], 'darwin')).toEqual([]);
});

test('switches are read as Chromium reads them: one dash, spaces around, a slash and any case on Windows, nothing after two dashes', () => {
  expect(refusedSwitches(['-proxy-server=x', ' --inspect ', '--inspect'], 'linux')).toEqual(['-proxy-server', '--inspect']);
  expect(refusedSwitches(['/Proxy-Server=x', '--HIDDEN'], 'win32')).toEqual(['/Proxy-Server']);
  expect(refusedSwitches(['\u0085--inspect', '\t\u00a0/\u200binspect', '\u3000-js-flags'], 'win32')).toEqual([
    '--inspect',
    '/\u200binspect',
    '-js-flags',
  ]);
  expect(refusedSwitches(['--=x', '---inspect', '--hidden =x', '-'], 'linux')).toEqual(['--', '---inspect', '--hidden ']);
  expect(refusedSwitches(['/home/mei/x.causeway', '--', '--inspect'], 'linux')).toEqual([]);
  expect(refusedSwitches(['--', '--hidden'], 'linux')).toEqual([]);
});

test('environment variables that would record keys or accept any certificate are removed and named', () => {
  const env = { SSLKEYLOGFILE: '/tmp/keys', NODE_TLS_REJECT_UNAUTHORIZED: '0', HOME: '/home/mei' };
  expect(dropVariables(env)).toEqual(['SSLKEYLOGFILE', 'NODE_TLS_REJECT_UNAUTHORIZED']);
  expect(env).toEqual({ HOME: '/home/mei' });
});
