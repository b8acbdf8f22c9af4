import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import type { Tunnel, TunnelEngine } from '../../../electron/tunnels/tunnel.ts';
import { failureOf } from '../../../shared/failure.ts';
import { inside, startNcGateway, type NcGateway } from '../../peers/gateways/nc.ts';
import { bothLibraries, startEngine } from '../../peers/openconnect-bench.ts';

/** The campus's `nc` tunnel with the real library in front of it: the system's, and ours where it has been built. */
const never = new AbortController().signal;
if (bothLibraries.length < 2) console.warn(`nc tunnel: only ${bothLibraries.length} of two versions of openconnect are here`);

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (thrown: unknown) => failureOf(thrown).code,
  );

describe.each(bothLibraries)('the campus’s nc tunnel with %s library', (_, library) => {
  let engine: TunnelEngine;
  let gateway: NcGateway;
  beforeAll(async () => {
    [gateway, { engine }] = await Promise.all([startNcGateway(), startEngine({ library })]);
  });
  afterAll(() => gateway.stop());

  async function opened(grant: OpenConnectGrant = gateway.grant()): Promise<Tunnel> {
    const tunnel = await engine.open(grant, never);
    onTestFinished(() => tunnel.close());
    return tunnel;
  }
  const dial = (tunnel: Tunnel, { host, port }: { host: string; port: number }): Promise<Duplex> => tunnel.dial(host, port, never);

  test('the nc tunnel loads a page by name, and reports a name or port that does not exist', async () => {
    const grant = gateway.grant();
    const tunnel = await opened(grant);
    const stream = await dial(tunnel, inside.page);
    stream.write('GET / HTTP/1.0\r\n\r\n');
    expect(await text(stream)).toContain(gateway.page);
    expect(await codeOf(tunnel.dial('no-such.campus.test', 80, never))).toBe('host-name-unknown');
    expect(await codeOf(dial(tunnel, inside.nobody))).toBe('host-unreachable');
    expect(await codeOf(tunnel.dial(inside.page.host, 22, never))).toBe('host-unreachable');
    expect(await tunnel.answers(2_500)).toBe(true);
    expect(gateway.touched(grant)).toBeGreaterThan(0);
    await tunnel.close();
  });

  test('the nc tunnel carries 5 MB each way, byte for byte', async () => {
    const tunnel = await opened();
    expect((await buffer(await dial(tunnel, inside.source))).equals(gateway.data.bytes)).toBe(true);
    // The digest comes back after the end of the other direction
    const digest = await dial(tunnel, inside.digest);
    digest.end(gateway.data.bytes);
    expect(await text(digest)).toBe(gateway.data.sha256);
    await tunnel.close();
  });

  test('the nc tunnel carries eight streams at once', async () => {
    const tunnel = await opened();
    const all = await Promise.all(Array.from({ length: 8 }, async () => buffer(await dial(tunnel, inside.source))));
    for (const each of all) expect(each.equals(gateway.data.bytes)).toBe(true);
    await tunnel.close();
  });

  test('the nc tunnel keeps its streams when the library connects again', async () => {
    const tunnel = await opened();
    const stream = await dial(tunnel, inside.echo);
    const heard: string[] = [];
    stream.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    stream.write('one ');
    await expect.poll(() => heard.join('')).toBe('one ');
    tunnel.recover?.();
    stream.write('two ');
    await expect.poll(() => heard.join('')).toBe('one two ');
    gateway.hangUp();
    stream.write('three');
    await expect.poll(() => heard.join('')).toBe('one two three');
    stream.destroy();
    await tunnel.close();
  });

  test('the nc tunnel refuses a cookie that it does not know, at the start and when a client connects again', async () => {
    expect(await codeOf(engine.open(gateway.grant({ cookie: 'DSID=0123456789abcdef0123456789abcdef' }), never))).toBe('ticket-rejected');
    const grant = gateway.grant();
    const tunnel = await opened(grant);
    gateway.forget(grant);
    gateway.hangUp();
    expect(await tunnel.ended).toMatchObject({ kind: 'rejected', failure: { code: 'ticket-rejected' } });
  });

  test('the nc tunnel reports that the gateway ended the session', async () => {
    const grant = gateway.grant();
    const tunnel = await opened(grant);
    gateway.end(grant, 'revoked');
    expect(await tunnel.ended).toEqual({ kind: 'ended', reason: 'revoked' });
  });

  test('the nc tunnel keeps the session on detach and ends it on sign-out', async () => {
    const grant = gateway.grant();
    const id = grant.cookie.replace('DSID=', '');
    await (await opened(grant)).close();
    expect(gateway.sessions.has(id)).toBe(true);
    await (await opened(grant)).close({ signOut: true });
    expect(gateway.sessions.has(id)).toBe(false);
  });
});
