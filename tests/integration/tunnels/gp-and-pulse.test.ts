import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import type { Tunnel } from '../../../electron/tunnels/tunnel.ts';
import { failureOf } from '../../../shared/failure.ts';
import { startGpGateway } from '../../peers/gateways/gp-gateway.ts';
import { inside, type InsideHosts } from '../../peers/gateways/inside-hosts.ts';
import { startPulse } from '../../peers/gateways/pulse.ts';
import { startMiddlebox } from '../../peers/middlebox.ts';
import { bothLibraries, startEngine, type EngineBench } from '../../peers/openconnect-bench.ts';

/** The app tunnel in front of stand-ins for GlobalProtect and Pulse. A stand-in that meets a wrong byte ends the connection, and its `stop` rejects. */
const never = new AbortController().signal;
if (bothLibraries.length < 2) console.warn(`GlobalProtect and Pulse tunnels: only ${bothLibraries.length} of two libraries are here`);

/** What both stand-ins have. */
interface Peer {
  host: string;
  port: number;
  inside: InsideHosts;
  grant(overrides?: Partial<OpenConnectGrant>): OpenConnectGrant;
  sessionOf(grant: OpenConnectGrant): { opened: number } | null;
  forget(grant: OpenConnectGrant): void;
  readdress(grant: OpenConnectGrant): void;
  hangUp(): void;
  leave(): Promise<{ back(): Promise<void> }>;
  stop(): Promise<void>;
}
const families: readonly (readonly [string, () => Promise<Peer>])[] = [
  ['GlobalProtect', () => startGpGateway()],
  ['Pulse', () => startPulse()],
];

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (thrown: unknown) => failureOf(thrown).code,
  );
const dial = (tunnel: Tunnel, { host, port }: { host: string; port: number }): Promise<Duplex> => tunnel.dial(host, port, never);

async function pageThrough(tunnel: Tunnel): Promise<string> {
  const stream = await dial(tunnel, inside.page);
  stream.end('GET / HTTP/1.0\r\n\r\n');
  return text(stream);
}

/** A stream to the echo, and what it heard. */
async function echoThrough(tunnel: Tunnel) {
  const stream = await dial(tunnel, inside.echo);
  let heard = '';
  stream.on('data', (chunk: Buffer) => (heard += String(chunk)));
  return {
    stream,
    /** Says something and waits until all of it came back. */
    async say(words: string): Promise<void> {
      const wanted = heard + words;
      stream.write(words);
      await vi.waitFor(() => expect(heard).toBe(wanted), { timeout: 40_000 });
    },
  };
}

describe.each(bothLibraries)('with %s library', (_, library) => {
  let bench: EngineBench;
  beforeAll(async () => {
    bench = await startEngine({ library });
  });
  afterAll(() => bench.driver.stop());

  test.each(families)(
    'the %s tunnel carries pages, files and half-closes, connects again with its streams, and signs out',
    async (_name, start) => {
      const peer = await start();
      onTestFinished(() => peer.stop());
      const grant = peer.grant();
      const tunnel = await bench.engine.open(grant, never);
      onTestFinished(() => tunnel.close());
      expect(await pageThrough(tunnel)).toContain(peer.inside.page);
      expect((await buffer(await dial(tunnel, inside.source))).equals(peer.inside.data.bytes)).toBe(true);
      // The digest comes back after the end of the other direction
      const digest = await dial(tunnel, inside.digest);
      digest.end(peer.inside.data.bytes);
      expect(await text(digest)).toBe(peer.inside.data.sha256);
      expect(await codeOf(tunnel.dial('no-such.campus.test', 80, never))).toBe('host-name-unknown');
      expect(await codeOf(dial(tunnel, inside.nobody))).toBe('host-unreachable');
      expect(await tunnel.answers(2_500)).toBe(true);

      const echo = await echoThrough(tunnel);
      await echo.say('one ');
      tunnel.recover?.();
      await expect.poll(() => peer.sessionOf(grant)?.opened).toBe(2);
      await echo.say('two ');
      peer.hangUp();
      await echo.say('three');
      expect(peer.sessionOf(grant)?.opened).toBe(3);

      await tunnel.close({ signOut: true });
      await expect.poll(() => peer.sessionOf(grant)).toBeNull();
    },
  );
});

describe.skipIf(bothLibraries.length === 0)('the app tunnel at gateways and on paths that fail', { timeout: 60_000 }, () => {
  let bench: EngineBench;
  beforeAll(async () => {
    bench = await startEngine();
  });
  afterAll(() => bench.driver.stop());

  /** One after the other: what starts on a busy computer at once may be too slow for our time limits. */
  let last: Promise<unknown> = Promise.resolve();
  const open = (grant: OpenConnectGrant): Promise<Tunnel> => {
    const opening = last.then(() => bench.engine.open(grant, never));
    last = opening.catch(() => undefined);
    return opening;
  };

  test.for(families)('the %s tunnel ends as rejected when the gateway does not know its ticket any more', async ([, start]) => {
    const peer = await start();
    const grant = peer.grant();
    const tunnel = await open(grant);
    peer.forget(grant);
    expect(await codeOf(open(grant))).toBe('ticket-rejected');
    peer.hangUp();
    tunnel.recover?.();
    expect(await tunnel.ended).toMatchObject({
      kind: 'rejected',
      failure: { code: 'ticket-rejected' },
    });
    await peer.stop();
  });

  // The concurrent ones wait more than they work
  test.concurrent.for(families)('the %s tunnel survives a gateway that is gone for a while, with its streams', async ([, start]) => {
    const peer = await start();
    const grant = peer.grant();
    const tunnel = await open(grant);
    const echo = await echoThrough(tunnel);
    await echo.say('before ');
    let silent = 0;
    tunnel.onSilent?.(() => (silent += 1));
    const away = await peer.leave();
    await vi.waitFor(() => expect(silent).toBeGreaterThan(0), {
      timeout: 10_000,
    });
    expect(await tunnel.answers(500)).toBe(false);
    expect(await codeOf(open(grant))).toBe('gateway-unreachable');
    await away.back();
    await echo.say('after');
    // Closing keeps the session, which another tunnel can use
    await tunnel.close();
    expect(peer.sessionOf(grant)).not.toBeNull();
    await (await open(grant)).close();
    await peer.stop();
  });

  /** A grant by way of a router that forgets connections when it is told to. */
  const behindRouter = async (peer: Peer) => {
    const box = await startMiddlebox({ to: peer.port, idleMs: 600_000 });
    return {
      box,
      grant: peer.grant({
        endpoint: { host: peer.host, port: 443, loopbackPort: box.port },
      }),
    };
  };

  test.concurrent.for(families)(
    'the %s tunnel ends its streams with a sentence and goes on when the gateway gives it another address',
    async ([, start]) => {
      const peer = await start();
      const grant = peer.grant();
      const tunnel = await open(grant);
      const echo = await echoThrough(tunnel);
      await echo.say('one ');
      const broken = new Promise<Error>((resolve) => echo.stream.once('error', resolve));
      peer.readdress(grant);
      expect(failureOf(await broken).code).toBe('tunnel-dropped');
      expect(await pageThrough(tunnel)).toContain(peer.inside.page);
      await tunnel.close();
      await peer.stop();
    },
  );

  test.concurrent('the GlobalProtect tunnel finds a dead peer by its own probes and connects again with its streams', async () => {
    const peer = await startGpGateway();
    const { box, grant } = await behindRouter(peer);
    const tunnel = await open(grant);
    const echo = await echoThrough(tunnel);
    await echo.say('one ');
    box.forgetAll();
    await echo.say('two');
    expect(peer.sessionOf(grant)?.opened).toBe(2);
    expect(peer.preferred).toEqual([peer.sessionOf(grant)?.address]);
    await tunnel.close();
    await box.stop();
    await peer.stop();
  });

  test.concurrent('the GlobalProtect tunnel connects anew in the gateway’s interval, with its streams', async () => {
    // A minute before the interval is over, the library does: after three seconds, and again after three
    const peer = await startGpGateway({ rekeySeconds: 63 });
    const grant = peer.grant();
    const tunnel = await open(grant);
    const echo = await echoThrough(tunnel);
    await echo.say('one ');
    await vi.waitFor(() => expect(peer.sessionOf(grant)?.opened).toBeGreaterThan(1), { timeout: 15_000 });
    await echo.say('two');
    await tunnel.close();
    await peer.stop();
  });

  test.concurrent('the Pulse tunnel does not notice a dead peer by itself; a query finds it, and its streams go on', async () => {
    const peer = await startPulse();
    const { box, grant } = await behindRouter(peer);
    const tunnel = await open(grant);
    const echo = await echoThrough(tunnel);
    await echo.say('one ');
    box.forgetAll();
    expect(await tunnel.answers(1_000)).toBe(false);
    tunnel.recover?.();
    await echo.say('two');
    expect(await tunnel.answers(2_500)).toBe(true);
    await tunnel.close();
    await box.stop();
    await peer.stop();
  });

  test.concurrent.for([
    ['GlobalProtect', () => startGpGateway({ esp: 'silent', mtu: 0 })],
    ['Pulse', () => startPulse({ esp: 'silent', version: '9.1R14' })],
  ] as const)('the %s tunnel carries traffic by TLS when the gateway offers ESP and no packet of it arrives', async ([, start]) => {
    const peer = await start();
    const tunnel = await open(peer.grant());
    expect(await pageThrough(tunnel)).toContain(peer.inside.page);
    await tunnel.close();
    await peer.stop();
  });

  test.concurrent.for([
    ['GlobalProtect', () => startGpGateway({ esp: 'answers' })],
    ['Pulse', () => startPulse({ esp: 'answers' })],
  ] as const)(
    'the %s tunnel carries traffic by ESP, connects again with its streams, and goes on by TLS when ESP is cut',
    async ([, start]) => {
      const peer = await start();
      const plain = await open(peer.grant({ udp: false }));
      expect(await pageThrough(plain)).toContain(peer.inside.page);
      await plain.close();
      expect(peer.espPackets()).toBe(0);
      const tunnel = await open(peer.grant());
      expect(await pageThrough(tunnel)).toContain(peer.inside.page);
      const digest = await dial(tunnel, inside.digest);
      digest.end(peer.inside.data.bytes.subarray(0, 100_000));
      expect(await text(digest)).toBe(peer.inside.data.lessSha256);
      const echo = await echoThrough(tunnel);
      await echo.say('one ');
      // The upload alone is so many
      expect(peer.espPackets()).toBeGreaterThan(70);
      tunnel.recover?.();
      await echo.say('two ');
      peer.muteEsp();
      await echo.say('three');
      await tunnel.close();
      await peer.stop();
    },
  );

  test('the GlobalProtect tunnel knows the gateway’s limits, goes without a report about the computer, and understands a refusal by a status alone', async () => {
    const peer = await startGpGateway({
      wantsReport: true,
      refuses: 'by-status',
    });
    const grant = peer.grant();
    const tunnel = await open(grant);
    expect(await pageThrough(tunnel)).toContain(peer.inside.page);
    expect(tunnel.limits?.idleSeconds).toBe(10_800);
    expect(tunnel.limits?.expiresAt).toBeGreaterThan(Date.now() + 35_900_000);
    peer.forget(grant);
    expect(await codeOf(open(grant))).toBe('ticket-rejected');
    await tunnel.close();
    await peer.stop();
  });

  test.for([
    ['signedOut', 'revoked'],
    ['idle', 'idle'],
    ['replaced', 'replaced'],
  ] as const)('the Pulse tunnel tells why the gateway ended the session: %s', async ([why, reason]) => {
    const peer = await startPulse({ version: '9.1R16' });
    const grant = peer.grant();
    const tunnel = await open(grant);
    peer.end(grant, why);
    expect(await tunnel.ended).toMatchObject({ kind: 'ended', reason });
    await peer.stop();
  });
});
