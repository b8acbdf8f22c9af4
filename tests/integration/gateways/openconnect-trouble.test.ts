import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { signInForm, type Step } from '../../peers/gateways/form-gateway.ts';
import { failsWith, missingLibrary } from '../../peers/openconnect-bench.ts';
import { issue } from '../../support/issuer.ts';
import { mei, useDriver } from '../../support/openconnect-driver.ts';

describe.skipIf(missingLibrary() !== null)('a sign-in in trouble', () => {
  const { gateway, tcp, profileTo, own, signIn, cleanUp, endAll } = useDriver();

  test('a port where nobody listens fails as gateway-unreachable', async () => {
    const port = await tcp(() => undefined);
    await endAll();
    await expect(signIn(await profileTo(port), {}).session).rejects.toMatchObject(failsWith('gateway-unreachable'));
  });

  test('an unknown host name fails as gateway-name-unknown', async () => {
    const at = await gateway(() => signInForm);
    const profile = at.profile({ gateways: ['no-such-name.invalid'] });
    await expect(signIn(profile, {}).session).rejects.toMatchObject(failsWith('gateway-name-unknown', { host: 'no-such-name.invalid' }));
  });

  test('a server without TLS fails as gateway-not-secure', async () => {
    const port = await tcp((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    await expect(signIn(await profileTo(port), {}).session).rejects.toMatchObject(failsWith('gateway-not-secure'));
  });

  test('a gateway that hangs up fails as gateway-closed', async () => {
    const port = await tcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await expect(signIn(await profileTo(port), {}).session).rejects.toMatchObject(failsWith('gateway-closed'));
  });

  test('a gateway that accepts the connection and says nothing fails as gateway-silent', async () => {
    const port = await tcp(() => undefined);
    // Long enough for a busy computer to make the connection: before that it would be unreachable
    const mine = await own({ times: { silentAfterMs: 3_000 } });
    await expect(signIn(await profileTo(port), {}, mine).session).rejects.toMatchObject(failsWith('gateway-silent'));
  });

  test.each([
    [503, 'gateway-busy'],
    [500, 'campus-trouble'],
    [404, 'gateway-protocol'],
  ] as const)('a gateway that answers %i fails as %s', async (status, code) => {
    const at = await gateway(({ init }) => (init ? signInForm : { status }));
    await expect(signIn(at.profile(), { credentials: mei }).session).rejects.toMatchObject(failsWith(code));
  });

  test('a web site that is no gateway fails as gateway-protocol', async () => {
    const at = await gateway(() => ({ raw: '<html><body>It works!</body></html>' }));
    await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
  });

  test('a gateway that imitates the library’s question does not get the passphrase of the person’s key', async () => {
    const phrase = 'for-my-key-alone';
    const fished =
      '<config-auth client="vpn" type="auth-request"><auth id="openconnect_pem"><message>Enter PEM pass phrase:</message>' +
      '<form method="post" action="/auth"><input type="password" name="pw" label="Enter PEM pass phrase:"/></form></auth></config-auth>';
    const at = await gateway(({ init }) => (init ? { raw: fished } : 'success'));
    const { pem, keyPem } = await issue(null, { name: 'CN=mei', authority: {} });
    const folder = mkdtempSync(join(tmpdir(), 'cw-fish-'));
    cleanUp.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'mei.pem');
    writeFileSync(file, pem + keyPem);
    const { who, session } = signIn(at.profile({ clientCertificate: true }), {
      'client-certificate': { kind: 'client-certificate', file, passphrase: phrase },
      'credentials': { kind: 'credentials', values: { password: 'another' } },
      'passcode': 'leave',
    });
    await session;
    expect(who.kinds()).toEqual(['client-certificate', 'credentials']);
    expect(JSON.stringify(at.requests)).not.toContain(phrase);
  });

  test('a form of ten megabytes fails as gateway-protocol', async () => {
    const at = await gateway(() => ({ message: 'x'.repeat(10 * 1024 * 1024), inputs: signInForm.inputs }));
    await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
  });

  test('a form of a thousand fields fails as gateway-protocol', async () => {
    const inputs = Array.from({ length: 1000 }, (_, index) => ({ name: `field${index}` }));
    const at = await gateway(() => ({ inputs }));
    await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
  });

  test('a list of a thousand and one choices fails as gateway-protocol', async () => {
    const options = Array.from({ length: 1001 }, (_, index) => ({ value: `${index}`, label: `Group ${index}` }));
    const at = await gateway(() => ({ inputs: [{ name: 'group_list', options }] }));
    await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
  });

  test('endless forms that need no answer fail as gateway-protocol', async () => {
    const at = await gateway(({ turn }) => ({ inputs: [{ type: 'hidden', name: `turn${turn}`, value: 'x' }], message: '' }));
    await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
    expect(at.requests.length).toBeLessThan(30);
  });

  test('endless questions at one gateway fail as gateway-protocol', async () => {
    const at = await gateway(({ turn }) => ({ message: `Riddle ${'?'.repeat(turn)}`, inputs: [{ name: `riddle${turn}` }] }));
    const attempt = signIn(at.profile(), { fields: { kind: 'fields', values: {} } });
    await expect(attempt.session).rejects.toMatchObject(failsWith('gateway-protocol'));
    expect(attempt.who.asked.length).toBeLessThanOrEqual(100);
  });

  test('endless redirects at one gateway fail as gateway-protocol', async () => {
    const at = await gateway((_, { requests }) => ({ redirect: `/over/${requests.length}` }));
    await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
    expect(at.requests.length).toBeLessThan(60);
  });

  test('direction marks and control characters in labels and text are removed before they are shown', async () => {
    const at = await gateway(() => ({
      message: 'Sign\u202E in\u200B',
      inputs: [
        { name: 'pet', label: '\u202Edrowssap ruoY\u2066' },
        { name: 'colour', label: 'Colour\u0085\u200E' },
      ],
    }));
    const attempt = signIn(at.profile(), { fields: 'leave' });
    await expect(attempt.session).rejects.toMatchObject(failsWith('cancelled'));
    expect(attempt.who.asked).toEqual([
      {
        kind: 'fields',
        message: 'Sign in',
        fields: [
          { name: 'pet', label: 'drowssap ruoY', secret: false },
          { name: 'colour', label: 'Colour', secret: false },
        ],
        selects: [],
      },
    ]);
  });

  const scan =
    '<host-scan><host-scan-ticket>t</host-scan-ticket><host-scan-token>k</host-scan-token>' +
    '<host-scan-base-uri>/CACHE/</host-scan-base-uri><host-scan-wait-uri>/wait</host-scan-wait-uri></host-scan>';
  const scanFirst: Step = {
    raw: `<config-auth client="vpn" type="auth-request">${scan}<auth id="main"><form method="post" action="/"><input type="text" name="username"/></form></auth></config-auth>`,
  };

  test('a computer check of Cisco’s that we cannot run is named', async () => {
    const at = await gateway(() => scanFirst);
    await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('host-check'));
  });

  test('a computer check of Ivanti’s web page that we cannot run is named', async () => {
    const elsewhere = '/dana-na/auth/url_default/welcome.cgi?p=preauth';
    const at = await gateway((_, { requests }) =>
      requests.length === 1 ? { redirect: elsewhere } : { raw: '<html><body>Checking</body></html>' },
    );
    await expect(signIn(at.profile({ protocol: 'nc' }), {}).session).rejects.toMatchObject(failsWith('host-check'));
  });

  test.skipIf(process.platform === 'win32')(
    'a computer check is run by the program that the administrator names, and by none of the gateway’s',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'cw-check-'));
      cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
      const program = join(folder, 'check');
      writeFileSync(program, `#!/bin/sh\necho "$@" > ${folder}/ran\n`, { mode: 0o755 });
      const mine = await own({ hostCheckWrapper: program });
      const checked = (): boolean => existsSync(join(folder, 'ran'));
      const at = await gateway(({ fields }) => ('username' in fields ? 'success' : checked() ? signInForm : scanFirst));
      expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
      expect(readFileSync(join(folder, 'ran'), 'utf8')).toContain('-ticket');
    },
  );
});
