import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { IpStack } from '../../electron/net/ip-stack/ip-stack.ts';
import type { PacketBatch, PacketLink } from '../../electron/net/ip-stack/packet-link.ts';
import { FrameReader, framed } from './packet-frames.ts';
import { Namespace } from './namespaces.ts';
import { tunHost, type TunHostSettings } from './tun-host-settings.ts';

/** A host with the kernel's own TCP/IP on the other side of a stack's packets, in a namespace. Needs root and `/dev/net/tun`. */
export class TunHost {
  /** `server name` of each question that its name servers got. */
  readonly asked: string[] = [];
  /** Decides about each packet, in both directions. False: it gets lost. */
  passes: (packet: Uint8Array, direction: 'in' | 'out') => boolean = () => true;
  #stack: IpStack | null = null;

  private constructor(
    private readonly namespace: Namespace,
    private readonly child: ReturnType<Namespace['spawn']>,
  ) {}

  static async start(settings: TunHostSettings): Promise<TunHost> {
    const namespace = await Namespace.create('g');
    const script = join(import.meta.dirname, 'tun-host-inside.ts');
    const child = namespace.spawn(process.execPath, ['--import', 'tsx', script], {
      env: { ...process.env, TUN_HOST: JSON.stringify(settings) },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const host = new TunHost(namespace, child);
    const { stdin, stdout, stderr } = child;
    if (!stdin || !stdout || !stderr) throw new Error('no pipes');
    // A packet may be on its way when `close` ends the child
    stdin.on('error', () => undefined);
    const lines = createInterface({ input: stderr });
    const told: string[] = [];
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        told.push(line);
        if (line.startsWith('asked ')) host.asked.push(line.slice(6));
        if (line === 'ready') resolve();
      });
      child.once('exit', () => reject(new Error(`the host behind the tun device ended: ${told.join('\n')}`)));
    });
    const frames = new FrameReader();
    stdout.on('data', (bytes: Buffer) => {
      const packets = frames.push(bytes).filter((packet) => host.passes(packet, 'in'));
      if (packets.length > 0) host.#stack?.receive(batchOf(packets));
    });
    return host;
  }

  readonly link: PacketLink = {
    send: ({ bytes, lengths, count }) => {
      let at = 0;
      let room = true;
      for (const length of lengths.subarray(0, count)) {
        const packet = bytes.subarray(at, at + length);
        at += length;
        if (!this.passes(packet, 'out')) continue;
        room = this.child.stdin?.write(framed(packet)) ?? false;
      }
      if (!room) this.child.stdin?.once('drain', () => this.#stack?.writable());
      return room;
    },
  };

  /** A stack whose packets go to this host and come from it. */
  newStack(mtu: number): IpStack {
    const stack = new IpStack(stackFile(), this.link);
    stack.setAddresses([tunHost.own, tunHost.own6], mtu);
    this.#stack = stack;
    return stack;
  }

  async close(): Promise<void> {
    this.#stack = null;
    this.child.removeAllListeners('exit');
    if (this.child.exitCode === null) {
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
    this.namespace.destroyNow();
  }
}

/** The committed network stack. */
export const stackFile = (): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync('electron/net/ip-stack/stack.wasm'));

/** Packets back to back, as a link delivers them. */
export function batchOf(packets: readonly Uint8Array[]): PacketBatch {
  return { bytes: Buffer.concat(packets), lengths: Uint32Array.from(packets, ({ length }) => length), count: packets.length };
}
