import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { within } from '../../../../shared/abort.ts';
import { fail } from '../../../../shared/failure.ts';
import { dialHost } from '../../../net/ip-stack/dial-host.ts';
import { IpStack } from '../../../net/ip-stack/ip-stack.ts';
import { readStack } from '../../../net/ip-stack/stack-file.ts';
import { CampusNames } from '../../../net/ip-stack/names.ts';
import { openPacketChannel } from '../../../net/packet-channel/open-packet-channel.ts';
import type { PacketChannel } from '../../../net/packet-channel/packet-channel.ts';
import { confine, whatIsNotConfined } from './confinement.ts';
import type { FromWorker } from './messages.ts';
import { serveStreams, type StreamServer } from '../../../net/stream-channel/serve-streams.ts';
import { streamError } from '../../../net/stream-error.ts';
import type { Pushed } from './tunnel-messages.ts';

/** The build puts it beside this bundle. */
const stackFile = join(import.meta.dirname, 'stack.wasm');

interface HostDeps {
  attempt: number;
  /** Where to serve streams. */
  streams: string;
  post: (message: FromWorker) => void;
}

/**
 * A tunnel's half on the worker's main thread: the network stack between the library's packets and the app's streams. It
 * never blocks.
 */
export class TunnelHost {
  private readonly stack: IpStack;
  private readonly names: CampusNames;
  private served: StreamServer | null = null;
  private wasUp = false;

  private constructor(private readonly channel: PacketChannel) {
    this.stack = new IpStack(readStack(stackFile), channel.link);
    this.names = new CampusNames(this.stack, { servers: [], search: [] });
    channel.onPackets((batch) => this.stack.receive(batch));
    channel.onWritable(() => this.stack.writable());
  }

  /** Also confines the process for good. Fails if there is no network stack, no packet channel, no place for streams, or no confinement. */
  static async start({ attempt, streams, post }: HostDeps): Promise<TunnelHost> {
    const host = new TunnelHost(openPacketChannel());
    host.served = await serveStreams({
      path: streams,
      dial: (name, port, signal) => host.dial(name, port, signal),
      log: (line) => post({ type: 'note', attempt, line: line.slice(0, 500) }),
    });
    confine();
    const gaps = whatIsNotConfined();
    if (gaps.length > 0) throw fail('component-failed', { component: 'libopenconnect' }, { detail: `not confined: ${gaps.join(', ')}` });
    return host;
  }

  /** The library's end of the packet channel. */
  get tun(): number | bigint {
    return this.channel.tun;
  }

  /** The tunnel is open, or open again. */
  up({ addresses, mtu, nameServers, domains }: Pushed): void {
    this.stack.setAddresses(addresses, mtu);
    this.names.configure({ servers: nameServers, search: domains });
    if (this.wasUp) this.stack.resend();
    this.wasUp = true;
  }

  expect(token: string, host: string, port: number): void {
    this.served?.expect(token, host, port);
  }

  drop(token: string): void {
    this.served?.drop(token);
  }

  /** Whether a name server of the campus answers, whatever it says. */
  async probe(timeoutMs: number): Promise<boolean> {
    try {
      await this.names.resolve(`${randomBytes(6).toString('hex')}.invalid.`, within(timeoutMs));
      return true;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'ENOTFOUND';
    }
  }

  /** Ends all streams with this reason. */
  close(reason: string): void {
    this.served?.close();
    this.stack.close(streamError('ENETDOWN', reason));
    this.channel.close();
  }

  private dial(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    return dialHost(this.stack, this.names, host, port, signal);
  }
}
