import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Accepted } from '../../electron/trust/verifier.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer } from '../../shared/prompt.ts';
import { FormGateway, signInForm } from '../peers/gateways/form-gateway.ts';
import { missingForPeers } from '../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../peers/gateways/ocserv.ts';
import {
  accept,
  credentials,
  passcode,
  person,
  startDriver,
  targetFor,
  type DriverBench,
  type Script,
} from '../peers/openconnect-bench.ts';
import { ShippedWindows } from './shipped.ts';
import { missingForWine } from './wine.ts';

const missing = missingForWine() ?? missingForPeers(['/usr/sbin/ocserv']);

describe.skipIf(missing !== null)('openconnect as it is shipped for Windows', { timeout: 120_000 }, () => {
  let lab: Ocserv;
  let windows: ShippedWindows;
  let bench: DriverBench;
  beforeAll(async () => {
    [lab, windows] = await Promise.all([startOcserv(), ShippedWindows.start()]);
    bench = await startDriver({ startWorker: windows.startWorker, library: { path: windows.library } });
  }, 3_600_000);
  afterAll(async () => {
    bench.driver.stop();
    await Promise.all([lab.stop(), windows.wine.stop()]);
  });
  let users = 0;
  const newUser = () => lab.addUser({ name: `user${++users}` });
  const signIn = async (script: Script, profile: Partial<Profile> = {}, accepted = new Map<string, Accepted>()) => {
    const who = person(script, accepted);
    const session = await bench.driver.signIn(targetFor(profileOf(lab, profile), {}, accepted), who.ask, new AbortController().signal);
    return { who, session };
  };

  test('the shipped openconnect for Windows needs no library but those beside it and Windows’ own', () => {
    const files = readdirSync(windows.wine.native).filter((name) => /\.(exe|dll)$/.test(name));
    expect(files).toEqual(expect.arrayContaining(['openconnect.exe', 'libopenconnect-5.dll']));
    const windowsOwn =
      /^(advapi32|bcrypt|crypt32|iphlpapi|kernel32|msvcrt|ncrypt|ole32|secur32|shell32|shlwapi|user32|winscard|ws2_32)\.dll$/i;
    for (const file of files) {
      const headers = execFileSync('x86_64-w64-mingw32-objdump', ['-p', join(windows.wine.native, file)], {
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      });
      const needed = [...headers.matchAll(/DLL Name: (\S+)/g)].map(([, name]) => name ?? '');
      expect(needed.length, file).toBeGreaterThan(0);
      expect(
        needed.filter((name) => !files.includes(name) && !windowsOwn.test(name)),
        file,
      ).toEqual([]);
    }
  });

  test('the shipped openconnect for Windows reports its version, TLS library and protocols', async () => {
    const { code, out } = await windows.openconnect(['--version']);
    expect(out).toContain('OpenConnect version v9.21');
    expect(out).toContain('Using GnuTLS 3.8.9');
    for (const protocol of ['anyconnect', 'nc', 'gp', 'pulse', 'f5', 'fortinet', 'array'])
      expect(out).toMatch(new RegExp(`\\b${protocol}\\b`));
    expect(code).toBe(0);
  });

  test('the shipped openconnect for Windows signs in by itself, to the cookie', async () => {
    const { name, password } = newUser();
    const args = ['--protocol=anyconnect', `--user=${name}`, '--passwd-on-stdin', '--authenticate', `--servercert=pin-sha256:${lab.pin}`];
    const { code, out } = await windows.openconnect(
      [...args, `--resolve=${lab.host}:127.0.0.1`, lab.gatewayUrl],
      `${password}\n${lab.codeFor(name)}\n`,
    );
    expect(out).toMatch(/^COOKIE='.+'$/m);
    expect(out).toMatch(/^CONNECT_URL='https:\/\/vpn\.campus\.test/m);
    expect(code).toBe(0);
  });

  test('the app’s worker and driver sign in on Windows: a wrong password, the right one, the code, the cookie', async () => {
    const { name, password } = newUser();
    const { session, who } = await signIn({
      credentials: [credentials(name, 'not it'), credentials(name, password)],
      passcode: () => passcode(lab.codeFor(name)),
    });
    expect(who.kinds()).toEqual(['credentials', 'credentials', 'passcode']);
    expect(who.asked[1]).toMatchObject({ failure: { code: 'sign-in-rejected' } });
    expect(session).toMatchObject({
      user: name,
      grant: { kind: 'openconnect', protocol: 'anyconnect', connectUrl: `https://${lab.host}/`, serverPin: `pin-sha256:${lab.pin}` },
    });
    expect(session.grant).toHaveProperty('cookie', expect.stringContaining('webvpn='));
  });

  test('a certificate that Windows does not trust is asked about', async () => {
    const { name, password } = newUser();
    const script: Script = { certificate: accept, credentials: credentials(name, password), passcode: () => passcode(lab.codeFor(name)) };
    const { who } = await signIn(script, { trust: { kind: 'system' } });
    expect(who.kinds()).toEqual(['certificate', 'credentials', 'passcode']);
    expect(who.asked[0]).toMatchObject({ host: lab.host, subject: `CN=${lab.host}` });
  });

  test('a certificate that Windows trusts is not asked about', async () => {
    await windows.trust(lab.authorityPem);
    const { name, password } = newUser();
    const script: Script = { credentials: credentials(name, password), passcode: () => passcode(lab.codeFor(name)) };
    const { who } = await signIn(script, { trust: { kind: 'system' } });
    expect(who.kinds()).toEqual(['credentials', 'passcode']);
  });

  test('Cancel on Windows reaches the library while the gateway withholds its answer, and its worker lives on', async () => {
    const mei = credentials('mei', 'harbour');
    const at = await FormGateway.start(({ init }, { requests }) => (init ? signInForm : requests.length === 2 ? 'hang' : 'success'));
    onTestFinished(() => at.stop());
    // No kill would come in time to be what ended it
    let workers = 0;
    const startWorker = () => {
      workers += 1;
      return windows.startWorker();
    };
    const mine = await startDriver({
      startWorker,
      library: { path: windows.library },
      times: { cancelTimeoutMs: 60_000 },
    });
    onTestFinished(() => mine.driver.stop());
    const attempt = (signal: AbortSignal) => mine.driver.signIn(targetFor(at.profile()), person({ credentials: mei }).ask, signal);
    const cancelling = new AbortController();
    const cancelled = attempt(cancelling.signal);
    cancelled.catch(() => undefined);
    await expect.poll(() => at.requests.length, { timeout: 60_000 }).toBe(2);
    const from = performance.now();
    cancelling.abort();
    await expect(cancelled).rejects.toMatchObject({ failure: { code: 'cancelled' } });
    expect(performance.now() - from).toBeLessThan(1_000);
    expect((await attempt(new AbortController().signal)).user).toBe('mei');
    expect(workers).toBe(1);
  });

  test('a gateway that closed its connection while the person typed still gets what they typed, on Windows', async () => {
    const at = await FormGateway.start(({ init }) => (init ? signInForm : 'success'));
    onTestFinished(() => at.stop());
    let type: (answer: Answer) => void = () => undefined;
    const typed = new Promise<Answer>((resolve) => (type = resolve));
    let isAsked = false;
    const session = bench.driver.signIn(targetFor(at.profile()), () => ((isAsked = true), typed), new AbortController().signal);
    await expect.poll(() => isAsked, { timeout: 60_000 }).toBe(true);
    // Wine sees no end of a connection behind bytes that nobody has read, as TLS's goodbye is
    await at.hangUp({ rudely: true });
    type(credentials('mei', 'harbour'));
    expect((await session).user).toBe('mei');
    expect(at.requests.filter(({ init }) => !init)).toHaveLength(1);
  });
});
