import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { appTunnel } from '../../../electron/tunnels/openconnect/app.ts';
import { systemPaths } from '../../../electron/tunnels/openconnect/programs-linux.ts';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import type { Tunnel } from '../../../electron/tunnels/tunnel.ts';
import { failureOf } from '../../../shared/failure.ts';
import { descendants, kill } from '../../peers/namespaces.ts';
import { inside, startNcGateway, type NcGateway } from '../../peers/gateways/nc.ts';
import { nativeFolder } from '../../peers/openconnect-bench.ts';

/** The campus's `nc` tunnel with the real openconnect in front of it: the system's, and ours where it has been built. */
const never = new AbortController().signal;
const ours = join(nativeFolder, 'openconnect');
const system = systemPaths.openconnect.find((path) => existsSync(path));
const ocproxy = systemPaths.ocproxy.find((path) => existsSync(path));
const versions = [
  ...(system === undefined ? [] : [['the system’s openconnect', system] as const]),
  ...(existsSync(ours) ? [['our own openconnect', ours] as const] : []),
];
if (versions.length < 2) console.warn(`nc tunnel: only ${versions.length} of two versions of openconnect are here`);

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (thrown: unknown) => failureOf(thrown).code,
  );

describe.skipIf(ocproxy === undefined).each(versions)('the campus’s nc tunnel with %s', (_, openconnect) => {
  const engine = appTunnel({
    programs: { folder: null, platform: 'linux', policy: { openconnect } },
    log: () => undefined,
    now: Date.now,
  });
  let gateway: NcGateway;
  beforeAll(async () => {
    gateway = await startNcGateway();
  });
  afterAll(() => gateway.stop());
  afterEach(async () => {
    await expect.poll(() => [...descendants(process.pid, 'openconnect'), ...descendants(process.pid, 'ocproxy')]).toEqual([]);
  });

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
    // ocproxy takes the end of one side for the end of both, so that the digest cannot come back: echo it instead
    const echo = await dial(tunnel, inside.echo);
    const hash = createHash('sha256');
    let received = 0;
    const back = new Promise<void>((resolve, reject) => {
      echo.on('error', reject).on('data', (chunk: Buffer) => {
        hash.update(chunk);
        received += chunk.length;
        if (received >= gateway.data.bytes.length) resolve();
      });
    });
    echo.write(gateway.data.bytes);
    await back;
    expect(hash.digest('hex')).toBe(gateway.data.sha256);
    echo.destroy();
    await tunnel.close();
  });

  test('the nc tunnel carries eight streams at once', async () => {
    const tunnel = await opened();
    const all = await Promise.all(Array.from({ length: 8 }, async () => buffer(await dial(tunnel, inside.source))));
    for (const each of all) expect(each.equals(gateway.data.bytes)).toBe(true);
    await tunnel.close();
  });

  test('the nc tunnel keeps its streams when openconnect connects again', async () => {
    const tunnel = await opened();
    const stream = await dial(tunnel, inside.echo);
    const heard: string[] = [];
    stream.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    stream.write('one ');
    await expect.poll(() => heard.join('')).toBe('one ');
    kill(descendants(process.pid, 'openconnect')[0], 'SIGUSR2');
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

test.skipIf(versions.length === 0)('openconnect ends with exit code 2 when the cookie is refused', async () => {
  const gateway = await startNcGateway();
  onTestFinished(() => gateway.stop());
  for (const [name, path] of versions) {
    const args = ['--protocol=nc', '--cookie-on-stdin', '--non-inter', `--servercert=${gateway.pin}`, '--script-tun', '--script', 'true'];
    const child = spawn(path, [...args, `https://127.0.0.1:${gateway.port}/`], { stdio: ['pipe', 'pipe', 'pipe'], env: { LC_ALL: 'C' } });
    child.stdin.end('DSID=0123456789abcdef0123456789abcdef\n');
    const [code, output] = await Promise.all([
      new Promise((resolve) => child.once('exit', resolve)),
      text(child.stderr),
      text(child.stdout),
    ]);
    expect(`${name}: ${String(code)}`, output).toBe(`${name}: 2`);
  }
});
