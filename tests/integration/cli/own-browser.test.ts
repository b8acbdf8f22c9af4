import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Session } from '../../../electron/gateways/gateway.ts';
import type { Answer } from '../../../shared/prompt.ts';
import { cliFolder } from '../../support/cli.ts';
import { timed } from '../../support/stalls.ts';
import { browserPort, sealedToken, strangersKey } from '../../peers/gateways/cisco-token.ts';
import { commandFile } from '../../peers/command.ts';
import { FormGateway, type FormSpec, type Request } from '../../peers/gateways/form-gateway.ts';
import { failsWith, hasIPv6, missingLibrary, person, startDriver, targetFor } from '../../peers/openconnect-bench.ts';
import { hasOwnTerminal, spawnInTerminal } from '../../support/own-terminal.ts';

const own: Answer = { kind: 'browser', where: 'own' };
const external: FormSpec = {
  inputs: [{ type: 'sso', name: 'sso-token' }],
  more:
    '<sso-v2-login>https://idp.campus.test/start</sso-v2-login><sso-v2-login-final>https://forms.campus.test/done</sso-v2-login-final>' +
    '<sso-v2-token-cookie-name>acSamlv2Token</sso-v2-token-cookie-name><sso-v2-error-cookie-name>acSamlv2Error</sso-v2-error-cookie-name>' +
    '<sso-v2-browser-mode>external</sso-v2-browser-mode>',
};
/** Gives a program a terminal of its own (Debian's bsdutils). */
const good = 'tokenOfMei42';

/** The person's own browser as it comes back from the identity provider: a plain request to the port that waits for it. */
async function comesBack(token: string, back = 'https://forms.campus.test/thanks'): Promise<Response> {
  const path = `/api/sso/${encodeURIComponent(token)}?return=${encodeURIComponent(back)}`;
  return fetch(`http://[::1]:${browserPort}${path}`, { redirect: 'manual' });
}

/** Something that speaks to that port, and how it is answered. */
async function says(text: string): Promise<string> {
  const socket = net.connect(browserPort, '::1');
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  // It hangs up on what it has not read to the end
  socket.on('error', () => undefined);
  socket.end(text);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

describe.skipIf(missingLibrary() !== null || !hasIPv6)('signing in with the person’s own browser, to the cookie', () => {
  const cleanUp: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const each of cleanUp.splice(0)) await each();
  });

  const begin = async (verifier: (request: Request) => 'success' | FormSpec = () => 'success') => {
    const gateway = await FormGateway.start((request) => (request.init ? external : verifier(request)));
    const opened: string[] = [];
    const { driver, log } = await startDriver({ openInBrowser: (address) => Promise.resolve(void opened.push(address)) });
    cleanUp.push(
      () => gateway.stop(),
      () => driver.stop(),
    );
    const who = person({ browser: own });
    const stop = new AbortController();
    const session: Promise<Session> = driver.signIn(targetFor(gateway.profile()), who.ask, stop.signal);
    session.catch(() => undefined);
    /** Waits for the so many-th time that the browser was opened. */
    const isOpen = async (times = 1): Promise<void> => {
      await expect.poll(() => opened.length, { timeout: 10_000 }).toBe(times);
      expect(new Set(opened)).toEqual(new Set(['https://idp.campus.test/start']));
    };
    /** The key that the client's last sign-in has shown to the gateway. */
    const clientKey = (): string => {
      const key = gateway.requests.findLast(({ init }) => init)?.headers['x-anyconnect-strap-dh-pubkey'];
      return typeof key === 'string' ? key : '';
    };
    return { gateway, who, stop, session, isOpen, clientKey, log };
  };

  test('the person’s own browser returns with the token and is sent on, and the gateway gets the token', async () => {
    const { gateway, who, session, isOpen, clientKey, log } = await begin();
    await isOpen();
    const answer = await comesBack(sealedToken(good, clientKey()));
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://forms.campus.test/thanks']);
    const { grant } = await session;
    expect(grant.kind === 'openconnect' ? grant.cookie : '').toMatch(/webvpn=[0-9a-f]{32}$/);
    expect(gateway.requests.at(-1)?.fields).toEqual({ 'sso-token': good });
    expect(who.asked).toEqual([{ kind: 'browser', host: 'idp.campus.test', where: 'own' }]);
    expect(log.join('\n')).not.toContain(good);
  });

  test('anything else at the browser’s return port is turned away, and the browser still gets in', async () => {
    const { session, isOpen, clientKey } = await begin();
    await isOpen();
    expect(await says('GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n')).toMatch(/^HTTP\/1\.1 404/);
    expect(await says('\0\x01\x02 nonsense\r\n\r\n')).toBe('');
    expect(await says(`GET /api/sso/%%% HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 404/);
    await comesBack(sealedToken(good, clientKey()));
    expect((await session).grant.kind).toBe('openconnect');
  });

  test.each<[what: string, token: (clientKey: string) => string]>([
    ['for another client', () => sealedToken(good, strangersKey())],
    ['that is none', () => Buffer.from('no token at all').toString('base64')],
    ['with what no token holds', (clientKey) => sealedToken('to ken\r\nx: y', clientKey)],
  ])('a browser’s token %s is reported, and the page can be opened again', async (_, token) => {
    const { gateway, who, session, isOpen, clientKey } = await begin();
    await isOpen();
    await comesBack(token(clientKey()));
    await isOpen(2);
    expect(who.asked[1]).toMatchObject({ kind: 'browser', failure: { code: 'browser-answer' } });
    await comesBack(sealedToken(good, clientKey()));
    expect((await session).grant.kind).toBe('openconnect');
    expect(gateway.requests.filter(({ init }) => !init)).toHaveLength(1);
  });

  test('a browser’s token that the gateway rejects is reported', async () => {
    const { who, session, isOpen, clientKey } = await begin(({ fields }) => (fields['sso-token'] === good ? 'success' : external));
    await isOpen();
    await comesBack(sealedToken('tokenOfYesterday', clientKey()));
    await isOpen(2);
    expect(who.asked[1]).toMatchObject({ kind: 'browser', failure: { code: 'sign-in-rejected' } });
    await comesBack(sealedToken(good, clientKey()));
    expect((await session).grant.kind).toBe('openconnect');
  });

  test.each<[what: string, meanwhile: () => Promise<void>]>([
    ['nobody has come', () => Promise.resolve()],
    [
      'somebody came and says nothing',
      async () => {
        const socket = net.connect(browserPort, '::1').on('error', () => undefined);
        cleanUp.push(() => void socket.destroy());
        await once(socket, 'connect');
      },
    ],
  ])('Cancel while %s ends a browser sign-in within a second, and frees the port', async (_, meanwhile) => {
    const { session, stop, isOpen } = await begin();
    await isOpen();
    await meanwhile();
    const took = await timed(async () => {
      stop.abort();
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
    });
    expect(took).toBeLessThan(1_000);
    await expect
      .poll(
        async () => {
          const socket = net.connect(browserPort, '::1');
          const refused = once(socket, 'connect').then(
            () => false,
            () => true,
          );
          return refused.finally(() => socket.destroy());
        },
        { timeout: 10_000 },
      )
      .toBe(true);
  });

  test.skipIf(!hasOwnTerminal)('in a terminal, Enter shows the address for the browser, and the browser’s return signs in', async () => {
    const gateway = await FormGateway.start(({ init }) => (init ? external : 'success'));
    cleanUp.push(() => gateway.stop());
    const folder = await cliFolder([gateway.profile()]);
    const argv = [process.execPath, commandFile, 'connect', gateway.profile().id, '--user-data-dir', folder];
    const child = spawnInTerminal(argv);
    cleanUp.push(async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    });
    let seen = '';
    child.stdout.on('data', (data) => (seen += String(data)));
    child.stdin.on('error', () => undefined);
    await expect.poll(() => seen, { timeout: 20_000 }).toContain('Press Enter for the address');
    expect(seen).not.toContain('https://idp.campus.test/start');
    child.stdin.write('\r');
    await expect.poll(() => seen, { timeout: 20_000 }).toContain('https://idp.campus.test/start');
    const key = gateway.requests.findLast(({ init }) => init)?.headers['x-anyconnect-strap-dh-pubkey'];
    await comesBack(sealedToken(good, typeof key === 'string' ? key : ''));
    await expect.poll(() => seen, { timeout: 20_000 }).toContain('Signed in.');
    expect(gateway.requests.map(({ fields }) => fields['sso-token'])).toContain(good);
    expect(seen).not.toContain(good);
  });

  test('a taken return port is reported, with what to do', async () => {
    const holder = net.createServer().listen(browserPort, '::1');
    await once(holder, 'listening');
    cleanUp.push(() => void holder.close());
    const { who, session } = await begin();
    await expect(session).rejects.toMatchObject(failsWith('browser-port'));
    // Nobody was asked to open anything that could not come back
    expect(who.asked).toEqual([]);
  });
});
