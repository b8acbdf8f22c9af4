import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { app } from 'electron';
import { collectArguments, openedBy } from '../../../electron/desktop/system/arguments.ts';
import { autostartEntry, autostartFile } from '../../../electron/desktop/system/autostart.ts';
import { addressesOf } from '../../../electron/access/network-change.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

it('links and profile files are found anywhere on a command line', () => {
  const argv = [
    '/app/dist/main.mjs',
    '--hidden',
    'causeway://task/add-device',
    '--flag=x.causeway',
    'campus.causeway',
    '/tmp/B.CAUSEWAY',
    'notes.txt',
  ];
  expect(openedBy(argv, '/home/mei')).toEqual(['causeway://task/add-device', '/home/mei/campus.causeway', '/tmp/B.CAUSEWAY']);
});

it('an app that the system starts a second time at sign-in shows no window, and one that a person starts does', () => {
  const received: (string | null)[] = [];
  collectArguments()?.deliver((argument) => received.push(argument));
  app.emit('second-instance', {}, ['/app/causeway', '--hidden', '--start-for-everybody'], '/');
  expect(received).toEqual([]);
  app.emit('second-instance', {}, ['/app/causeway'], '/');
  expect(received).toEqual([null]);
});

it('a malformed link on the command line is left to the link’s reader', () => {
  expect(openedBy(['CAUSEWAY:anything', 'https://example.test/x', 'causewayx://task/add-device'], '/')).toEqual(['CAUSEWAY:anything']);
});

it('the autostart entry’s command survives spaces, quotes and percent signs', () => {
  expect(autostartFile('/cfg', '/home/mei')).toBe('/cfg/autostart/org.causeway.client.desktop');
  expect(autostartFile('relative', '/home/mei')).toBe('/home/mei/.config/autostart/org.causeway.client.desktop');
  expect(autostartEntry('Causeway', ['/opt/my "app"/100%/$x', '--hidden']).split('\n')).toContain(
    String.raw`Exec="/opt/my \\"app\\"/100%%/\\$x" "--hidden"`,
  );
});

it('a change of network is noticed, and what the computer does with itself is not', () => {
  const entry = (address: string, internal = false) => ({ address, internal, netmask: '', mac: '', cidr: null, family: 'IPv4' }) as const;
  const home = addressesOf({ lo: [entry('127.0.0.1', true)], wlan0: [entry('192.168.1.7')] });
  expect(addressesOf({ wlan0: [entry('192.168.1.7'), entry('169.254.3.4')] })).toBe(home);
  expect(addressesOf({ wlan0: [entry('10.0.0.9')] })).not.toBe(home);
  expect(addressesOf({ wlan0: [entry('192.168.1.7')], tun0: [entry('10.8.0.2')] })).not.toBe(home);
});

it('a file: address opens its file, and one with a host stays as it is, to be refused', () => {
  const file = process.platform === 'win32' ? 'C:\\Users\\mei\\harbour univ.causeway' : '/home/mei/harbour univ.causeway';
  expect(openedBy([pathToFileURL(file).href], '/anywhere')).toEqual([file]);
  expect(openedBy(['file://server/share/a.causeway'], '/home')).toEqual(['file://server/share/a.causeway']);
});
