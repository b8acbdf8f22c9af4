import { once } from 'node:events';
import net from 'node:net';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startLoopbackProxy, type LoopbackProxy } from '../../electron/tunnels/loopback-proxy.ts';
import { directDial } from '../../electron/tunnels/direct.ts';
import { readProfile, type Profile } from '../../shared/profile.ts';
import { signIn, startBench, type Bench } from '../support/access.ts';
import { tcp } from '../support/servers.ts';

/** Attacks on the loopback proxy by another user or program, and what even the view may not reach through it. */
let bench: Bench;
let proxy: LoopbackProxy;
beforeAll(async () => {
  bench = await startBench();
  await signIn(bench);
  proxy = await startLoopbackProxy();
  proxy.setDial((host, port, signal) => bench.controller.dial(host, port, signal));
}, 30_000);
afterAll(async () => {
  await proxy.close();
  await bench.close();
});

/** Sends raw bytes. Resolves with everything until the proxy closes, or with the first line if it lets the connection through. */
async function raw(text: string): Promise<string> {
  const socket = net.connect(proxy.port, '127.0.0.1');
  let got = '';
  socket.on('data', (chunk: Buffer) => {
    got += chunk.toString('latin1');
    if (got.startsWith('HTTP/1.1 200')) socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return got;
}
const statuses = (got: string): string[] => [...got.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status ?? '');
const basic = (credentials: string): string => `Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
const ours = (): string => basic(`${proxy.username}:${proxy.secret}`);
const connectTo = (target: string, headers = ours()): string => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${headers}\r\n`;
const portal = '2fa.campus.test:443';

describe('the loopback proxy without its secret', () => {
  it('five hundred guesses at the proxy’s secret all get the same answer, which helps with no further guess', async () => {
    const guesses = Array.from({ length: 500 }, () => randomBytes(24).toString('base64url'));
    const answers = new Set<string>();
    for (let at = 0; at < guesses.length; at += 20)
      for (const answer of await Promise.all(guesses.slice(at, at + 20).map((guess) => raw(connectTo(portal, basic(`causeway:${guess}`))))))
        answers.add(answer);
    expect([...answers].map(statuses)).toEqual([['407']]);
    // 192 bits, new in each run
    expect(Buffer.from(proxy.secret, 'base64url')).toHaveLength(24);
    const other = await startLoopbackProxy();
    expect(other.secret).not.toBe(proxy.secret);
    await other.close();
  });

  it.each([
    ['the secret as another scheme', () => connectTo(portal, `Proxy-Authorization: Bearer ${proxy.secret}\r\n`)],
    ['the secret as another user', () => connectTo(portal, basic(`root:${proxy.secret}`))],
    ['the secret in the wrong header', () => connectTo(portal, ours().replace('Proxy-Authorization', 'Authorization'))],
    ['a wrong one before the right one', () => connectTo(portal, basic('causeway:x') + ours())],
    ['user and password in the address', () => connectTo(`causeway:${proxy.secret}@${portal}`, '')],
  ])('a request with %s opens no connection through the proxy', async (_what, request) =>
    expect(statuses(await raw(request()))).toEqual(['407']),
  );

  it.each([
    ['an absolute-form GET', () => `GET http://2fa.campus.test/ HTTP/1.1\r\nHost: 2fa.campus.test\r\n${ours()}\r\n`, ['405']],
    ['a POST to the portal', () => `POST https://2fa.campus.test/ HTTP/1.1\r\nHost: x\r\n${ours()}Content-Length: 0\r\n\r\n`, ['405']],
    ['TRACE', () => `TRACE / HTTP/1.1\r\nHost: x\r\n${ours()}\r\n`, ['405']],
    [
      'a body that two readers would end in different places',
      () => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${connectTo(portal, '')}`,
      ['400'],
    ],
    [
      'a CONNECT behind the body of another request',
      () => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello${connectTo(portal, '')}`,
      ['405'],
    ],
    ['a CONNECT behind one that was turned away', () => connectTo(portal, '') + connectTo(portal), ['407']],
    [
      'a header that is split by a bare line feed',
      () => `CONNECT ${portal} HTTP/1.1\nHost: x\nProxy-Authorization: Basic x\n\n`,
      ['407', '400'],
    ],
    ['headers without end', () => `CONNECT ${portal} HTTP/1.1\r\n${`X: ${'y'.repeat(4000)}\r\n`.repeat(4)}`, ['400', '431']],
  ])('the proxy rejects %s', async (_what, request, expected) => {
    const got = statuses(await raw(request()));
    expect(got).toHaveLength(1);
    expect(expected).toContain(got[0]);
  });

  it.each([
    ['an Upgrade', () => 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: y\r\n\r\n'],
    ['a CONNECT without the secret', () => connectTo(portal, '')],
    ['no HTTP', () => 'nonsense\r\n\r\n'],
  ])('a program that resets its connection after %s ends nothing but that connection', async (_what, request) => {
    const uncaught: Error[] = [];
    const note = (error: Error): void => void uncaught.push(error);
    process.on('uncaughtExceptionMonitor', note);
    onTestFinished(() => void process.off('uncaughtExceptionMonitor', note));
    for (let times = 0; times < 20; times += 1) {
      const socket = net.connect(proxy.port, '127.0.0.1').on('error', () => undefined);
      socket.write(request());
      await once(socket, 'data');
      socket.resetAndDestroy();
    }
    expect(statuses(await raw(connectTo(portal)))).toEqual(['200']);
    expect(uncaught).toEqual([]);
  });

  it('hundreds of silent connections do not keep the portal view out of the proxy', async () => {
    const idle = Array.from({ length: 300 }, () => net.connect(proxy.port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(idle.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
    expect(statuses(await raw(connectTo(portal)))).toEqual(['200']);
    // The oldest connections were dropped, so the flood never holds more than its share
    await expect.poll(() => idle.filter((socket) => !socket.closed).length).toBeLessThan(70);
    for (const socket of idle) socket.destroy();
  });
});

describe('the loopback proxy with its secret', () => {
  it('the portal view’s secret opens the portal through the proxy', async () =>
    expect(statuses(await raw(connectTo(portal)))).toEqual(['200']));

  it('the portal view’s secret opens nothing on this computer and nothing outside the grant', async () => {
    const secretService = await tcp((socket) => socket.end('secret'));
    const targets = [
      ...['127.0.0.1', 'localhost', 'LOCALHOST', 'localhost.', 'a.localhost', '127.1', '2130706433', '0x7f000001', '0', '0.0.0.0'],
      ...['vpn.campus.test', 'recovery.campus.test', 'example.org', '169.254.169.254', '2fa.campus.test.evil.test'],
    ].map((host) => `${host}:${secretService}`);
    for (const target of [...targets, '2fa.campus.test:80', '2fa.campus.test:22', `127.0.0.1:${bench.campus.port}`])
      expect(statuses(await raw(connectTo(target))), target).toEqual(['403']);
    for (const target of ['[::1]:443', '[::ffff:127.0.0.1]:443', 'user@2fa.campus.test:443', 'http://2fa.campus.test:443/', ':443'])
      expect(
        statuses(await raw(connectTo(target))).every((status) => status === '400' || status === '403'),
        target,
      ).toBe(true);
  });
});

describe('a portal on campus, without a tunnel', () => {
  /** For each test, as the ones before it take their time too. */
  const inTime = (): AbortSignal => AbortSignal.timeout(10_000);
  const profileOf = (hosts: string[], more: Partial<Profile> = {}): Profile => ({
    ...readProfile(JSON.stringify(bench.campus.profile)).profile,
    portal: { address: 'https://portal.test/', hosts, pages: 'other' },
    connectTo: undefined,
    ...more,
  });

  it.each(['127.0.0.1', 'localhost', 'a.localhost', '0.0.0.0', '127.9.9.9'])(
    'a portal host called %s is not connected to on campus',
    async (host) => {
      const reached: string[] = [];
      const port = await tcp((socket) => void reached.push(String(socket.remotePort)));
      await expect(directDial(profileOf([host]))(host, port, inTime())).rejects.toThrow('host-not-allowed');
      expect(reached).toEqual([]);
    },
  );

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '0.0.0.0'])(
    'a portal whose name resolves to %s is not connected to on campus',
    async (address) => {
      const reached: string[] = [];
      const port = await tcp((socket) => void reached.push(String(socket.remotePort)));
      const family = net.isIP(address);
      const dial = directDial(profileOf(['portal.test']), (_name, options, callback) =>
        options.all ? callback(null, [{ address, family }]) : callback(null, address, family),
      );
      await expect(dial('portal.test', port, inTime())).rejects.toThrow('host-not-allowed');
      expect(reached).toEqual([]);
    },
  );
});
