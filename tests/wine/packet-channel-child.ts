import { createHash } from 'node:crypto';
import koffi from 'koffi';
import { Operation, pipePair, SystemMemory, Waiter } from '../../electron/net/packet-channel/message-pipe-windows.ts';
import { WindowsPacketChannel } from '../../electron/net/packet-channel/packet-channel-windows.ts';
import { nativeWith } from '../../electron/system/windows/native.ts';

/** What `packet-channel.test.ts` runs on Windows. Each part says what it found as one line of JSON. */
const say = (what: string, found: unknown): void => console.log(JSON.stringify([what, found]));

/** Packets of different lengths with different contents. */
const packets = Array.from({ length: 20_000 }, (_, each) => Buffer.alloc(20 + ((each * 37) % 1_380), each & 0xff));
const digestOf = (all: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const each of all) hash.update(`${each.length}:`).update(each);
  return hash.digest('hex');
};
const batchOf = (some: readonly Buffer[]) => ({
  bytes: Buffer.concat(some),
  lengths: Uint32Array.from(some.map(({ length }) => length)),
  count: some.length,
});

/** The library's end: overlapped, as in its `tun-win32.c`. */
class LibraryEnd {
  private readonly memory = new SystemMemory(65_536);
  private readonly operation = new Operation();
  private readonly waiter = new Waiter();

  constructor(private readonly handle: number) {}

  async read(): Promise<Buffer | null> {
    if (this.operation.start('read', this.handle, this.memory.at(0), 65_536) === 'pending') await this.ended();
    return this.operation.progress === 'done' ? Buffer.from(this.memory.bytes.subarray(0, this.operation.bytes)) : null;
  }

  /** Resolves once Windows has it: true, or false if that failed. */
  async write(bytes: Uint8Array): Promise<boolean> {
    this.memory.bytes.set(bytes);
    let progress = this.operation.start('write', this.handle, this.memory.at(0), bytes.length);
    if (progress === 'pending') await this.ended();
    ({ progress } = this.operation);
    return progress === 'done';
  }

  private ended(): Promise<void> {
    return new Promise((resolve) => this.waiter.until(this.operation.event, resolve));
  }
}

async function toUs(): Promise<void> {
  const channel = new WindowsPacketChannel();
  const library = new LibraryEnd(channel.tun);
  const got: Buffer[] = [];
  const all = new Promise<void>((resolve) => {
    channel.onPackets(({ bytes, lengths, count }) => {
      let at = 0;
      for (const length of lengths.subarray(0, count)) got.push(Buffer.from(bytes.subarray(at, (at += length))));
      if (got.length === packets.length) resolve();
    });
  });
  for (const each of packets) await library.write(each);
  await all;
  say('to-us', digestOf(got) === digestOf(packets));
  channel.close();
}

/** The library begins to read only when the channel has refused more. */
async function toLibrary(): Promise<void> {
  const channel = new WindowsPacketChannel();
  const library = new LibraryEnd(channel.tun);
  let refusals = 0;
  let sent = 0;
  let wake: () => void = () => undefined;
  channel.onWritable(() => wake());
  const writing = (async () => {
    while (sent < packets.length) {
      const taken = channel.link.send(batchOf(packets.slice(sent, sent + 32)));
      sent += 32;
      if (taken) continue;
      refusals += 1;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  })();
  const before = { refusals, sent };
  const got: Buffer[] = [];
  while (got.length < packets.length) {
    const message = await library.read();
    if (!message) break;
    got.push(message);
  }
  await writing;
  say('to-library', { whole: digestOf(got) === digestOf(packets), before, refusals });
  channel.close();
}

/** A channel that nobody reads from. */
async function blockedWrite(): Promise<void> {
  const channel = new WindowsPacketChannel();
  const library = new LibraryEnd(channel.tun);
  let written = 0;
  const writing = (async () => {
    while (await library.write(Buffer.alloc(1_400))) written += 1;
  })();
  // Until one write waits for longer than the others took
  for (let seen = -1; seen !== written;) {
    seen = written;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const from = performance.now();
  channel.close();
  await writing;
  say('blocked-write', { bytes: written * 1_400, ms: performance.now() - from });
}

function libraryGone(): Promise<void> {
  const channel = new WindowsPacketChannel();
  channel.onPackets(() => say('library-gone', 'a packet'));
  koffi.load('kernel32.dll').func('int __stdcall CloseHandle(intptr_t)')(channel.tun);
  say('library-gone', channel.link.send(batchOf(packets.slice(0, 3))));
  channel.close();
  channel.close();
  return new Promise((resolve) => setImmediate(resolve));
}

function rights(): void {
  const { ours, path } = pipePair();
  const system = nativeWith(koffi);
  const descriptor = system.securityOfHandle(ours);
  // It tries for half a second
  say('rights', { user: system.ownSid(), descriptor, isThere: system.isThere(path), opens: system.securityOf(path) !== null });
}

await toUs();
await toLibrary();
await blockedWrite();
await libraryGone();
rights();
process.exit();
