import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { profileOf, startOcserv, type Ocserv } from '../peers/gateways/ocserv.ts';
import { missingForPeers } from '../peers/namespaces.ts';
import { ShippedWindows } from './shipped.ts';
import { missingForWine } from './wine.ts';

const run = promisify(execFile);
const missing = missingForWine() ?? missingForPeers(['/usr/sbin/ocserv']);

/** One session from its sign-in to its end. Each test goes on where the one before it ended. */
describe.skipIf(missing !== null)('the app tunnel on Windows, without an administrator', { timeout: 60_000 }, () => {
  let lab: Ocserv;
  let windows: ShippedWindows;
  let ask: Awaited<ReturnType<ShippedWindows['obedient']>>;
  const byName = { host: '', port: 80 };
  const echo = { host: '10.60.0.80', port: 7 };
  beforeAll(async () => {
    [lab, windows] = await Promise.all([startOcserv({ users: [{ name: 'mei' }], idleTimeout: 900, ipv6: true }), ShippedWindows.start()]);
    byName.host = lab.portalHost;
    ask = await windows.obedient('app-tunnel-child.ts');
  }, 3_600_000);
  afterAll(() => Promise.all([lab.stop(), windows.wine.stop()]));

  test('a person signs in and the tunnel opens', async () => {
    const { name, password } = lab.user('mei');
    const order = { type: 'sign-in', profile: profileOf(lab), credentials: { user: name, password }, code: lab.codeFor(name) };
    expect(await ask(order)).toBe('mei');
    expect(await ask({ type: 'open' })).toMatchObject({ limits: { idleSeconds: 900 }, answers: true });
  });

  test('TCP probes the connection to the gateway when it carries nothing', async () => {
    const { stdout } = await run('ss', ['-tnoH', 'state', 'established', 'dport', '=', `:${lab.port}`]);
    expect(stdout).toMatch(/timer:\(keepalive,/);
  });

  test('a page that only the campus’s name server knows loads', async () => {
    expect(await ask({ type: 'page', at: byName })).toContain(lab.page);
    expect(await ask({ type: 'page', at: { host: 'fd60::80', port: 80 } })).toContain(lab.page);
  });

  test('a download arrives whole', async () => {
    expect(await ask({ type: 'download', at: byName, path: '/bytes/8000000' })).toMatchObject({ length: 8_000_000 });
  });

  test('an upload with a half-close comes back whole', async () => {
    expect(await ask({ type: 'echo', at: echo, bytes: 4_000_000 })).toBe(true);
  });

  test('an open stream goes on over a reconnect', async () => {
    await ask({ type: 'hold', at: echo });
    expect(await ask({ type: 'say', line: 'before' })).toBe('before');
    await ask({ type: 'recover' });
    expect(await ask({ type: 'say', line: 'after' })).toBe('after');
    expect(await ask({ type: 'page', at: byName })).toContain(lab.page);
  });

  test('a killed process is replaced with the same ticket, and nobody is asked', async () => {
    const before = await ask({ type: 'kill-worker' });
    await expect.poll(() => ask({ type: 'page', at: byName }), { timeout: 20_000 }).toContain(lab.page);
    expect(await ask({ type: 'workers' })).toBe(Number(before) + 1);
  });

  test('the tunnel closes and keeps the session, opens again with the ticket, and signs out', async () => {
    expect(await ask({ type: 'close', signOut: false })).toEqual({ kind: 'closed' });
    expect(await ask({ type: 'open' })).toMatchObject({ answers: true });
    expect(await ask({ type: 'close', signOut: true })).toEqual({ kind: 'closed' });
    expect(await ask({ type: 'open' })).toMatchObject({ failure: { code: 'ticket-rejected' } });
  });

  test('Cancel ends an attempt to open within a second, at once and while the gateway is silent', async () => {
    const ends = { code: 'cancelled', withinASecond: true };
    expect(await ask({ type: 'cancel-open', afterMs: 0 })).toEqual(ends);
    const pids = lab.gateway.pids();
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      expect(await ask({ type: 'cancel-open', afterMs: 2_000 })).toEqual(ends);
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
  });
});
