import { execFileSync } from 'node:child_process';
import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readLink } from '../../../shared/link.ts';
import { promptOf, startAppBench, when, type AppBench } from '../../support/app.ts';
import { removeFolder } from '../../support/folders.ts';

const good = [
  'causeway://connect',
  'causeway://connect/campus-test',
  'causeway://task/add-device',
  'causeway://campus/campus.example:8443',
];

/** What a web page, a mail or a broken program may hand over as a link. */
const malformed = [
  '',
  'causeway:',
  'causeway://',
  'causeway:connect/campus-test',
  'causeway:///connect/campus-test',
  'https://connect/campus-test',
  'javascript:alert(1)',
  'causeway://javascript:alert(1)',
  'file:///etc/passwd',
  'causeway://file/etc/passwd',
  'causeway://connect//',
  'causeway://connect?now=1',
  'causeway://connect#now',
  'causeway://connectnow',
  'causeway://connect/../task/add-device',
  'causeway://connect/%2e%2e%2fcampus-test',
  'causeway://connect/campus%2Dtest',
  'causeway://connect/campus-test?now=1',
  'causeway://connect/campus-test?profile=a&profile=b',
  'causeway://connect/campus-test#now',
  'causeway://connect/campus-test//',
  'causeway://connect/campus-test/now',
  'causeway://user@connect/campus-test',
  'causeway://connect:443/campus-test',
  'causeway://connect/campus-test\n--hidden',
  'causeway://connect/campus-test\u0000',
  ' causeway://connect/campus-test',
  'causeway://connect/campus-test ',
  'causeway://connect/campus\u202etest',
  'causeway://connect/ϲampus-test',
  'causeway://connect/澳門',
  'causeway://task/add-device/yes',
  'causeway://task/format-disk',
  'causeway://task/__proto__',
  'causeway://quit',
  'causeway://answer/123456',
  'causeway://campus/campus.example/path',
  'causeway://campus/user:pw@campus.example',
  'causeway://campus/campus.example:99999999',
  'causeway://campus/-campus.example',
  'causeway://campus/[::1]',
  `causeway://connect/${'a'.repeat(64)}`,
  `causeway://campus/${'a.'.repeat(300)}example`,
  `causeway://connect/campus-test${'/'.repeat(100_000)}`,
];

test.each(malformed)('%j is no link', (text) => {
  expect(readLink(text)).toBeNull();
});

test('a changed link is another link or none, and never means more than it says', () => {
  const mutated = fc
    .tuple(fc.constantFrom(...good), fc.nat(60), fc.nat(3), fc.string({ maxLength: 5 }))
    .map(([link, at, cut, put]) => link.slice(0, at) + put + link.slice(at + cut));
  fc.assert(
    fc.property(mutated, (text) => {
      const link = readLink(text);
      if (!link) return;
      const target = link.kind === 'connect' ? link.profileId : link.kind === 'task' ? link.task : link.address;
      const means = target === null ? link.kind : `${link.kind}/${target}`;
      // Capitals of ASCII say nothing; other letters are none of a link's
      const lowered = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
      expect(lowered.replace(/\/$/, '')).toBe(`causeway://${means}`);
    }),
    { numRuns: 3_000 },
  );
});

describe('the app', () => {
  let bench: AppBench;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'causeway-links-'));
  });
  afterAll(() => removeFolder(folder));
  /** The clock: how far it is ahead, and when it was stopped. */
  let later = 0;
  let stopped: number | null = null;
  beforeEach(async () => {
    [later, stopped] = [0, null];
    bench = await startAppBench({}, { now: () => (stopped ?? Date.now()) + later });
  });
  afterEach(() => bench.close());
  const codes = () => bench.app.state.notices.map(({ failure }) => failure.code);

  test('links that the app does not understand are reported once, and do nothing', async () => {
    const before = { ...bench.app.state, notices: [] };
    for (const link of malformed) await bench.app.openArgument(link);
    expect(codes()).toEqual(['link-invalid']);
    expect({ ...bench.app.state, notices: [] }).toEqual(before);
    expect(bench.desktop.external).toEqual([]);
  });

  test('a file that is no profile adds nothing, and the app does not wait for one', async () => {
    const files: Record<string, string> = {
      'empty.causeway': '',
      'binary.causeway': '\u0000\u0001\uFFFD',
      'cut.causeway': JSON.stringify(bench.campus.profile).slice(0, 200),
      'list.causeway': '[]',
      'newer.causeway': JSON.stringify({ ...bench.campus.profile, version: 99 }),
      'http.causeway': JSON.stringify({
        ...bench.campus.profile,
        portal: { ...bench.campus.profile.portal, address: 'http://2fa.campus.test/' },
      }),
      'trust.causeway': JSON.stringify({ ...bench.campus.profile, trust: { kind: 'everything' } }),
      'proto.causeway': '{"__proto__":{"id":"x"},"version":1}',
      'deep.causeway': '['.repeat(100_000),
      'huge.causeway': `{"version":1,"name":"${'x'.repeat(3_000_000)}"}`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await mkdir(join(folder, 'folder.causeway'));
    const pipes = process.platform === 'win32' ? [] : ['pipe.causeway'];
    for (const pipe of pipes) execFileSync('mkfifo', [join(folder, pipe)]);
    for (const name of [...Object.keys(files), ...pipes, 'folder.causeway', 'missing.causeway']) {
      await bench.app.openArgument(join(folder, name));
      expect(codes().length, name).toBe(1);
      expect(codes()[0], name).toMatch(/^profile-(invalid|syntax|choice|file-missing)$/);
      expect(bench.app.state.preview, name).toBeNull();
      for (const { id } of bench.app.state.notices) await bench.app.verbs.dismissNotice({ id });
    }
    expect(bench.app.state.profiles.map(({ id }) => id)).toEqual(['campus-test']);
  });

  test('a link’s question waits until the person has finished signing in', async () => {
    const { app } = bench;
    await app.verbs.connect({ profileId: 'campus-test' });
    const before = await when(app, promptOf('notice'));
    await app.openArgument('causeway://task/add-device');
    expect(app.state.confirmation).toBeNull();
    expect(app.state.access).toEqual(before);
    expect(bench.desktop.shown).toBe(1);
    await app.verbs.disconnect();
    expect(await when(app, ({ confirmation }) => confirmation)).toEqual({ kind: 'task', task: 'add-device' });
  });

  test.each([
    ['causeway://connect/campus-test', 'causeway://connect/campus-test'],
    ['causeway://task/add-device', 'causeway://task/add-device'],
    ['causeway://campus/vpn.harbour.example', 'CAUSEWAY://campus/VPN.Harbour.EXAMPLE'],
  ])('a question that is already open is asked once, however often its link comes: %s', async (link, again) => {
    const { app } = bench;
    await app.openArgument(link);
    const open = app.state.confirmation;
    expect(open).not.toBeNull();
    stopped = Date.now();
    for (const each of [again, link, again]) await app.openArgument(each);
    expect(app.state.confirmation).toEqual(open);
    await app.verbs.confirm({ yes: false });
    expect(app.state.confirmation).toBeNull();
    // Its burst is not over: what is answered is answered
    await app.openArgument(link);
    expect(app.state.confirmation).toBeNull();
    // Answered, it may be asked anew
    later += 1_000;
    await app.openArgument(again);
    expect(app.state.confirmation).toEqual(open);
    await app.verbs.confirm({ yes: false });
    expect(app.state.confirmation).toBeNull();
  });

  test('a link without a campus asks for the one that was used last, once however often it comes, and sends nothing', async () => {
    const { app } = bench;
    bench.settings.update(({ profiles: [first] }) => ({
      profiles: first ? [{ ...first, id: 'other', name: 'Other' }, first] : [],
      lastProfileId: 'campus-test',
    }));
    await Promise.all(Array.from({ length: 1_000 }, (_, at) => app.openArgument(at % 2 ? 'causeway://connect' : 'CAUSEWAY://Connect/')));
    expect(app.state.confirmation).toEqual({ kind: 'connect', profileId: 'campus-test' });
    expect(bench.desktop.shown).toBe(1);
    await app.verbs.confirm({ yes: false });
    expect(app.state).toMatchObject({ confirmation: null, access: { kind: 'idle', ending: null }, notices: [] });
    expect(bench.campus.records.sessions()).toEqual([]);
  });

  test('a thousand links that keep coming show the window once and are one question and one attempt, whatever the answer', async () => {
    const { app } = bench;
    const attempts = new Set<string>();
    // However long it takes
    stopped = Date.now();
    app.onState(({ access }) => {
      if ('promptId' in access) attempts.add(access.promptId);
    });
    const more = async (count: number) => {
      for (let at = 0; at < count; at += 1) await app.openArgument(at % 3 ? 'causeway://connect' : 'causeway://nonsense');
    };
    await more(500);
    await app.verbs.confirm({ yes: true });
    await more(250);
    await when(app, promptOf('notice'));
    await app.verbs.disconnect();
    await when(app, ({ access }) => access.kind === 'idle');
    await more(250);
    expect(app.state).toMatchObject({ confirmation: null, access: { kind: 'idle', ending: null } });
    expect([...attempts]).toEqual(['1.1']);
    expect(codes()).toEqual(['link-invalid']);
    expect(bench.desktop.shown).toBe(1);
    // Whoever starts the app again meanwhile gets its window
    await app.openArgument(null);
    expect(bench.desktop.shown).toBe(2);
    // The next link is another matter
    later += 1_000;
    await app.openArgument('causeway://connect');
    expect([app.state.confirmation?.kind, bench.desktop.shown]).toEqual(['connect', 3]);
  });

  test('a thousand Connects of the tray at once are one attempt', async () => {
    const { app } = bench;
    const kinds = new Set<string>();
    app.onState(({ access }) => kinds.add(access.kind));
    await Promise.all(Array.from({ length: 1_000 }, () => app.quickConnect()));
    await when(app, promptOf('notice'));
    expect(app.state.access).toMatchObject({ promptId: '1.1' });
    expect(kinds).not.toContain('closing');
    expect(app.state.notices).toEqual([]);
  });

  test('a link without a campus is reported if there is none', async () => {
    const { app } = bench;
    await app.verbs.removeProfile({ profileId: 'campus-test' });
    await app.openArgument('causeway://connect');
    expect(codes()).toEqual(['profile-none']);
    expect(app.state.confirmation).toBeNull();
  });

  test('a link does not replace an open question', async () => {
    const { app } = bench;
    await app.openArgument('causeway://task/add-device');
    await app.openArgument('causeway://connect/campus-test');
    expect(app.state.confirmation).toEqual({ kind: 'task', task: 'add-device' });
    await app.verbs.confirm({ yes: false });
    expect(app.state.confirmation).toEqual({ kind: 'connect', profileId: 'campus-test' });
    await app.verbs.confirm({ yes: false });
    expect(app.state.confirmation).toBeNull();
    expect(app.state.access.kind).toBe('idle');
  });
});
