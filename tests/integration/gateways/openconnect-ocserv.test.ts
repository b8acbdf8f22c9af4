import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accepted } from '../../../electron/trust/verifier.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer, PromptOf } from '../../../shared/prompt.ts';
import { issue } from '../../support/issuer.ts';
import { encryptedKey, pkcs12 } from '../../peers/client-certificates.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import {
  accept,
  credentials,
  failsWith,
  passcode,
  person,
  proceed,
  startDriver,
  targetFor,
  type DriverBench,
  type Script,
} from '../../peers/openconnect-bench.ts';
import { awaitedLater } from '../../support/awaited-later.ts';

const missing = missingForPeers();

describe.skipIf(missing !== null)('signing in to ocserv with password and code', () => {
  let lab: Ocserv;
  let bench: DriverBench;
  let users = 0;
  beforeAll(async () => {
    [lab, bench] = await Promise.all([startOcserv(), startDriver()]);
  });
  afterAll(async () => {
    bench.driver.stop();
    await lab.stop();
  });
  /** One for each test: nobody waits for the next code. */
  const newUser = () => lab.addUser({ name: `user${++users}` });
  const signIn = async (script: Script, profile: Partial<Profile> = {}, accepted = new Map<string, Accepted>()) => {
    const who = person(script, accepted);
    const target = targetFor(profileOf(lab, profile), {}, accepted);
    const outcome = await bench.driver.signIn(target, who.ask, new AbortController().signal).then(
      (session) => ({ session, error: null }),
      (error: unknown) => ({ session: null, error }),
    );
    return { who, ...outcome };
  };

  test('ocserv’s user and password are asked for once, and its code once', async () => {
    const { name, password } = newUser();
    const { session, who } = await signIn({ credentials: credentials(name, password), passcode: () => passcode(lab.codeFor(name)) });
    expect(who.kinds()).toEqual(['credentials', 'passcode']);
    expect(session).toMatchObject({
      user: name,
      extendable: false,
      grant: { kind: 'openconnect', protocol: 'anyconnect', connectUrl: `https://${lab.host}/`, serverPin: `pin-sha256:${lab.pin}` },
    });
    expect(session?.grant).toHaveProperty('cookie', expect.stringContaining('webvpn='));
    expect(bench.log.join('\n')).not.toContain(password);
    for (const place of ['cmdline', 'environ'])
      expect(readFileSync(`/proc/${bench.workers[0]?.pid}/${place}`, 'utf8')).not.toContain(password);
  });

  test('a wrong password at ocserv is reported, and the right one goes into a new sign-in', async () => {
    const { name, password } = newUser();
    const { who, session } = await signIn({
      credentials: [credentials(name, 'not it'), credentials(name, password)],
      passcode: () => passcode(lab.codeFor(name)),
    });
    expect(who.kinds()).toEqual(['credentials', 'credentials', 'passcode']);
    expect(who.asked[0]).not.toHaveProperty('failure');
    expect(who.asked[1]).toMatchObject({
      failure: { code: 'sign-in-rejected' },
      fields: [{ name: 'user', value: name }, { name: 'password' }],
    });
    expect(session?.user).toBe(name);
  });

  test('five wrong passwords at ocserv can be followed by the right one', async () => {
    const { name, password } = newUser();
    const wrong = Array.from({ length: 5 }, (_, index) => credentials(name, `wrong ${index}`));
    const { session } = await signIn({
      credentials: [...wrong, credentials(name, password)],
      passcode: () => passcode(lab.codeFor(name)),
    });
    expect(session?.user).toBe(name);
  });

  test('a wrong code at ocserv is reported without asking for the password again', async () => {
    const { name, password } = newUser();
    const { who } = await signIn({
      credentials: credentials(name, password),
      passcode: [passcode('000000'), () => passcode(lab.codeFor(name))],
    });
    expect(who.kinds()).toEqual(['credentials', 'passcode', 'passcode']);
    expect(who.asked[2]).toMatchObject({ failure: { code: 'passcode-wrong' } });
  });

  test('no code is accepted twice by ocserv, and none is sent by itself', async () => {
    const { name, password } = newUser();
    const code = lab.codeFor(name);
    const script: Script = { credentials: credentials(name, password), passcode: passcode(code) };
    expect((await signIn(script)).session?.user).toBe(name);
    const again = await signIn({ ...script, passcode: [passcode(code), 'leave'] });
    expect(again.who.kinds()).toEqual(['credentials', 'passcode', 'passcode']);
    expect(again.who.asked[2]).toMatchObject({ failure: { code: 'passcode-wrong' } });
    expect(again.error).toMatchObject({ failure: { code: 'cancelled' } });
  });

  test('an untrusted certificate is asked about once, and no other key afterwards', async () => {
    const { name, password } = newUser();
    const accepted = new Map<string, Accepted>();
    const script: Script = { certificate: accept, credentials: credentials(name, password), passcode: () => passcode(lab.codeFor(name)) };
    const trust = { kind: 'system' } as const;
    const first = await signIn(script, { trust }, accepted);
    expect(first.who.kinds()).toEqual(['certificate', 'credentials', 'passcode']);
    expect(first.who.asked[0]).toMatchObject({ subject: `CN=${lab.host}`, ...accepted.get(lab.host) });
    const second = await signIn({ credentials: 'leave' }, { trust }, accepted);
    expect(second.who.kinds()).toEqual(['credentials']);
    const other = await startOcserv({ host: lab.host });
    try {
      const connectTo = other.connectTo;
      const { error, who } = await signIn({}, { trust, connectTo }, accepted);
      expect(who.asked).toEqual([]);
      expect(error).toMatchObject(failsWith('certificate-changed', { host: lab.host, expected: accepted.get(lab.host)?.sha256 }));
    } finally {
      await other.stop();
    }
  });

  test('declining an untrusted certificate ends the sign-in before anything is typed', async () => {
    const { error, who } = await signIn({ certificate: { kind: 'certificate', accept: false } }, { trust: { kind: 'system' } });
    expect(error).toMatchObject(failsWith('certificate-declined'));
    expect(who.kinds()).toEqual(['certificate']);
  });

  test('a pinned key is the only one accepted, without a question', async () => {
    const right = await signIn({ credentials: 'leave' }, { trust: { kind: 'pin', spkiSha256: [lab.pin] } });
    expect(right.who.kinds()).toEqual(['credentials']);
    const pin = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
    const wrong = await signIn({}, { trust: { kind: 'pin', spkiSha256: [pin] } });
    expect(wrong.error).toMatchObject(failsWith('certificate-changed', { expected: pin, found: lab.pin }));
    expect(wrong.who.asked).toEqual([]);
    // The key is the whole proof: the certificate bears another name than the one that is asked for
    const elsewhere = { gateways: ['other.campus.test'], connectTo: [{ host: 'other.campus.test', port: 443, loopbackPort: lab.port }] };
    const named = await signIn({ credentials: 'leave' }, { ...elsewhere, trust: { kind: 'pin', spkiSha256: [lab.pin] } });
    expect(named.who.kinds()).toEqual(['credentials']);
  });

  test('a certificate for another name is refused', async () => {
    const { error } = await signIn(
      {},
      { gateways: ['other.campus.test'], connectTo: [{ host: 'other.campus.test', port: 443, loopbackPort: lab.port }] },
    );
    expect(error).toMatchObject(failsWith('certificate-wrong-host', { host: 'other.campus.test' }));
  });

  test('the profile’s notice is shown before the first contact', async () => {
    const { error, who } = await signIn(
      { notice: { kind: 'notice', proceed: false } },
      { notice: 'Authorised users only.', connectTo: [] },
    );
    expect(who.asked).toEqual([{ kind: 'notice', when: 'before', text: 'Authorised users only.' }]);
    expect(error).toMatchObject(failsWith('notice-declined'));
  });
});

describe.skipIf(missing !== null)('an ocserv with a banner and groups', () => {
  let lab: Ocserv;
  let bench: DriverBench;
  beforeAll(async () => {
    const groups = ['students[Students]', 'staff[Staff of the University]', 'guests'];
    [lab, bench] = await Promise.all([
      startOcserv({
        auth: 'password',
        preLoginBanner: 'Authorised users only.',
        groups,
        users: [{ name: 'bo', groups: ['students', 'staff', 'guests'] }],
      }),
      startDriver(),
    ]);
  });
  afterAll(async () => {
    bench.driver.stop();
    await lab.stop();
  });
  const signIn = (script: Script, profile: Partial<Profile> = {}) => {
    const who = person(script);
    return { who, session: awaitedLater(bench.driver.signIn(targetFor(profileOf(lab, profile)), who.ask, new AbortController().signal)) };
  };
  const pickGroup =
    (label: string, password = lab.user('bo').password) =>
    ({ selects: [select] }: PromptOf<'credentials'>): Answer => {
      const option = select?.options.find((each) => each.label === label);
      return { kind: 'credentials', values: { user: 'bo', password, ...(select && option ? { [select.name]: option.value } : {}) } };
    };

  test('declining ocserv’s banner asks nothing else', async () => {
    const { who, session } = signIn({ notice: { kind: 'notice', proceed: false } });
    await expect(session).rejects.toMatchObject(failsWith('notice-declined'));
    expect(who.asked).toEqual([{ kind: 'notice', when: 'before', text: 'Authorised users only.' }]);
  });

  test('another group than the first is chosen on the same screen', async () => {
    const { who, session } = signIn({ notice: proceed, credentials: (prompt) => pickGroup('Staff of the University')(prompt) });
    expect((await session).user).toBe('bo');
    expect(who.kinds()).toEqual(['notice', 'credentials']);
    expect(who.asked[1]).toMatchObject({
      selects: [{ label: 'Group', options: [{ label: 'Students' }, { label: 'Staff of the University' }, { label: 'guests' }] }],
    });
    expect(JSON.stringify(await lab.occtl('show', 'sessions', 'all'))).toMatch(/Groupname[^,]*staff/);
  });

  test.each(['Staff of the University', 'STAFF'])('the profile’s realm chooses ocserv’s group by label or name: %s', async (realm) => {
    const { who, session } = signIn({ notice: proceed, credentials: credentials('bo', lab.user('bo').password) }, { realm });
    expect((await session).user).toBe('bo');
    expect(who.asked[1]).toMatchObject({ kind: 'credentials', selects: [] });
  });

  test('a wrong password keeps the chosen group, and the notice is not shown twice', async () => {
    const { who, session } = signIn({
      notice: proceed,
      credentials: [(prompt) => pickGroup('guests', 'no')(prompt), credentials('bo', lab.user('bo').password)],
    });
    expect((await session).user).toBe('bo');
    expect(who.kinds()).toEqual(['notice', 'credentials', 'credentials']);
    expect(who.asked[2]).toMatchObject({ selects: [], failure: { code: 'sign-in-rejected' } });
  });
});

describe.skipIf(missing !== null)('an ocserv that asks for a certificate', () => {
  let lab: Ocserv;
  let bench: DriverBench;
  const files = { pem: '', locked: '', stranger: '', p12: '', junk: '' };
  const passphrase = 'a phrase of mine';
  beforeAll(async () => {
    [lab, bench] = await Promise.all([startOcserv({ auth: 'certificate' }), startDriver()]);
    const mei = await lab.clientCertificate('mei.chan');
    const file = (name: keyof typeof files, content: string | Buffer) => {
      files[name] = join(lab.directory, `${name}.${name === 'p12' ? 'p12' : 'pem'}`);
      writeFileSync(files[name], content);
    };
    file('pem', mei.pem + mei.keyPem);
    file('locked', mei.pem + encryptedKey(mei.keyPem, passphrase));
    file('p12', await pkcs12(mei, passphrase));
    const stranger = await issue(null, { name: 'CN=mei.chan', usages: ['1.3.6.1.5.5.7.3.2'] });
    file('stranger', stranger.pem + stranger.keyPem);
    file('junk', 'not a certificate');
  });
  afterAll(async () => {
    bench.driver.stop();
    await lab.stop();
  });
  const signIn = (script: Script, profile: Partial<Profile> = { clientCertificate: true }) => {
    const who = person(script);
    return { who, session: awaitedLater(bench.driver.signIn(targetFor(profileOf(lab, profile)), who.ask, new AbortController().signal)) };
  };
  const show = (file: string, phrase?: string): Answer => ({
    kind: 'client-certificate',
    file,
    ...(phrase === undefined ? {} : { passphrase: phrase }),
  });

  test.each(['pem', 'locked', 'p12'] as const)(
    'a client certificate (%s) is asked for before contact, without a password',
    async (kind) => {
      const { who, session } = signIn({ 'client-certificate': show(files[kind], kind === 'pem' ? undefined : passphrase) });
      expect((await session).grant).toHaveProperty('cookie', expect.stringContaining('webvpn='));
      expect(who.kinds()).toEqual(['client-certificate']);
      expect(bench.log.join('\n')).not.toContain(passphrase);
    },
  );

  test.each(['locked', 'p12'] as const)(
    'a wrong passphrase for a client certificate (%s) is reported and asked for again',
    async (kind) => {
      const { who, session } = signIn({ 'client-certificate': [show(files[kind], 'not it'), { kind: 'client-certificate', passphrase }] });
      expect((await session).grant.kind).toBe('openconnect');
      expect(who.asked).toHaveLength(2);
      expect(who.asked[1]).toMatchObject({
        file: basename(files[kind]),
        wantsPassphrase: true,
        failure: { code: 'client-certificate-unreadable' },
      });
    },
  );

  test('a file without a client certificate is reported', async () => {
    const { who, session } = signIn({ 'client-certificate': [show(files.junk), show(files.pem)] });
    await session;
    expect(who.asked[1]).toMatchObject({ failure: { code: 'client-certificate-unreadable', params: { file: 'junk.pem' } } });
  });

  test('a client certificate from a foreign authority is reported', async () => {
    const { who, session } = signIn({ 'client-certificate': [show(files.stranger), show(files.pem)] });
    await session;
    expect(who.asked[1]).toMatchObject({ failure: { code: 'client-certificate-rejected' } });
  });

  test('a client certificate that the profile does not mention is asked for when the gateway wants one', async () => {
    const { who, session } = signIn({ 'client-certificate': show(files.pem) }, {});
    await session;
    expect(who.asked).toMatchObject([{ kind: 'client-certificate', failure: { code: 'client-certificate-missing' } }]);
  });

  test('a person without a client certificate is told that one is needed', async () => {
    const { session } = signIn({ 'client-certificate': { kind: 'client-certificate' } });
    await expect(session).rejects.toMatchObject(failsWith('client-certificate-missing'));
  });
});

describe.skipIf(missing !== null)('an ocserv that asks for a certificate and a password', () => {
  let lab: Ocserv;
  let bench: DriverBench;
  beforeAll(async () => {
    [lab, bench] = await Promise.all([startOcserv({ auth: 'certificate+password', users: [{ name: 'mei' }] }), startDriver()]);
  });
  afterAll(async () => {
    bench.driver.stop();
    await lab.stop();
  });

  test('certificate and password are both asked for, and a wrong password once more', async () => {
    const mei = await lab.clientCertificate('mei');
    const file = join(lab.directory, 'mei.pem');
    writeFileSync(file, mei.pem + mei.keyPem);
    const { password } = lab.user('mei');
    const who = person({
      'client-certificate': { kind: 'client-certificate', file },
      'credentials': [credentials('mei', 'no'), credentials('mei', password)],
    });
    const session = await bench.driver.signIn(
      targetFor(profileOf(lab, { clientCertificate: true })),
      who.ask,
      new AbortController().signal,
    );
    expect(session.grant.kind).toBe('openconnect');
    expect(who.kinds()).toEqual(['client-certificate', 'credentials', 'credentials']);
    expect(who.asked[2]).toMatchObject({ failure: { code: 'sign-in-rejected' } });
  });
});
