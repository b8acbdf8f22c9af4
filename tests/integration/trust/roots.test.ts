import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import tls from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createVerifier, spkiSha256, type CertificateVerifier } from '../../../electron/trust/verifier.ts';
import { SystemRoots } from '../../../electron/trust/roots.ts';
import { CertificateQuestion, connectTls } from '../../../electron/net/tls.ts';
import { bundled } from '../../peers/bundled.ts';
import { issue, type Issued } from '../../support/issuer.ts';
import { listen } from '../../support/servers.ts';

const host = 'vpn.campus.test';
let root: Issued;
let leaf: Issued;

beforeAll(async () => {
  root = await issue(null, { name: 'CN=A root that only this computer knows', authority: {} });
  leaf = await issue(root, { dns: [host] });
});

/** A server, and how many have come to it. */
async function server(): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const listening = tls.createServer({ key: leaf.keyPem, cert: leaf.pem }, (socket) => socket.on('error', () => undefined));
  listening.on('connection', () => (connections += 1));
  return { port: await listen(listening), connections: () => connections };
}

const system: CertificateVerifier = (presented) =>
  createVerifier({ trust: { kind: 'system' }, accepted: () => null, now: Date.now })(presented);
const connect = (loopbackPort: number, roots: SystemRoots, verifier = system, signal = new AbortController().signal) =>
  connectTls({ host, port: 443, loopbackPort }, verifier, { signal, timeoutMs: 10_000, roots });

/** A store that is read when a test says so. */
function store() {
  let give: (found: readonly string[]) => void = () => undefined;
  let break_: (why: Error) => void = () => undefined;
  let readings = 0;
  const read = () => {
    readings += 1;
    return new Promise<readonly string[]>((resolve, reject) => ([give, break_] = [resolve, reject]));
  };
  return { read, give: () => give([root.pem]), fail: () => break_(new Error('no store')), readings: () => readings };
}

describe('while this computer’s own roots are still being read', () => {
  it('a server that only this computer’s roots vouch for is connected to once they are read, without a question', async () => {
    const { port, connections } = await server();
    const { read, give, readings } = store();
    const roots = new SystemRoots(read);
    const connecting = connect(port, roots);
    await expect.poll(connections).toBe(1);
    expect(roots.isOut).toBe(true);
    give();
    (await connecting).destroy();
    expect(roots.isOut).toBe(false);
    (await connect(port, roots)).destroy();
    expect([connections(), readings()]).toEqual([3, 1]);
  });

  it('a server that the profile itself vouches for does not wait for the roots', async () => {
    const { port } = await server();
    const roots = new SystemRoots(() => new Promise(() => undefined));
    for (const trust of [
      { kind: 'authority' as const, pem: root.pem },
      { kind: 'pin' as const, spkiSha256: [spkiSha256(leaf.certificate)] },
    ])
      (await connect(port, roots, createVerifier({ trust, accepted: () => null, now: Date.now }))).destroy();
    expect(roots.isOut).toBe(true);
  });

  it('roots that are not read in time are an error and never a question, and roots read later count', async () => {
    const { port } = await server();
    const { read, give } = store();
    const log: string[] = [];
    const roots = new SystemRoots(read, 200);
    roots.begin((line) => log.push(line));
    await expect(connect(port, roots)).rejects.toMatchObject({ failure: { code: 'roots-late', params: { host } } });
    expect(log).toEqual(["the system's root certificates were not read within 0.2 s"]);
    give();
    await vi.waitFor(() => expect(roots.isComplete).toBe(true));
    (await connect(port, roots)).destroy();
    expect(log.at(-1)).toMatch(/root certificates: 1, read in \d+ ms/);
  });

  it('a Cancel ends the wait for the roots', async () => {
    const { port, connections } = await server();
    const stop = new AbortController();
    const connecting = connect(port, new SystemRoots(() => new Promise(() => undefined)), system, stop.signal);
    await expect.poll(connections).toBe(1);
    stop.abort();
    await expect(connecting).rejects.toMatchObject({ failure: { code: 'cancelled' } });
  });

  it('an unreadable store is logged, the other roots count, and then there is a question', async () => {
    const { port } = await server();
    const { read, fail } = store();
    const log: string[] = [];
    const roots = new SystemRoots(read);
    roots.begin((line) => log.push(line));
    fail();
    await expect(connect(port, roots)).rejects.toBeInstanceOf(CertificateQuestion);
    expect(log).toEqual(["the system's root certificates cannot be read: no store"]);
  });
});

it('the store is read in its own thread: the program runs on during the three seconds, and then trusts the store', async () => {
  const { port } = await server();
  const child = await bundled('tests/support/roots-child.ts');
  const folder = mkdtempSync(join(tmpdir(), 'cw-roots-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const slowStore = join(folder, 'slow-store.cjs');
  writeFileSync(
    slowStore,
    `require('node:tls').getCACertificates = () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
      return [${JSON.stringify(root.pem)}];
    };`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['--require', slowStore, child, String(port), host]);
  const { longestPauseMs, connectedAfterMs } = JSON.parse(stdout) as { longestPauseMs: number; connectedAfterMs: number };
  expect(longestPauseMs).toBeLessThan(1_500);
  expect(connectedAfterMs).toBeGreaterThan(2_500);
});
