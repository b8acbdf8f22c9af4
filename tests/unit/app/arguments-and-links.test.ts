import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinkConfirmations } from '../../../electron/app/link-confirmations.ts';
import { profileFor } from '../../../electron/cli/connect.ts';
import { pathOfArgument } from '../../../electron/app/file-argument.ts';
import type { Failure } from '../../../shared/failure.ts';
import { readLink } from '../../../shared/link.ts';
import { readProfile } from '../../../shared/profile.ts';

const profile = {
  version: 1,
  id: 'harbour',
  name: 'Harbour',
  gateways: ['vpn.harbour.test'],
  protocol: 'anyconnect',
  portal: { address: 'https://portal.harbour.test/', hosts: ['portal.harbour.test'], pages: 'other' },
};

describe('an argument', () => {
  test.each([
    ['file:///home/mei/harbour%20univ.causeway', '/home/mei/harbour univ.causeway'],
    ['FILE:///home/mei/%E6%B8%AF.causeway', '/home/mei/港.causeway'],
    ['file://localhost/home/mei/a.causeway', '/home/mei/a.causeway'],
    ['file:/home/mei/a.causeway', '/home/mei/a.causeway'],
    ['/home/mei/a%20b.causeway', '/home/mei/a%20b.causeway'],
    ['file://server/share/a.causeway', null],
    ['file:////server/share/a.causeway', null],
    ['file:///home/mei/a%2Fb.causeway', null],
    ['file:///home/mei/a%00.causeway', null],
    ['file:///home/mei/a.causeway?x', null],
    ['file:a.causeway', null],
    ['file:', null],
  ])('the argument %s on Linux is read as %s', (argument, path) => expect(pathOfArgument(argument, 'linux')).toBe(path));

  test.each([
    ['file:///C:/Users/mei/harbour%20univ.causeway', 'C:\\Users\\mei\\harbour univ.causeway'],
    ['file://server/share/a.causeway', null],
    ['file:////server/share/a.causeway', null],
    ['file:///%5C%5Cserver/share/a.causeway', null],
    ['file:///home/mei/a.causeway', null],
  ])('the argument %s on Windows is read as %s', (argument, path) => expect(pathOfArgument(argument, 'win32')).toBe(path));

  test('an argument is read on the command line, and what is not used of it is a notice', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway way-in '));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'harbour univ.causeway');
    await writeFile(file, JSON.stringify({ ...profile, browser: { hosts: ['login.harbour.test:port'] }, secondFactor: 'append;' }));
    const failures: Failure[] = [];
    const sources = { known: [], campuses: () => Promise.resolve([]) };
    const read = await profileFor({ profile: pathToFileURL(file).href }, sources, { failure: (failure) => failures.push(failure) });
    expect(read.id).toBe('harbour');
    expect(failures).toEqual([
      { code: 'profile-dropped', params: { file: 'harbour univ.causeway', key: 'browser.hosts[0], secondFactor' } },
    ]);
    await expect(profileFor({ profile: 'file://server/a.causeway' }, sources, { failure: () => undefined })).rejects.toMatchObject({
      failure: { code: 'profile-file-missing' },
    });
  });
});

test.each([
  ['causeway://campus/VPN.Harbour.example', { kind: 'campus', address: 'vpn.harbour.example' }],
  ['CAUSEWAY://Campus/vpn.harbour.example:8443/', { kind: 'campus', address: 'vpn.harbour.example:8443' }],
  ['Causeway://CONNECT/Harbour', { kind: 'connect', profileId: 'harbour' }],
  ['CAUSEWAY://TASK/Lost-Phone', { kind: 'task', task: 'lost-phone' }],
  ['causeway://campus/vpn.harbour.example@evil.example', null],
  ['causeway://connect/\u212Aarbour', null],
])('the link %s is read in whatever case', (link, read) => expect(readLink(link)).toEqual(read));

test('a question that is already open is not asked again after it, and another one is', () => {
  const links = new LinkConfirmations();
  const open = { kind: 'connect', profileId: 'harbour' } as const;
  const idle = { kind: 'idle', ending: null } as const;
  links.queue({ ...open });
  expect(links.next(true, idle, open)).toBeNull();
  expect(links.next(false, idle)).toBeNull();
  links.queue({ kind: 'connect', profileId: 'other' });
  expect(links.next(true, idle, open)).toBeNull();
  expect(links.next(false, idle)).toEqual({ kind: 'connect', profileId: 'other' });
});

test.each([
  [{ browser: { hosts: ['login.harbour.test:8443', 'a.test:443'] } }, []],
  [{ browser: { hosts: ['login.harbour.test:port'] } }, ['browser.hosts[0]']],
  [{ browser: { hosts: ['a.*.test'] } }, ['browser.hosts[0]']],
  [{ browser: { hosts: ['ok.harbour.test'], home: 1 } }, ['browser.home']],
  [{ portal: { ...profile.portal, colour: 'red' } }, ['portal.colour']],
  [{ secondFactor: 'append;' }, ['secondFactor']],
  [{ helpDesk: { phone: 5, fax: 'x' } }, ['helpDesk.phone', 'helpDesk.fax']],
  [
    {
      connectTo: [
        { host: 'a.test', port: 0, loopbackPort: 2 },
        { host: 'a.test', port: 1, loopbackPort: 2, note: '' },
      ],
    },
    ['connectTo[0].port', 'connectTo[1].note'],
  ],
  [{ trust: { kind: 'system', pem: 'x' } }, ['trust.pem']],
  [{ connectTo: [{ host: 'a.test', port: 1, loopbackPort: 2, note: '' }] }, ['connectTo[0].note']],
  [{ append: { separator: 'too long' } }, ['append.separator']],
  [{ surprise: 1 }, ['surprise']],
  [{ labels: { userId: 'ID' } }, ['labels']],
  [{ labels: { userId: 'ID', password: 5 } }, ['labels.password']],
  [{ recovery: {} }, ['recovery']],
])('the parts of %j that are dropped are named: %j', (more, dropped) => {
  expect(readProfile(JSON.stringify({ ...profile, ...more })).dropped).toEqual(dropped);
});
