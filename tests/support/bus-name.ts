import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A session bus of the test's own. */
export async function startBus(): Promise<{ address: string; close: () => Promise<void> }> {
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const address = await new Promise<string>((resolve) => createInterface({ input: bus.stdout }).once('line', resolve));
  return {
    address,
    async close() {
      const exited = once(bus, 'exit');
      bus.kill();
      await exited;
    },
  };
}

/** Owns a name on a bus, as a desktop's tray does, until it is closed. Speaks just enough of the D-Bus specification for that. */
export async function ownName(address: string, name: string): Promise<{ close: () => void }> {
  const path = /unix:(?:path|abstract)=([^,]+)/.exec(address)?.[1] ?? '';
  const socket = connect({ path: address.includes('abstract=') ? `\0${path}` : path });
  await once(socket, 'connect');
  // The bus may be ended before it
  socket.on('error', () => socket.destroy());
  const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
  await say(socket, `\0AUTH EXTERNAL ${user}\r\n`);
  socket.write('BEGIN\r\n');
  await say(socket, callOf('Hello', 1));
  await say(socket, callOf('RequestName', 2, name));
  return { close: () => socket.destroy() };
}

async function say(socket: Socket, message: string | Buffer): Promise<void> {
  const answered = once(socket, 'data');
  socket.write(message);
  await answered;
}

const busName = 'org.freedesktop.DBus';
/** Codes of header fields: path, interface, member, destination, signature. */
const fields = { path: 1, interface: 2, member: 3, destination: 6, signature: 8 } as const;

/** A little-endian method call to the bus itself. `name`: the argument of RequestName, whose flags are 0. */
function callOf(member: string, serial: number, name?: string): Buffer {
  const body = name === undefined ? Buffer.alloc(0) : Buffer.concat([aligned(text(name), 4), u32(0)]);
  const parts = [
    field(fields.path, 'o', text('/org/freedesktop/DBus')),
    field(fields.interface, 's', text(busName)),
    field(fields.member, 's', text(member)),
    field(fields.destination, 's', text(busName)),
    ...(name === undefined ? [] : [field(fields.signature, 'g', Buffer.from('\x02su\0'))]),
  ];
  // Each begins at a multiple of eight; what follows the last does not count
  const header = parts.reduce((all, each) => Buffer.concat([aligned(all, 8), each]), Buffer.alloc(0));
  const fixed = Buffer.concat([Buffer.from('l\x01\0\x01'), u32(body.length), u32(serial), u32(header.length)]);
  return Buffer.concat([aligned(Buffer.concat([fixed, header]), 8), body]);
}

const field = (code: number, type: string, value: Buffer): Buffer => Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), value]);
const text = (value: string): Buffer => Buffer.concat([u32(value.length), Buffer.from(`${value}\0`)]);
const aligned = (bytes: Buffer, to: number): Buffer => Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)]);

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
