import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ProfileStore } from '../../../electron/app/profiles/profile-store.ts';
import { withoutForbiddenPatterns } from '../../../electron/storage/host-patterns.ts';
import { noPolicy } from '../../../electron/storage/policy/policy.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import { readProfile, type Profile } from '../../../shared/profile.ts';

/** Patterns among the hosts of a profile's sign-in page: which of them count, and that the others are named. */

const text = (browser: Profile['browser'], gateways = ['vpn.campus.example']): string =>
  JSON.stringify({
    version: 1,
    id: 'campus',
    name: 'Campus',
    gateways,
    protocol: 'nc',
    tunnel: 'app',
    browser,
    portal: { address: 'https://2fa.campus.example/', hosts: ['2fa.campus.example'], pages: 'other' },
  });
const read = (browser: NonNullable<Profile['browser']>, wildcards: boolean, gateways?: string[]) => {
  const { profile, dropped } = withoutForbiddenPatterns(readProfile(text(browser, gateways)), wildcards);
  return { browser: profile.browser, dropped };
};

test('a pattern is dropped and named unless policy allows patterns', () => {
  const hosts = ['login.campus.example:8443', '*.sso.campus.example'];
  expect(read({ hosts }, false)).toEqual({ browser: { hosts: ['login.campus.example:8443'] }, dropped: ['browser.hosts[1]'] });
  expect(read({ hosts }, true)).toEqual({ browser: { hosts }, dropped: [] });
});

test.each(['*.com', '*.edu.mo', '*.co.uk', '*.github.io', '*.COM', '*.com:8443'])(
  'the pattern %s is dropped whatever policy says',
  (pattern) => {
    expect(read({ hosts: ['login.campus.example', pattern] }, true)).toEqual({
      browser: { hosts: ['login.campus.example'] },
      dropped: ['browser.hosts[1]'],
    });
  },
);

test('a page whose hosts were all patterns has the gateway’s host left, which counts anyway', () => {
  expect(read({ hosts: ['*.sso.campus.example'] }, false).browser).toEqual({ hosts: ['vpn.campus.example'] });
  expect(read({ hosts: ['*.sso.campus.example'] }, false, ['[2001:db8::1]'])).toEqual({
    browser: undefined,
    dropped: ['browser.hosts[0]', 'browser'],
  });
});

test('a pattern is never a place for the password: without another one the form is dropped too', () => {
  const hosts = ['login.campus.example', '*.sso.campus.example'];
  expect(read({ hosts, form: 'adfs', formHosts: ['login.campus.example', '*.sso.campus.example'] }, true)).toEqual({
    browser: { hosts, form: 'adfs', formHosts: ['login.campus.example'] },
    dropped: ['browser.formHosts[1]'],
  });
  expect(read({ hosts, form: 'adfs', formHosts: ['*.sso.campus.example'], keep: true }, true)).toEqual({
    browser: { hosts, keep: true },
    dropped: ['browser.formHosts[0]', 'browser.form'],
  });
});

test.each<[formHosts: string[], kept: string[] | undefined, dropped: string[]]>([
  [['other.example'], undefined, ['browser.formHosts[0]', 'browser.form']],
  [['login.campus.example:8443', 'LOGIN.campus.example:443'], ['LOGIN.campus.example:443'], ['browser.formHosts[0]']],
  [['a.sso.campus.example', 'a.b.sso.campus.example'], ['a.sso.campus.example'], ['browser.formHosts[1]']],
  [['vpn.campus.example', 'vpn.campus.example:4443', 'start.campus.example:9443'], undefined, []],
])('a place for the form where the page cannot be is dropped and named: %j', (formHosts, kept, dropped) => {
  const browser: NonNullable<Profile['browser']> = {
    address: 'https://start.campus.example:9443/',
    hosts: ['login.campus.example', '*.sso.campus.example'],
    form: 'adfs',
    formHosts,
  };
  const result = read(browser, true, ['vpn.campus.example:4443']);
  expect(result.dropped).toEqual(dropped);
  expect(result.browser?.formHosts).toEqual(dropped.includes('browser.form') ? undefined : (kept ?? formHosts));
  expect(result.browser?.form).toBe(dropped.includes('browser.form') ? undefined : 'adfs');
});

test('the preview of a profile shows ports and patterns, marks hosts outside the domain, and names a dropped pattern', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-pages-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'campus.causeway');
  await writeFile(file, text({ hosts: ['login.campus.example:8443', '*.sso.elsewhere.example'] }));
  const settings = await Settings.open(folder);
  const previewed = async (wildcardHosts: boolean) => {
    const store = new ProfileStore(settings, Date.now, { policy: () => ({ ...noPolicy, wildcardHosts }) });
    await store.previewFile(file);
    const hosts = store.preview?.contents.destinations.filter(({ path }) => path === 'browser.hosts');
    return { hosts: hosts?.map(({ shown, outside }) => ({ shown, outside })), dropped: store.preview?.dropped };
  };
  const login = { shown: 'login.campus.example:8443', outside: false };
  expect(await previewed(true)).toEqual({ hosts: [login, { shown: '*.sso.elsewhere.example', outside: true }], dropped: [] });
  expect(await previewed(false)).toEqual({ hosts: [login], dropped: ['browser.hosts[1]'] });
});
