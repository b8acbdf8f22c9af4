import { createHash, randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import { execFileSync } from 'node:child_process';
import { openSync, read, writeSync } from 'node:fs';
import net from 'node:net';
import { decode, encode, streamEncode, type Answer, type Packet } from 'dns-packet';
import koffi from 'koffi';
import { FrameReader, framed } from './packet-frames.ts';
import { tunHost, tunHostSettings } from './tun-host-settings.ts';

/**
 * Runs inside a namespace: a host with the kernel's own TCP/IP behind a tun device, and the servers on it. The device's
 * packets come and go on standard input and output, each with its length before it (two bytes).
 */
const settings = tunHostSettings.parse(JSON.parse(process.env['TUN_HOST'] ?? '{}'));
const { address, address6, servers, otherPort } = tunHost;

const fd = openSync('/dev/net/tun', 'r+');
const request = Buffer.alloc(40);
request.write('cw0');
/** `IFF_TUN | IFF_NO_PI` */
request.writeUInt16LE(0x1001, 16);
const tunSetIff = 0x400454ca;
const ioctl = koffi.load(null).func('int ioctl(int, ulong, void *)');
if (ioctl(fd, tunSetIff, request) !== 0) throw new Error('no tun device');
const ip = (...words: string[]): void => void execFileSync('/usr/sbin/ip', words);
for (const each of [`${address}/24`, ...Object.values(servers).map((server) => `${server}/24`)]) ip('address', 'add', each, 'dev', 'cw0');
ip('-6', 'address', 'add', `${address6}/64`, 'dev', 'cw0', 'nodad');
ip('link', 'set', 'cw0', 'up', 'mtu', String(settings.mtu));

const buffer = Buffer.alloc(65_535);
const readOne = (): void =>
  read(fd, buffer, 0, buffer.length, null, (error, length) => {
    if (error) throw error;
    process.stdout.write(framed(buffer.subarray(0, length)));
    readOne();
  });
readOne();

const frames = new FrameReader();
process.stdin.on('data', (bytes: Buffer) => {
  for (const packet of frames.push(bytes)) {
    try {
      writeSync(fd, packet);
    } catch {
      // The kernel refuses what is no IP packet. A router would drop it too
    }
  }
});
process.stdin.on('end', () => process.exit());

/** Port 7 sends back what comes, and ends after the client has ended. */
const echo = net.createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => undefined);
  socket.pipe(socket);
});
/** Port 80: `G <bytes>` and a line feed gets so many bytes; `P` and a line feed, then bytes, gets their number and SHA-256. Both half-close. */
const files = net.createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => undefined);
  socket.once('data', (first: Buffer) => {
    const line = first.toString('latin1', 0, first.indexOf(10));
    if (line.startsWith('G')) {
      socket.resume();
      socket.end(tunHost.bytes(Number(line.slice(2))));
      return;
    }
    const hash = createHash('sha256').update(first.subarray(2));
    let count = first.length - 2;
    socket.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      count += chunk.length;
    });
    socket.on('end', () => socket.end(`${count} ${hash.digest('hex')}`));
  });
});
/** Port 9 accepts, and breaks the connection at the first byte. */
const breaker = net.createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.resetAndDestroy());
});
echo.listen(7, '::');
files.listen(80, '::');
breaker.listen(9, '::');

function answer(query: Packet): Packet {
  const question = query.questions?.[0];
  const base: Packet = { type: 'response', questions: question ? [question] : [], ...(query.id !== undefined && { id: query.id }) };
  const record = settings.records[question?.name.toLowerCase() ?? ''];
  if (!question || !record) return { ...base, flags: 3 };
  const answers: Answer[] = [];
  let name = question.name;
  let found = record;
  if (record.alias !== undefined) {
    answers.push({ type: 'CNAME', name, data: record.alias, ttl: record.ttl });
    name = record.alias;
    found = settings.records[name] ?? record;
  }
  const type = question.type;
  if (type === 'A' || type === 'AAAA') for (const data of found[type]) answers.push({ type, name, data, ttl: found.ttl });
  return { ...base, answers };
}

const onQuery = (server: keyof typeof servers, socket: dgram.Socket) => (bytes: Buffer, from: dgram.RemoteInfo) => {
  process.stderr.write(`asked ${server} ${decode(bytes).questions?.[0]?.name ?? ''}\n`);
  const query = decode(bytes);
  const reply = answer(query);
  const send = (packet: Packet, by = socket): void => by.send(encode(packet), from.port, from.address);
  if (server === 'mute') return;
  if (server === 'failing') {
    send({ ...reply, flags: 2, answers: [] });
    return;
  }
  if (server === 'lying') {
    // What somebody would send who cannot see the question: each is ignored
    const bad: Answer[] = [{ type: 'A', name: query.questions?.[0]?.name ?? '', data: '10.9.0.66', ttl: 60 }];
    for (let id = 0; id < 64; id++) send({ ...reply, id: randomBytes(2).readUInt16BE(0) ^ (query.id ?? 0) || 1, answers: bad });
    send({ ...reply, questions: [{ type: 'A', name: 'other.test' }], answers: bad });
    send({ ...reply, answers: bad }, elsewhere);
    socket.send(Buffer.from('no DNS at all'), from.port, from.address);
  }
  const tooLong = reply.answers && reply.answers.length > 20;
  send(tooLong ? { ...reply, answers: [], flags: 1 << 9 } : reply);
};
/** Answers from another port than the one that was asked. */
const elsewhere = dgram.createSocket('udp4').bind(otherPort, servers.lying);
const ready: Promise<void>[] = [echo, files, breaker].map((server) => new Promise((resolve) => void server.once('listening', resolve)));
for (const name of ['good', 'mute', 'failing', 'lying'] as const) {
  const socket = dgram.createSocket('udp4');
  socket.on('message', onQuery(name, socket));
  ready.push(new Promise((resolve) => socket.bind(53, servers[name], resolve)));
}
const byStream = net.createServer((socket) => {
  socket.on('error', () => undefined);
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length < 2 || bytes.length < 2 + bytes.readUInt16BE(0)) return;
    const whole = streamEncode(answer(decode(bytes.subarray(2))));
    // In pieces, as a slow link would bring them
    socket.write(whole.subarray(0, 1));
    setImmediate(() => socket.end(whole.subarray(1)));
  });
});
byStream.listen(53, servers.good);
ready.push(new Promise((resolve) => void byStream.once('listening', resolve)));
await Promise.all(ready);
process.stderr.write('ready\n');
