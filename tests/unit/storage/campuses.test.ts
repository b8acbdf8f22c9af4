import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { contentsOf } from '../../../electron/app/profiles/profile-preview.ts';
import { mayVisit } from '../../../electron/desktop/pages/navigation.ts';
import { maySignInAt } from '../../../electron/desktop/sign-in/sign-in-rules.ts';
import { signInHosts } from '../../../electron/gateways/gateway-pages.ts';
import { domainOf } from '../../../electron/net/domain.ts';
import { campusesIn, readCampus, type ShippedCampus } from '../../../electron/storage/campuses.ts';
import { splitHost, type Profile } from '../../../shared/profile.ts';

const folder = join(import.meta.dirname, '../../../campuses');
const files = readdirSync(folder);
const read = (file: string): ShippedCampus => readCampus(readFileSync(join(folder, file), 'utf8'));

/** Keys that need no source: they name the profile, or choose among what Causeway does. */
const ownWords = /^(version|id|name|trust\.kind|helpDesk\.name)$/;

describe.each(files)('campuses/%s', (file) => {
  test(`campuses/${file} is a profile from which nothing is dropped`, () => {
    expect(file).toMatch(/^[a-z0-9.-]+\.json$/);
    expect(read(file).read.dropped).toEqual([]);
  });

  test(`campuses/${file} is named after its first domain, and each of its domains belongs to the campus alone`, () => {
    const { domains } = read(file);
    expect(file).toBe(`${domains[0] ?? ''}.json`);
    for (const domain of domains) {
      const registered = domainOf(domain);
      expect(registered === domain || domains.includes(registered ?? ''), domain).toBe(true);
    }
  });

  test(`campuses/${file} says where each fact was read`, () => {
    const { read: profile, sources } = read(file);
    const { destinations, settings } = contentsOf(profile.profile);
    const places = [...destinations, ...settings].map(({ path }) => path).filter((path) => !ownWords.test(path));
    const keys = sources.flatMap(({ keys: each }) => each);
    const isSourced = (path: string): boolean => keys.some((key) => path === key || path.startsWith(`${key}.`));
    expect(places.filter((place) => !isSourced(place))).toEqual([]);
    for (const { from, read: on } of sources) {
      expect(from).toMatch(/^https:\/\//);
      expect(Date.parse(on)).toBeLessThanOrEqual(Date.now());
    }
  });

  test(`campuses/${file} has an id of its own`, () => {
    const ids = files.map((each) => read(each).read.profile.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the guide’s campus', () => {
  const { profile } = read('um.edu.mo.json').read;
  const gateway = splitHost(profile.gateways[0] ?? '');
  const rules = { address: `https://${gateway.host}/`, hosts: signInHosts(profile, gateway), wildcards: false };
  const portal = (address: string): boolean => mayVisit(address, profile);
  const signIn = (address: string): boolean => maySignInAt(address, rules);

  test.each([
    ['the gateway', signIn, 'https://sslvpn.um.edu.mo/dana-na/auth/url_default/welcome.cgi'],
    ['the sign-in form', signIn, 'https://websso1.um.edu.mo/adfs/ls/?SAMLRequest=x'],
    ['Duo’s page', signIn, 'https://api-1a2b3c4d.duosecurity.com/frame/v4/auth/prompt?sid=x'],
    ['the device portal', portal, 'https://2fa.um.edu.mo/'],
    ['Duo’s frame in the portal', portal, 'https://api-1a2b3c4d.duosecurity.com/frame/web/v1/auth'],
    ['the portal’s sign-in', portal, 'https://websso1.um.edu.mo/adfs/ls/?SAMLRequest=x'],
  ])('the University of Macau’s profile allows %s', (_what, may, address) => expect(may(address)).toBe(true));

  test.each([
    ['a lookalike of the form’s host', signIn, 'https://websso1.um.edu.mo.evil.example/adfs/ls/'],
    ['a lookalike of Duo’s host', signIn, 'https://api-1a2b3c4d.duosecurity.com.evil.example/'],
    ['another host of Duo’s', signIn, 'https://admin.duosecurity.com/'],
    ['another host of the campus', signIn, 'https://www.um.edu.mo/'],
    ['the form’s host without TLS', signIn, 'http://websso1.um.edu.mo/adfs/ls/'],
    ['another port of the form’s host', signIn, 'https://websso1.um.edu.mo:8443/adfs/ls/'],
    ['the portal, as a sign-in page', signIn, 'https://2fa.um.edu.mo/'],
    ['a lookalike of Duo’s host, in the portal', portal, 'https://api-1a2b3c4d.duosecurity.com.evil.example/'],
    ['the gateway, in the portal', portal, 'https://sslvpn.um.edu.mo/'],
    ['the recovery site, in the portal', portal, 'https://recovery.account.icto.um.edu.mo/'],
  ])('the University of Macau’s profile blocks %s', (_what, may, address) => expect(may(address)).toBe(false));

  test('the University of Macau’s profile names only the hosts of its sources', () => {
    const { domain, destinations } = contentsOf(profile);
    expect(domain).toBe('um.edu.mo');
    expect(destinations.filter(({ outside }) => outside)).toEqual([]);
    const hosts = destinations.map(({ shown }) => URL.parse(shown)?.host ?? shown);
    expect([...new Set(hosts)].sort()).toEqual([
      '2fa.um.edu.mo',
      'recovery.account.icto.um.edu.mo',
      'sslvpn.um.edu.mo',
      'websso1.um.edu.mo',
    ]);
  });

  test('the University of Macau’s profile fills in the form on one host only, and lets people keep the sign-in', () => {
    expect(profile).toMatchObject({
      protocol: 'nc',
      tunnel: 'app',
      browser: { hosts: ['websso1.um.edu.mo'], form: 'adfs', formHosts: ['websso1.um.edu.mo'], keep: true },
      labels: { userId: 'UMPASS user ID', password: 'UMPASS password' },
      recovery: { address: 'https://recovery.account.icto.um.edu.mo/', interface: 'other' },
      helpDesk: { phone: '+853 8822 8600', email: 'icto.helpdesk@um.edu.mo' },
      trust: { kind: 'system' },
    } satisfies Partial<Profile>);
    expect(profile.onCampus).toBeUndefined(); // no fact says what answers on campus only
  });
});

describe('the folder of campuses', () => {
  const good = readFileSync(join(folder, 'um.edu.mo.json'), 'utf8');
  const campusesOf = async (contents: Record<string, string>): Promise<{ found: number; log: string[] }> => {
    const place = mkdtempSync(join(tmpdir(), 'causeway-campuses-'));
    onTestFinished(() => rmSync(place, { recursive: true, force: true }));
    for (const [name, text] of Object.entries(contents)) writeFileSync(join(place, name), text);
    const log: string[] = [];
    return { found: (await campusesIn(place, (line) => log.push(line))()).length, log };
  };

  test('a campus file that cannot be used is logged by name, and the others are kept', async () => {
    const { found, log } = await campusesOf({
      'a.json': '{',
      'b.json': good,
      'c.json': good.replace('"version": 1', '"version": 2'),
      'd.txt': 'x',
    });
    expect(found).toBe(1);
    expect(log.map((line) => line.slice(0, 16))).toEqual(['campuses: a.json', 'campuses: c.json']);
  });

  test('a campus that ships has the tunnel of its profile, on every system', async () => {
    const [campus] = await campusesIn(folder, () => undefined)();
    expect(campus?.read.profile).toEqual(read('um.edu.mo.json').read.profile);
    expect(campus?.read.profile.tunnel).toBe('app');
  });

  test('a missing folder of campuses is logged, and no campus is found', async () => {
    const log: string[] = [];
    expect(await campusesIn('/nowhere/at/all', (line) => log.push(line))()).toEqual([]);
    expect(log).toHaveLength(1);
  });
});
