import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, lstatSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import net, { type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { dialStream } from '../../../electron/net/stream-channel/dial-stream.ts';
import { FramedStream } from '../../../electron/net/stream-channel/framed-stream.ts';
import { Relay } from '../../../electron/net/stream-channel/relay.ts';
import { newStreamPath, type StreamPath } from '../../../electron/net/stream-channel/stream-path.ts';
import { newToken } from '../../../electron/net/stream-channel/token.ts';

const mebibyte = 1024 * 1024;
const limit = (): AbortSignal => AbortSignal.timeout(20_000);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The hosts of the campus: one for each port. */
const handlers = {
  echo: (socket: Socket) => void socket.pipe(socket),
  /** Sends 64 MiB, and then its end. */
  large: (socket: Socket) => {
    socket.resume();
    socket.end(Buffer.alloc(64 * mebibyte, 'x'));
  },
  /** Answers the end of the request with its SHA-256. */
  hash: (socket: Socket) => {
    const hash = createHash('sha256');
    socket.on('data', (chunk: Buffer) => hash.update(chunk));
    socket.once('end', () => socket.end(hash.digest('hex')));
  },
  /** Reads nothing. */
  deaf: (socket: Socket) => void socket.pause(),
  /** Answers the first bytes with a part, and breaks the connection at the next. */
  breaking: (socket: Socket) => {
    socket.once('data', () => {
      socket.write('a part');
      socket.once('data', () => socket.resetAndDestroy());
    });
  },
  /** Reads until the client ends or breaks. */
  listening: (socket: Socket) => void socket.resume(),
};
type Host = keyof typeof handlers;
const ports = new Map<Host, number>();
const servers: net.Server[] = [];
const connected = new Map<Host, Socket[]>();

/** The other process, and what it said during a test. */
let child: ChildProcess | null = null;
let place: StreamPath;
let lines: string[] = [];

beforeAll(async () => {
  for (const [name, handle] of Object.entries(handlers)) {
    const host = name as Host;
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      connected.set(host, [...(connected.get(host) ?? []), socket]);
      socket.on('error', () => socket.destroy());
      handle(socket);
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.set(host, (server.address() as AddressInfo).port);
  }
});
afterAll(async () => {
  await stop();
  for (const server of servers) server.close();
  for (const sockets of connected.values()) for (const socket of sockets) socket.destroy();
});

beforeEach(async () => {
  connected.clear();
  lines = [];
  if (!child) await start({});
});

async function start(times: { expectTimeoutMs?: number; tokenGoodMs?: number }): Promise<void> {
  place = await newStreamPath();
  child = fork(path.resolve('tests/peers/stream-server-child.ts'), [place.path, JSON.stringify(times)], { execArgv: ['--import', 'tsx'] });
  child.on('message', (line) => lines.push(typeof line === 'string' ? line : ''));
  await expect.poll(() => lines).toContain('ready');
}

async function stop(): Promise<void> {
  child?.kill('SIGKILL');
  child = null;
  await place.remove();
}

const expectToken = (token: string, host: string, port = 0): void => void child?.send({ verb: 'expect', token, host, port });

/** A stream to a host, by the app's own way. */
function dial(host: Host, signal = limit()): Promise<Duplex> {
  const token = newToken();
  expectToken(token, 'here', ports.get(host));
  return dialStream(place.path, token, signal);
}

/** The host's side of the only connection to it. */
async function hostSide(host: Host): Promise<Socket> {
  const [socket] = await vi.waitUntil(() => connected.get(host), { timeout: 10_000 });
  if (!socket) throw new Error(`nobody connected to ${host}`);
  return socket;
}

const failure = (stream: Duplex): Promise<unknown> => new Promise((resolve) => void stream.once('error', resolve));

test('a stream between two processes carries bytes unchanged, and each side ends its own direction', async () => {
  const bytes = randomBytes(3 * mebibyte);
  const stream = await dial('echo');
  const back = buffer(stream);
  for (let at = 0; at < bytes.length; at += 77_777) stream.write(bytes.subarray(at, at + 77_777));
  stream.end();
  expect(sha256(await back)).toBe(sha256(bytes));
  await expect.poll(() => lines).toContain(`ended ${ports.get('echo')}`);
  const upload = await dial('hash');
  upload.end(bytes);
  expect(await text(upload)).toBe(sha256(bytes));
  await expect.poll(() => stream.destroyed && upload.destroyed).toBe(true);
});

test('when the reader of a stream’s download stops, its sender stops too, and little memory is used', async () => {
  const stream = await dial('large');
  await once(stream, 'readable');
  const sender = (): number => connected.get('large')?.[0]?.bytesWritten ?? 0;
  const pending = (): number => connected.get('large')?.[0]?.writableLength ?? 0;
  await expect.poll(pending).toBeGreaterThan(0);
  const before = process.memoryUsage().arrayBuffers;
  let last = -1;
  await expect
    .poll(() => {
      const same = last === sender() - pending();
      last = sender() - pending();
      return same;
    })
    .toBe(true);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * mebibyte);
  expect((await buffer(stream)).length).toBe(64 * mebibyte);
});

test.each([100, 6_000, 60_000])('a download in pieces of %i bytes goes on after the app had stopped reading', async (length) => {
  const file = path.join(path.dirname(place.path), `relay-${length}`);
  const server = net.createServer({ allowHalfOpen: true }).listen(file);
  const accepted = new Promise<Socket>((resolve) => void server.once('connection', resolve));
  const app = net.connect({ path: file, allowHalfOpen: true }).pause();
  const far = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  new Relay(await accepted, far);
  let sent = 0;
  await vi.waitUntil(
    () => {
      if (far.isPaused()) return true;
      far.push(Buffer.alloc(length, 'x'));
      sent += length;
      return false;
    },
    { interval: 0, timeout: 20_000 },
  );
  far.push(null);
  const stream = new FramedStream(app);
  stream.end();
  expect((await buffer(stream)).length).toBe(sent);
  server.close();
});

test('a stream’s upload to a host that does not read stops, and is lost when it is broken off', async () => {
  const stream = await dial('deaf');
  let taken = 0;
  const feed = (): void => {
    do taken += 1;
    while (stream.write(Buffer.alloc(mebibyte)));
  };
  stream.on('drain', feed);
  feed();
  let last = -1;
  await expect
    .poll(() => {
      const same = last === taken;
      last = taken;
      return same;
    })
    .toBe(true);
  expect(taken).toBeLessThan(64);
  stream.destroy();
  const far = await hostSide('deaf');
  far.resume();
  // The host cannot tell: behind unread bytes, libuv reports a reset as an end (`uv__stream_io`, the POLLHUP case)
  await expect.poll(() => lines).toContain(`reset ${ports.get('deaf')}`);
  expect(lines).not.toContain(`ended ${ports.get('deaf')}`);
  await expect.poll(() => far.destroyed || far.readableEnded).toBe(true);
  expect(far.bytesRead).toBeLessThan(taken * mebibyte);
});

test('a host that breaks the connection breaks the stream, after all that it had sent has arrived', async () => {
  const stream = await dial('breaking');
  const failed = failure(stream);
  stream.write('first');
  const part = await new Promise((resolve) => void stream.once('data', (chunk: Buffer) => resolve(chunk.toString())));
  expect(part).toBe('a part');
  stream.write('second');
  await expect(failed).resolves.toMatchObject({ code: 'ECONNRESET' });
});

test('a stream that the app breaks off is broken off at the host, and not ended in order', async () => {
  const stream = await dial('listening');
  stream.write('half of a request');
  const far = await hostSide('listening');
  await expect.poll(() => far.bytesRead).toBeGreaterThan(0);
  let ended = false;
  far.once('end', () => (ended = true));
  stream.destroy();
  await expect.poll(() => far.destroyed).toBe(true);
  expect(ended).toBe(false);
  expect(lines).toContain(`reset ${ports.get('listening')}`);
});

test('a stream to an unknown host or a closed port fails with Node’s own code', async () => {
  const unknown = newToken();
  expectToken(unknown, 'nowhere');
  await expect(dialStream(place.path, unknown, limit())).rejects.toMatchObject({
    code: 'ENOTFOUND',
    message: 'the campus does not know nowhere',
  });
  const closed = net.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, 'close');
  const token = newToken();
  expectToken(token, 'here', port);
  await expect(dialStream(place.path, token, limit())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a stream’s token is good for one stream, once', async () => {
  const token = newToken();
  expectToken(token, 'here', ports.get('echo'));
  const stream = await dialStream(place.path, token, limit());
  await expect(dialStream(place.path, token, limit())).rejects.toMatchObject({ code: 'EACCES' });
  expect(lines).toContain('log streams: a connection with an unknown token');
  stream.end('still here');
  expect(await text(stream)).toBe('still here');
});

test('a stream’s token is good even if the app announces it after the connection', async () => {
  const token = newToken();
  const dialled = dialStream(place.path, token, limit());
  await new Promise((resolve) => setTimeout(resolve, 50));
  expectToken(token, 'here', ports.get('echo'));
  (await dialled).destroy();
});

test('a stream’s token expires', async () => {
  await stop();
  await start({ expectTimeoutMs: 50, tokenGoodMs: 50 });
  const token = newToken();
  expectToken(token, 'here', ports.get('echo'));
  await new Promise((resolve) => setTimeout(resolve, 500));
  await expect(dialStream(place.path, token, limit())).rejects.toMatchObject({ code: 'EACCES' });
  await stop();
});

test.each(['0'.repeat(43), ' '.repeat(43), 'GET / HTTP/1.1\r\n'.repeat(8)])('the token %j opens no stream', async (token) => {
  expectToken(newToken(), 'here', ports.get('echo'));
  await expect(dialStream(place.path, token, limit())).rejects.toMatchObject({ code: 'EACCES' });
  expect(connected.size).toBe(0);
});

test('an abort ends the wait for a stream at once, and the dial in the other process', async () => {
  const token = newToken();
  expectToken(token, 'silent');
  const cancel = new AbortController();
  const dialled = dialStream(place.path, token, cancel.signal);
  const caught = expect(dialled).rejects.toThrow('enough');
  await new Promise((resolve) => setTimeout(resolve, 100));
  cancel.abort(new Error('enough'));
  await caught;
  await expect.poll(() => lines).toContain('aborted silent');
  await expect(dialStream(place.path, token, cancel.signal)).rejects.toThrow('enough');
});

test('a process that dies breaks its streams with a sentence, and nothing answers afterwards', async () => {
  const idle = await dial('echo');
  const busy = await dial('large');
  const failed = Promise.all([failure(idle), failure(busy)]);
  busy.resume();
  child?.kill('SIGKILL');
  for (const error of await failed)
    expect(error).toMatchObject({ code: 'ECONNRESET', message: 'the process that carries the tunnel has ended' });
  await expect(dialStream(place.path, newToken(), limit())).rejects.toMatchObject({ code: 'ENETDOWN' });
  await stop();
});

test('closing the stream channel breaks every stream with a sentence, and waiting connections too', async () => {
  const stream = await dial('echo');
  const failed = failure(stream);
  const refused = expect(dialStream(place.path, newToken(), limit())).rejects.toMatchObject({ code: 'ENETDOWN' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  child?.send({ verb: 'close' });
  await expect(failed).resolves.toMatchObject({ code: 'ENETDOWN', message: 'the tunnel is closed' });
  await refused;
  await stop();
});

test('a flood of connections to the stream channel keeps nobody out, and costs few descriptors', async () => {
  const flood = Array.from({ length: 700 }, () =>
    net
      .connect(place.path)
      .resume()
      .on('error', () => undefined),
  );
  await Promise.all(flood.map((socket) => once(socket, 'connect').catch(() => undefined)));
  const stream = await dial('echo');
  stream.end('through the flood');
  expect(await text(stream)).toBe('through the flood');
  await expect.poll(() => flood.filter((socket) => !socket.closed).length).toBeLessThanOrEqual(512);
  const floodLines = lines.filter((line) => line.startsWith('log'));
  expect(floodLines.length).toBeGreaterThan(0);
  expect(floodLines.length).toBeLessThan(20);
  for (const socket of flood) socket.destroy();
});

test('the stream channel’s socket is this user’s alone, in a folder of mode 0700', () => {
  const mode = (file: string): string => (lstatSync(file).mode & 0o777).toString(8);
  expect(mode(path.dirname(place.path))).toBe('700');
  expect(mode(place.path)).toBe('600');
});

test.skipIf(process.getuid?.() !== 0)('another user cannot connect to the stream channel', () => {
  const script = `require('net').connect(process.argv[1]).on('connect', () => console.log('in')).on('error', (e) => console.log(e.code))`;
  const tried = spawnSync(process.execPath, ['-e', script, place.path], { uid: 65_534, gid: 65_534, encoding: 'utf8', cwd: '/', env: {} });
  expect(tried.stdout.trim()).toBe('EACCES');
});

test('a stream to a process that is gone fails with ENETDOWN', async () => {
  const token = newToken();
  await expect(dialStream('/nobody-has-this/s', token, limit())).rejects.toMatchObject({ code: 'ENETDOWN' });
});

test.skipIf(process.getuid?.() !== 0)('no token is sent to a socket in a folder that another user owns or can write to', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'causeway-other-'));
  const received: string[] = [];
  const server = net.createServer((socket) => {
    socket.once('data', (bytes) => {
      received.push(bytes.toString());
      socket.end('EACCES this stream was not asked for\n');
    });
  });
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const socket = path.join(folder, 's');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const refused = { code: 'ENETDOWN', message: expect.stringContaining('is not this user') as unknown };
  chownSync(folder, 65_534, 65_534);
  await expect(dialStream(socket, newToken(), limit())).rejects.toMatchObject(refused);
  chownSync(folder, 0, 0);
  chmodSync(folder, 0o777);
  await expect(dialStream(socket, newToken(), limit())).rejects.toMatchObject(refused);
  expect(received).toEqual([]);
  chmodSync(folder, 0o700);
  const token = newToken();
  await expect(dialStream(socket, token, limit())).rejects.toMatchObject({ code: 'EACCES' });
  expect(received).toEqual([token]);
});

test('two hundred streams at once stay apart', async () => {
  const texts = Array.from({ length: 200 }, (_, index) => `stream ${index} `.repeat(1_000));
  const got = await Promise.all(
    texts.map(async (each) => {
      const stream = await dial('echo');
      stream.end(each);
      return text(stream);
    }),
  );
  expect(got).toEqual(texts);
});

test('a new place for streams removes those of apps that were killed, and no others', async () => {
  const base = mkdtempSync(path.join(tmpdir(), 'causeway-base-'));
  vi.stubEnv('XDG_RUNTIME_DIR', base);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(base, { recursive: true });
  });
  const [killed, young, used] = await Promise.all([newStreamPath(), newStreamPath(), newStreamPath()]);
  const listenAndDie = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  for (const each of [killed, young]) spawnSync(process.execPath, ['-e', listenAndDie, each.path]);
  const server = net.createServer().listen(used.path);
  await once(server, 'listening');
  const longAgo = Date.now() / 1_000 - 3_600;
  for (const each of [killed, used]) utimesSync(each.path, longAgo, longAgo);
  const next = await newStreamPath();
  await expect.poll(() => existsSync(path.dirname(killed.path))).toBe(false);
  expect([young, used, next].map((each) => existsSync(path.dirname(each.path)))).toEqual([true, true, true]);
  server.close();
});

test('a stream channel for which no folder can be made says so', async () => {
  vi.stubEnv('XDG_RUNTIME_DIR', '/nonexistent');
  vi.stubEnv('TMPDIR', path.resolve('package.json'));
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(newStreamPath('/nonexistent')).rejects.toMatchObject({
    failure: { code: 'temporary-folder', params: { folder: '/nonexistent' }, detail: expect.stringContaining('ENOENT') as unknown },
  });
});
