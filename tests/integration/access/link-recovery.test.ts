import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { bindProxy } from '../../../electron/access/proxy-binding.ts';
import type { AccessController } from '../../../electron/access/controller.ts';
import { startLoopbackProxy } from '../../../electron/tunnels/loopback-proxy.ts';
import { startFaultProxy } from '../../support/faults/fault-proxy.ts';
import { reach, signIn, startBench, type Bench } from '../../support/access.ts';
import { otherGateway, otherProfile } from '../../support/other-gateway.ts';
import { deadPort } from '../../support/servers.ts';
import { timed } from '../../support/stalls.ts';

let controller: AccessController | null = null;
let bench: Bench | null = null;
afterEach(async () => {
  await controller?.disconnect();
  await bench?.close();
  controller = null;
  bench = null;
});

type Gateway = ReturnType<typeof otherGateway>;

/** Connected, and then nothing is heard any more. */
async function silent(gateway: Gateway): Promise<AccessController> {
  const c = (controller = gateway.make());
  c.connect(otherProfile);
  await reach(c, 'connected');
  await expect.poll(() => c.state.kind === 'connected' && c.state.portal).toBe('up');
  gateway.answer(false);
  gateway.environment.networkChange();
  await reach(c, 'reconnecting');
  return c;
}

test('a link that went silent with its network is kept, and continues once it answers', async () => {
  const gateway = otherGateway();
  const c = await silent(gateway);
  gateway.answer(true);
  await reach(c, 'connected');
  await expect.poll(() => c.state.kind === 'connected' && c.state.portal).toBe('up');
  expect(gateway.tunnels).toMatchObject([{ abandoned: false }]);
  // And again: who listens to it once more hears all
  gateway.answer(false);
  gateway.environment.networkChange();
  await reach(c, 'reconnecting');
  gateway.tunnels[0]?.end({ kind: 'ended', reason: 'revoked' });
  expect((await reach(c, 'idle')).ending?.code).toBe('session-revoked');
});

test('the end of a session that was said when the tunnel opened stays known after a recovery and after a wake', async () => {
  const expiresAt = Date.now() + 3_600_000;
  const gateway = otherGateway({ expiresAt });
  const c = await silent(gateway);
  const times: unknown[] = [];
  c.onChange((state) => times.push(state.kind === 'connected' && state.expiresAt));
  gateway.answer(true);
  await reach(c, 'connected');
  await expect.poll(() => c.state.kind === 'connected' && c.state.portal).toBe('up');
  gateway.environment.networkChange();
  // Long enough for a question to the session, which has no answer
  await expect.poll(() => gateway.expiryAsked()).toBeGreaterThan(1);
  expect(c.state).toMatchObject({ kind: 'connected', expiresAt });
  expect(times).not.toContain(null);
});

test('a silent link is replaced when the gateway accepts new connections', async () => {
  const newPort = await deadPort();
  const gateway = otherGateway({ loopbackPort: newPort });
  const c = await silent(gateway);
  expect(gateway.tunnels).toMatchObject([{ abandoned: false }]);
  const server = net.createServer((socket) => socket.end());
  server.listen(newPort, '127.0.0.1');
  onTestFinished(() => void server.close());
  await reach(c, 'connected');
  expect(gateway.tunnels).toMatchObject([{ abandoned: true }, { abandoned: false }]);
  expect(gateway.signIns()).toBe(1);
});

test('Try now does not wait for a silent link', async () => {
  const gateway = otherGateway();
  const c = await silent(gateway);
  c.retryNow();
  await reach(c, 'connected');
  expect(gateway.tunnels).toMatchObject([{ abandoned: true }, { abandoned: false }]);
});

test('a session that ends during a silence ends with its reason', async () => {
  const gateway = otherGateway();
  const c = await silent(gateway);
  gateway.tunnels[0]?.end({ kind: 'rejected', failure: { code: 'ticket-rejected' } });
  expect((await reach(c, 'idle')).ending?.code).toBe('ticket-rejected');
  expect(gateway.tunnels).toHaveLength(1);
});

test('Disconnect during a silence ends at once', async () => {
  const gateway = otherGateway();
  const c = await silent(gateway);
  expect(await timed(() => c.disconnect())).toBeLessThan(1_000);
  expect(c.state).toEqual({ kind: 'idle', ending: null });
  expect(gateway.tunnels).toHaveLength(1);
});

test('streams through the relay survive a network that was away for some seconds', async () => {
  const b = (bench = await startBench());
  const line = await startFaultProxy({ port: b.campus.port });
  // Nobody takes a connection while the network is away; a fault of the inner line alone would take them and be mute
  const network = await startFaultProxy({ port: line.port });
  onTestFinished(async () => {
    await network.close();
    await line.close();
  });
  const connectTo = b.campus.profile.connectTo?.map((entry) =>
    entry.loopbackPort === b.campus.port ? { ...entry, loopbackPort: network.port } : entry,
  );
  await signIn(b, { ...b.campus.profile, connectTo: connectTo ?? [] });
  const { hostname, port } = new URL(b.campus.profile.portal.address);
  const proxy = await startLoopbackProxy();
  onTestFinished(() => proxy.close());
  bindProxy(b.controller, proxy);
  const authorization = `Basic ${Buffer.from(`${proxy.username}:${proxy.secret}`).toString('base64')}`;
  const request = http.request({
    port: proxy.port,
    method: 'CONNECT',
    path: `${hostname}:${port === '' ? 443 : port}`,
    headers: { 'proxy-authorization': authorization },
  });
  const connected = once(request.end(), 'connect');
  const stream: unknown = (await connected)[1];
  if (!(stream instanceof net.Socket)) throw new Error('no connection');
  stream.on('error', () => undefined);
  const secure = tls.connect({ socket: stream, servername: hostname, rejectUnauthorized: false });
  await once(secure, 'secureConnect');

  await line.set({ kind: 'black-hole' });
  await network.set({ kind: 'refuse' });
  b.environment.networkChange();
  await reach(b.controller, 'reconnecting');
  secure.write(`HEAD / HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
  await network.set({ kind: 'none' });
  await line.set({ kind: 'none' });
  await reach(b.controller, 'connected');
  const answer: unknown[] = await once(secure, 'data');
  expect(String(answer[0])).toMatch(/^HTTP\/1\.1 /);
  secure.destroy();
});
