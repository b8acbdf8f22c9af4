import { randomBytes, randomInt } from 'node:crypto';
import net, { type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { delay, onAbort } from '../../../shared/abort.ts';
import { fail } from '../../../shared/failure.ts';
import type { OpenConnectGrant } from '../../gateways/gateway.ts';
import type { TrafficCount, Tunnel, TunnelEnding, TunnelEngine } from '../tunnel.ts';
import { FarEnd, firstAnswerTimeoutMs } from './far-end.ts';
import { findProgram, type ProgramPlaces } from './programs.ts';
import { ownUid } from '../../system/own-user-posix.ts';
import { endInOrder, OpenConnectProcess, type Spawn } from './process.ts';
import { hasConnection, hasStrangers, listenerOf } from './sockets-linux.ts';
import { bannerIn, endingOf, limitsFrom, refusalOf, type Limits } from './output.ts';
import { dialSocks, type SocksServer } from './socks.ts';
import { keyOf, targetOf, tunnelAddress, argumentsFor } from './arguments.ts';
import { proxyFor, type ProxyAddress } from './proxy-address.ts';

export interface AppTunnelDeps {
  programs: ProgramPlaces;
  log: (line: string) => void;
  now: () => number;
  /** Node's own where left out. */
  spawn?: Spawn;
}

const opensWithinMs = 20_000;
/** A gateway whose TCP port does not answer by then is tried anew: the waits between TCP's own tries grow too fast. */
const reachedWithinMs = 5_000;
const watchEveryMs = 1_000;

/**
 * A tunnel of this app alone, without an administrator: openconnect hands packets to ocproxy, which is a SOCKS5
 * server on loopback with a TCP/IP of its own. Linux and macOS; elsewhere it fails with `app-tunnel-here`.
 */
export function appTunnel(deps: AppTunnelDeps): TunnelEngine {
  const find = async (): Promise<{ openconnect: string; ocproxy: string }> => {
    if (deps.programs.platform === 'win32') throw fail('app-tunnel-here');
    // One after the other: where both are missing, it is always the same that is told
    const openconnect = await findProgram('openconnect', deps.programs);
    return { openconnect, ocproxy: await findProgram('ocproxy', deps.programs) };
  };
  return {
    async prepare() {
      await find();
    },
    async open(grant, signal) {
      if (grant.kind !== 'openconnect') throw fail('internal', undefined, { detail: `app tunnel for ${grant.kind}` });
      const { openconnect, ocproxy } = await find();
      const server = await freePort(deps.programs.platform);
      const forwarding = await proxyFor(grant, signal);
      try {
        const proxy = forwarding?.proxy ?? null;
        const args = argumentsFor(targetOf(grant, proxy, await tunnelAddress(grant, proxy, signal)), keyOf(grant));
        const address = args.pop() ?? '';
        const all = [...args, '--script-tun', '--script', scriptFor(ocproxy, server), address];
        const running = OpenConnectProcess.start(openconnect, all, grant.cookie, {
          extra: 2,
          ...(deps.spawn ? { spawn: deps.spawn } : {}),
        });
        const tunnel = new AppTunnel(running, server, grant, forwarding, deps);
        await tunnel.up(signal);
        return tunnel;
      } catch (error) {
        forwarding?.close();
        throw error;
      }
    },
  };
}

/**
 * What openconnect's shell runs once the gateway has let us in: it tells us what the gateway said of the session
 * (file descriptor 3) and runs ocproxy; it ends openconnect should ocproxy end, or this app be gone (4 closes without
 * a word). Nothing in it comes from outside but the path, which was looked up, and numbers.
 */
function scriptFor(ocproxy: string, { host, port }: SocksServer): string {
  if (!/^\/[A-Za-z0-9._/ +-]+$/.test(ocproxy)) throw fail('component-missing', { component: 'ocproxy' }, { detail: 'its path is odd' });
  return [
    'printf "%s\\n" "$IDLE_TIMEOUT" "$CISCO_CSTP_OPTIONS" "" >&3',
    '{ read -r word <&4 || kill -HUP "$VPNPID"; } 3>&- >/dev/null 2>&1 &',
    `'${ocproxy}' -D ${host}:${port} -k 30 3>&- 4<&-`,
    'kill -HUP "$VPNPID"',
  ].join('\n');
}

/** A port that is free now. On Linux the address is a random one of loopback's, so that nobody comes by accident. */
async function freePort(platform: NodeJS.Platform): Promise<SocksServer> {
  const host = platform === 'linux' ? `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}` : '127.0.0.1';
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw fail('internal', undefined, { detail: 'no loopback port' });
  return { host, port: address.port };
}

/** Asked anew after a wait. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

class AppTunnel implements Tunnel {
  readonly ended: Promise<TunnelEnding>;
  limits: Limits = { expiresAt: null, idleSeconds: null };
  banner: string | null = null;
  private readonly streams = new Set<Socket>();
  private done: TrafficCount = { received: 0, sent: 0 };
  private lastTraffic: TrafficCount = { received: 0, sent: 0 };
  private lastTrafficAt: number;
  private closing = false;
  private isUp = false;
  private misses = 0;
  private silent: (() => void) | null = null;
  private watching: NodeJS.Timeout | undefined;
  private readonly farEnd = new FarEnd((withinMs) => this.knowsNoSuchName(withinMs));

  constructor(
    private readonly running: OpenConnectProcess,
    private readonly server: SocksServer,
    private readonly grant: OpenConnectGrant,
    private readonly forwarding: ProxyAddress | null,
    private readonly deps: AppTunnelDeps,
  ) {
    this.lastTrafficAt = deps.now();
    this.ended = running.exited.then((code) => this.end(code));
  }

  /** Resolves once ocproxy, which openconnect starts when the gateway has let it in, answers. Otherwise nothing of it is left. */
  async up(signal: AbortSignal): Promise<void> {
    const { running, deps, grant } = this;
    const { host } = grant.endpoint;
    const late = AbortSignal.timeout(opensWithinMs);
    const unreached = setTimeout(() => {
      if (!running.output.reached) void running.leave('detach');
    }, reachedWithinMs);
    const stop = AbortSignal.any([signal, late]);
    const off = onAbort(stop, () => void running.leave('detach'));
    try {
      const told = await Promise.race([this.told(), running.exited]);
      if (isAborted(signal)) throw fail('cancelled');
      if (typeof told !== 'string')
        throw late.aborted ? fail('gateway-silent', { host }) : refusalOf(told, running.output, host, grant.agent);
      const [idleTimeout = '', ...options] = told.split('\n');
      this.limits = limitsFrom({ idleTimeout, options: options.join('\n') }, deps.now());
      this.banner = bannerIn(options.join('\n'));
      while (!(await this.accepts())) {
        if (running.hasEnded() || stop.aborted)
          throw isAborted(signal) ? fail('cancelled') : fail('component-failed', { component: 'ocproxy' });
        await delay(10);
      }
      this.limits = { ...this.limits, expiresAt: this.limits.expiresAt ?? running.output.expiresAt };
      this.isUp = true;
      this.watch();
      void this.farEnd.isHeard(firstAnswerTimeoutMs);
    } catch (error) {
      await running.leave('detach');
      throw error;
    } finally {
      clearTimeout(unreached);
      off();
    }
  }

  async dial(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    if (this.running.hasEnded() || this.closing) throw fail('tunnel-down');
    const stream = await dialSocks(this.server, host, port, signal);
    this.streams.add(stream);
    stream.once('close', () => {
      this.streams.delete(stream);
      this.done = { received: this.done.received + stream.bytesRead, sent: this.done.sent + stream.bytesWritten };
    });
    if (this.running.hasEnded()) stream.destroy();
    return stream;
  }

  traffic(): TrafficCount {
    let { received, sent } = this.done;
    for (const stream of this.streams) {
      received += stream.bytesRead;
      sent += stream.bytesWritten;
    }
    return { received, sent };
  }

  async answers(withinMs: number): Promise<boolean> {
    const { running } = this;
    if (running.hasEnded()) return false;
    if (running.pid !== undefined && (await hasConnection(running.pid)) === false) return false;
    return (await this.farEnd.isHeard(withinMs)) && !running.hasEnded();
  }

  /** A name that nobody has is asked for at the far end: that it is unknown is an answer. */
  private async knowsNoSuchName(withinMs: number): Promise<boolean> {
    const late = AbortSignal.timeout(withinMs);
    try {
      (await dialSocks(this.server, `${randomBytes(6).toString('hex')}.invalid`, 9, late)).destroy();
      return true;
    } catch {
      return !late.aborted && !this.running.hasEnded();
    }
  }

  onSilent(listener: () => void): void {
    this.silent = listener;
  }

  recover(): void {
    this.running.reconnect();
  }

  abandon(): void {
    this.running.signal('SIGHUP');
    setTimeout(() => this.running.signal('SIGKILL'), 300).unref();
  }

  async close({ signOut = false }: { signOut?: boolean } = {}): Promise<void> {
    this.closing = true;
    for (const stream of this.streams) stream.destroy();
    await this.running.leave(signOut ? 'sign-out' : 'detach');
  }

  private end(code: number | null): TunnelEnding {
    clearInterval(this.watching);
    endInOrder(this.running.pipe(4));
    this.forwarding?.close();
    this.noteTraffic();
    for (const stream of this.streams) stream.destroy();
    if (this.closing) return { kind: 'closed' };
    const { deps, limits, lastTrafficAt } = this;
    const ending = endingOf({ code, said: this.running.output, limits, at: deps.now(), lastTrafficAt, host: this.grant.endpoint.host });
    if (this.isUp) deps.log(`app tunnel ended: openconnect ${code ?? 'killed'}, ${ending.kind}`);
    return ending;
  }

  /** What the script tells once it runs: everything up to an empty line. */
  private told(): Promise<string> {
    return new Promise((resolve) => {
      let text = '';
      this.running.pipe(3)?.on('data', (bytes: Buffer) => {
        text = (text + bytes.toString('latin1')).slice(0, 20_000);
        if (text.endsWith('\n\n')) resolve(text);
      });
    });
  }

  /** Whether ocproxy listens; on Linux, that it is really ours and nobody took the port before it. */
  private async accepts(): Promise<boolean> {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = net.connect(this.server);
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (!connected || this.deps.programs.platform !== 'linux') return connected;
    const owner = await listenerOf(this.server.host, this.server.port);
    if (owner !== null && owner !== ownUid())
      throw fail('tunnel-failed', { host: this.grant.endpoint.host }, { detail: 'its port is taken' });
    return owner !== null;
  }

  /** Notes when something went through, and sees a connection that openconnect has lost, or a stranger's. */
  private watch(): void {
    const { pid } = this.running;
    this.watching = setInterval(() => {
      this.noteTraffic();
      if (pid === undefined) return;
      void this.look(pid);
    }, watchEveryMs);
    this.watching.unref();
  }

  private async look(pid: number): Promise<void> {
    const alive = await hasConnection(pid);
    this.misses = alive === false ? this.misses + 1 : 0;
    // Once may be the moment between two connections
    if (this.misses >= 2) this.silent?.();
    // ocproxy knows no password: another user of this computer who finds its port is noticed, and ends it
    const uid = ownUid();
    if (alive === null || uid === null || !(await hasStrangers(this.server.host, this.server.port, uid))) return;
    this.deps.log('another user of this computer used the app tunnel: it is given up');
    this.abandon();
  }

  private noteTraffic(): void {
    const now = this.traffic();
    if (now.received !== this.lastTraffic.received || now.sent !== this.lastTraffic.sent) this.lastTrafficAt = this.deps.now();
    this.lastTraffic = now;
  }
}
