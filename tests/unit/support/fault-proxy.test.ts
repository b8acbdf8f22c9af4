import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startFaultProxy, type FaultProxy } from '../../support/faults/fault-proxy.ts';
import { tcp } from '../../support/servers.ts';

/** A server that answers each message with the same bytes in capitals, and ends when its client does. */
const echo = (): Promise<number> =>
  tcp((socket) => {
    socket.on('data', (data: Buffer) => socket.write(data.toString().toUpperCase()));
    socket.on('end', () => socket.end());
  });

async function proxied(target?: number): Promise<{ proxy: FaultProxy; dial: () => Promise<Socket> }> {
  const proxy = await startFaultProxy({ port: target ?? (await echo()) });
  onTestFinished(() => proxy.close());
  return {
    proxy,
    async dial() {
      const socket = net.connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      onTestFinished(() => void socket.destroy());
      return socket;
    },
  };
}

/** Says this and waits for the answer. */
async function say(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return String(await once(socket, 'data'));
}

/** How a socket came to its end: with FIN, or with an error's code. */
function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    socket.on('end', () => resolve('FIN'));
    socket.resume();
  });
}

/** Whether anything comes while so many turns of another, sound connection go by. */
async function hears(socket: Socket): Promise<boolean> {
  const sound = await proxied();
  const other = await sound.dial();
  let received = false;
  socket.once('data', () => (received = true));
  for (let turn = 0; turn < 20; turn++) await say(other, 'tick');
  return received;
}

test('the fault proxy carries both ways, counts connections and turns, and passes on a half-close', async () => {
  const { proxy, dial } = await proxied();
  const first = await dial();
  expect(await say(first, 'one')).toBe('ONE');
  expect(await say(first, 'two')).toBe('TWO');
  const second = await dial();
  expect(await say(second, 'three')).toBe('THREE');
  expect(proxy.connections).toEqual({ total: 2, open: 2 });
  expect(proxy.roundTrips).toEqual({ total: 3, each: [2, 1] });
  const over = ending(first);
  first.end();
  expect(await over).toBe('FIN');
  await expect.poll(() => proxy.connections.open).toBe(1);
});

test('the fault proxy resets at a chosen byte: what came before passes, the rest does not', async () => {
  const { proxy, dial } = await proxied();
  await proxy.set({ kind: 'reset', onset: { direction: 'down', afterBytes: 4 } });
  const socket = await dial();
  let got = '';
  socket.on('data', (data: Buffer) => (got += data.toString()));
  const over = ending(socket);
  socket.write('abcdef');
  // Node reports a reset that arrives together with data as an end
  expect(await over).toMatch(/ECONNRESET|FIN/);
  expect(got).toBe('ABCD');
  await expect.poll(() => proxy.connections.open).toBe(0);
});

test('the fault proxy resets at a chosen message, which does not pass', async () => {
  const { proxy, dial } = await proxied();
  await proxy.set({ kind: 'reset', onset: { direction: 'up', atMessage: 2 } });
  const socket = await dial();
  expect(await say(socket, 'one')).toBe('ONE');
  const over = ending(socket);
  socket.write('two');
  expect(await over).toBe('ECONNRESET');
});

test('the fault proxy closes both sides at a chosen message', async () => {
  const { proxy, dial } = await proxied();
  await proxy.set({ kind: 'close', onset: { direction: 'up', atMessage: 2 } });
  const socket = await dial();
  expect(await say(socket, 'one')).toBe('ONE');
  const over = ending(socket);
  socket.write('two');
  expect(await over).toBe('FIN');
});

test('a black hole of the fault proxy accepts and passes nothing, and delivers what it held when it ends', async () => {
  const { proxy, dial } = await proxied();
  const before = await dial();
  expect(await say(before, 'one')).toBe('ONE');
  await proxy.set({ kind: 'black-hole' });
  const during = await dial();
  before.write('two');
  during.write('three');
  expect(await hears(before)).toBe(false);
  expect(await hears(during)).toBe(false);
  const late = [once(before, 'data'), once(during, 'data')];
  await proxy.set({ kind: 'none' });
  expect((await Promise.all(late)).map(String)).toEqual(['TWO', 'THREE']);
});

test('the fault proxy notices that a client left, even in a black hole', async () => {
  const { proxy, dial } = await proxied();
  await proxy.set({ kind: 'black-hole' });
  const socket = await dial();
  await expect.poll(() => proxy.connections.open).toBe(1);
  socket.destroy();
  await expect.poll(() => proxy.connections.open).toBe(0);
});

test('a half-open line of the fault proxy is dead in one direction only', async () => {
  const received: string[] = [];
  const target = await tcp((socket) => {
    socket.on('data', (data: Buffer) => {
      received.push(data.toString());
      socket.write('heard');
    });
  });
  const { proxy, dial } = await proxied(target);
  await proxy.set({ kind: 'half-open', direction: 'down' });
  const socket = await dial();
  socket.write('one');
  await expect.poll(() => received).toEqual(['one']);
  expect(await hears(socket)).toBe(false);
});

test('the fault proxy sends garbage instead of the server’s bytes', async () => {
  const { proxy, dial } = await proxied();
  const socket = await dial();
  await proxy.set({ kind: 'garbage' });
  const own = await say(socket, 'one');
  expect(own).not.toBe('ONE');
  await proxy.set({ kind: 'garbage', bytes: Buffer.from('SSH-2.0-x') });
  expect(await say(socket, 'two')).toBe('SSH-2.0-x');
});

test('the fault proxy refuses connections while told to, at the same port', async () => {
  const { proxy, dial } = await proxied();
  const before = await dial();
  await proxy.set({ kind: 'refuse' });
  await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(await say(before, 'one')).toBe('ONE');
  await proxy.set({ kind: 'none' });
  expect(await say(await dial(), 'two')).toBe('TWO');
});

test('the fault proxy delays each way, and thins the line, without losing a byte', async () => {
  const { proxy, dial } = await proxied();
  await proxy.set({ kind: 'latency', ms: 40 });
  const far = await dial();
  let since = performance.now();
  expect(await say(far, 'one')).toBe('ONE');
  expect(performance.now() - since).toBeGreaterThanOrEqual(78);

  await proxy.set({ kind: 'bandwidth', bytesPerSecond: 100_000 });
  const thin = await dial();
  let got = 0;
  since = performance.now();
  const all = new Promise<void>((resolve) => {
    thin.on('data', (data: Buffer) => {
      got += data.length;
      if (got === 20_000) resolve();
    });
  });
  thin.write('x'.repeat(20_000));
  await all;
  expect(performance.now() - since).toBeGreaterThanOrEqual(180);
});

test('the fault proxy resets open connections once', async () => {
  const { proxy, dial } = await proxied();
  const socket = await dial();
  expect(await say(socket, 'one')).toBe('ONE');
  const over = ending(socket);
  proxy.cut();
  expect(await over).toBe('ECONNRESET');
  expect(await say(await dial(), 'two')).toBe('TWO');
});
