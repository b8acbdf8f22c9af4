import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import type { Tunnel } from '../../../electron/tunnels/tunnel.ts';
import { failureOf } from '../../../shared/failure.ts';
import { inside } from '../../peers/gateways/inside-hosts.ts';
import type { PppGatewayOptions } from '../../peers/gateways/ppp-family.ts';
import { startPppGateway, type PppGateway } from '../../peers/gateways/ppp-gateway.ts';
import {
  hasOurs,
  missingLibrary,
  passcode,
  person,
  startEngine,
  systemLibrary,
  targetFor,
  type EngineBench,
} from '../../peers/openconnect-bench.ts';

/** The app tunnel to the stand-ins of F5 and Fortinet: the same process signs in and carries, as in the app. */
const never = new AbortController().signal;
const kinds: readonly (readonly [string, 'f5' | 'fortinet', PppGatewayOptions])[] = [
  ['F5', 'f5', { ipv6: true }],
  ['F5 with HDLC', 'f5', { hdlc: true, namesByPpp: true }],
  ['Fortinet', 'fortinet', { ipv6: true }],
];
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (thrown: unknown) => failureOf(thrown).code,
  );

// Without ours, the tests below have the system's already
describe.skipIf(!hasOurs || systemLibrary === null)('app tunnels of PPP with the system’s library', () => {
  test.each(kinds)('%s: a page, a closed half and a new connection', async (_, family, options) => {
    const { engine, driver } = await startEngine({ library: systemLibrary });
    onTestFinished(() => driver.stop());
    const at = await startPppGateway(family, options);
    onTestFinished(() => at.stop());
    const tunnel = await engine.open(at.grant(), never);
    onTestFinished(() => tunnel.close());
    const { page, digest } = inside;
    const stream = await tunnel.dial(page.host, page.port, never);
    stream.write('GET / HTTP/1.0\r\n\r\n');
    expect(await text(stream)).toContain(at.hosts.page);
    const sums = await tunnel.dial(digest.host, digest.port, never);
    sums.write(at.hosts.data.bytes.subarray(0, 1_000_000));
    tunnel.recover?.();
    sums.end(at.hosts.data.bytes.subarray(1_000_000));
    expect(await text(sums)).toBe(at.hosts.data.sha256);
    expect(at.violations).toEqual([]);
  });
});

describe.skipIf(missingLibrary() !== null)('app tunnels of PPP', () => {
  let bench: EngineBench;
  let gateway: PppGateway | null = null;
  beforeAll(async () => {
    bench = await startEngine();
  });
  afterAll(() => bench.driver.stop());
  afterEach(async () => {
    const violations = gateway?.violations;
    await gateway?.stop();
    gateway = null;
    expect(violations ?? []).toEqual([]);
  });

  async function start(family: 'f5' | 'fortinet', options: PppGatewayOptions = {}): Promise<PppGateway> {
    gateway = await startPppGateway(family, options);
    return gateway;
  }
  async function opened(grant: OpenConnectGrant): Promise<Tunnel> {
    const tunnel = await bench.engine.open(grant, never);
    onTestFinished(() => tunnel.close());
    return tunnel;
  }
  const dial = (tunnel: Tunnel, { host, port }: { host: string; port: number }): Promise<Duplex> => tunnel.dial(host, port, never);
  /** A stream that says what it heard. */
  async function echo(tunnel: Tunnel): Promise<{ stream: Duplex; heard: () => string }> {
    const stream = await dial(tunnel, inside.echo);
    const heard: string[] = [];
    stream.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    return { stream, heard: () => heard.join('') };
  }

  test('a gateway that gives no address is named as one that opens no tunnel', async () => {
    const at = await start('f5', { addressless: true });
    expect(await codeOf(bench.engine.open(at.grant(), never))).toBe('tunnel-failed');
  });

  test('a tunnel is open as soon as PPP is agreed on, without the second for which the library sleeps', async () => {
    const at = await start('f5');
    const waits: number[] = [];
    // The machine may be busy, and one of a few tries will do
    while (waits.length < 5 && !waits.some((ms) => ms < 600)) {
      const grant = at.grant();
      const tunnel = await opened(grant);
      const session = at.session(grant);
      await expect.poll(() => session.firstPacketMs).not.toBe(null);
      waits.push(session.firstPacketMs ?? Infinity);
      await tunnel.close();
    }
    expect(Math.min(...waits)).toBeLessThan(600);
  });

  test('a gateway that breaks off before PPP is agreed on does not count as one that refuses the ticket', async () => {
    const at = await start('f5');
    const grant = at.grant();
    const tunnel = await opened(grant);
    at.breakOff('before-lcp');
    at.hangUp();
    expect(await tunnel.ended).toMatchObject({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
    expect(await codeOf(bench.engine.open(grant, never))).toBe('tunnel-failed');
    expect(at.sessions.size).toBe(1);
  });

  test('a gateway that breaks off again and again is not asked again and again', async () => {
    const at = await start('f5');
    const grant = at.grant();
    const session = at.session(grant);
    const tunnel = await opened(grant);
    at.breakOff('after-lcp');
    at.hangUp();
    expect(await tunnel.ended).toMatchObject({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
    expect(session.tunnels).toBeLessThan(25);
    expect(await codeOf(bench.engine.open(grant, never))).toBe('tunnel-failed');
    expect(session.tunnels).toBeLessThan(50);
    expect(at.sessions.size).toBe(1);
  });

  describe.each(kinds)('%s', (name, family, options) => {
    // How frames lie in the stream matters to none of the endings
    const isOneMoreFraming = options.hdlc === true;

    test(`${name}: a person signs in, loads a page by name, sends and gets megabytes, closes halves, and signs out`, async () => {
      const at = await start(family, options);
      const who = person({
        credentials: ({ selects: [select] }) => ({
          kind: 'credentials',
          values: { user: 'mei', password: 'harbour', ...(select ? { [select.name]: '1' } : {}) },
        }),
        passcode: passcode('123456'),
      });
      const { grant } = await bench.driver.signIn(targetFor(at.profile()), who.ask, never);
      if (grant.kind !== 'openconnect') throw new Error('another grant');
      const tunnel = await opened(grant);
      const page = await dial(tunnel, inside.page);
      page.write('GET / HTTP/1.0\r\n\r\n');
      expect(await text(page)).toContain(at.hosts.page);
      expect((await buffer(await dial(tunnel, inside.source))).equals(at.hosts.data.bytes)).toBe(true);
      const digest = await dial(tunnel, inside.digest);
      digest.end(at.hosts.data.bytes);
      expect(await text(digest)).toBe(at.hosts.data.sha256);
      const farewell = await dial(tunnel, inside.farewell);
      farewell.resume();
      await once(farewell, 'end');
      farewell.end('after the end');
      await expect.poll(() => at.hosts.heardAfterFarewell()).toBe('after the end');
      expect(await codeOf(tunnel.dial('no-such.campus.test', 80, never))).toBe('host-name-unknown');
      expect(await codeOf(dial(tunnel, inside.nobody))).toBe('host-unreachable');
      expect(await tunnel.answers(2_500)).toBe(true);
      expect(tunnel.limits).toMatchObject({ idleSeconds: family === 'f5' ? 900 : 3_600, expiresAt: expect.any(Number) as unknown });
      const { link } = at.session(grant);
      await tunnel.close({ signOut: true });
      expect([at.sessions.size, link?.peer.received.at(-1), link?.peer.unwanted, link?.peer.discarded]).toEqual([0, 'LCP 5', 0, []]);
    });

    test(`${name}: streams go on when the tunnel connects again with its ticket, and when the gateway hangs up`, async () => {
      const at = await start(family, options);
      const grant = at.grant();
      const session = at.session(grant);
      const tunnel = await opened(grant);
      const { stream, heard } = await echo(tunnel);
      stream.write('one ');
      await expect.poll(heard).toBe('one ');
      tunnel.recover?.();
      stream.write('two ');
      await expect.poll(heard).toBe('one two ');
      at.hangUp();
      stream.write('three');
      await expect.poll(heard).toBe('one two three');
      expect(session.tunnels).toBe(3);
      const last = session.link?.peer;
      await tunnel.close();
      // Most gateways end a session whose client ends PPP with a word (5)
      await expect.poll(() => session.link).toBe(null);
      expect([at.sessions.size, last?.received.includes('LCP 5')]).toEqual([1, false]);
    });

    test.skipIf(isOneMoreFraming)(
      `${name}: a ticket that the gateway does not know is refused, at the start and when the tunnel connects again`,
      async () => {
        const at = await start(family, options);
        const unknown = at.grant();
        at.forget(unknown);
        expect(await codeOf(bench.engine.open(unknown, never))).toBe('ticket-rejected');
        const grant = at.grant();
        const { link } = at.session(grant);
        expect(link).toBe(null);
        const tunnel = await opened(grant);
        const open = at.session(grant).link;
        at.forget(grant);
        open?.close();
        expect(await tunnel.ended).toMatchObject({ kind: 'rejected', failure: { code: 'ticket-rejected' } });
      },
    );

    test.skipIf(isOneMoreFraming)(`${name}: the gateway ends the session with a reason, or without one and knows it no more`, async () => {
      const at = await start(family, options);
      const grant = at.grant();
      const tunnel = await opened(grant);
      at.session(grant).link?.peer.terminate('An administrator ended your session');
      expect(await tunnel.ended).toEqual({ kind: 'ended', reason: 'revoked' });
      const other = at.grant();
      const second = await opened(other);
      const { link } = at.session(other);
      at.forget(other);
      link?.peer.terminate('');
      expect(await second.ended).toMatchObject({ kind: 'rejected' });
    });

    test.skipIf(isOneMoreFraming)(
      `${name}: another address after a break ends the streams with a sentence, and the tunnel goes on`,
      async () => {
        const at = await start(family, options);
        const grant = at.grant();
        const tunnel = await opened(grant);
        const { stream } = await echo(tunnel);
        const broken = once(stream, 'error');
        at.readdress(grant);
        at.hangUp();
        const [error] = z.tuple([z.unknown()]).parse(await broken);
        expect(failureOf(error)).toMatchObject({ code: 'tunnel-dropped', detail: 'the gateway gave another address' });
        const page = await dial(tunnel, inside.page);
        page.write('GET / HTTP/1.0\r\n\r\n');
        expect(await text(page)).toContain(at.hosts.page);
        expect(at.sessions.size).toBe(1);
      },
    );

    test.skipIf(isOneMoreFraming)(
      `${name}: a gateway that is gone for a while leaves the tunnel silent, and its streams go on when it is back`,
      async () => {
        const at = await start(family, options);
        const tunnel = await opened(at.grant());
        const { stream, heard } = await echo(tunnel);
        stream.write('one ');
        await expect.poll(heard).toBe('one ');
        let silent = 0;
        tunnel.onSilent?.(() => (silent += 1));
        const gone = await at.leave();
        await expect.poll(() => silent).toBeGreaterThan(0);
        expect(await tunnel.answers(500)).toBe(false);
        await gone.back();
        stream.write('two');
        await expect.poll(heard, { timeout: 20_000 }).toBe('one two');
        expect(await tunnel.answers(2_500)).toBe(true);
      },
    );

    test.skipIf(isOneMoreFraming)(
      `${name}: a connection that died without a word is found out by a query, and another one carries its streams`,
      async () => {
        const at = await start(family, options);
        const grant = at.grant();
        const tunnel = await opened(grant);
        const { stream, heard } = await echo(tunnel);
        stream.write('one ');
        await expect.poll(heard).toBe('one ');
        // Silence means nothing before the first answer
        await tunnel.answers(2_500);
        at.session(grant).link?.freeze();
        expect(await tunnel.answers(1_000)).toBe(false);
        stream.write('two');
        tunnel.recover?.();
        await expect.poll(heard).toBe('one two');
        expect(await tunnel.answers(2_500)).toBe(true);
      },
    );
  });
});
