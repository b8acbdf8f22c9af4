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
import { endCleanly, OpenConnectProcess, type Spawn } from './process.ts';
import { hasConnection, hasStrangers, listenerOf } from './sockets-linux.ts';
import { bannerIn, endingOf, limitsFrom, refusalOf, type Limits } from './output.ts';
import { dialSocks, type SocksServer } from './socks.ts';
import { keyOf, targetOf, tunnelAddress, argumentsFor } from './arguments.ts';
import { proxyFor, type ProxyAddress } from './proxy-address.ts';

export interface AppTunnelDeps {
  programs: ProgramPlaces;
  log: (line: string) => void;
  now: () => number;
  /** Default: Node's own. */
  spawn?: Spawn;
}

const openTimeoutMs = 20_000;
/** If the TCP connection is not up by then, start over: TCP's own retries become too slow. */
const reachTimeoutMs = 5_000;
const watchEveryMs = 1_000;

/**
 * A tunnel for this app alone. It needs no administrator: openconnect passes packets to ocproxy, a SOCKS5 server on
 * loopback with its own TCP/IP stack. Works on Linux and macOS. Fails with `app-tunnel-here` elsewhere.
 */
export function appTunnel(deps: AppTunnelDeps): TunnelEngine {
  const find = async (): Promise<{ openconnect: string; ocproxy: string }> => {
    if (deps.programs.platform === 'win32') throw fail('app-tunnel-here');
    // One after the other, so that if both are missing, the error always names the same one
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
 * The shell script that openconnect runs once the tunnel is open. It reports the gateway's session limits on file
 * descriptor 3 and runs ocproxy. It ends openconnect if ocproxy ends, or if this app dies (descriptor 4 closes without a
 * line). The only outside values in it are the checked path and numbers.
 */
function scriptFor(ocproxy: string, { host, port }: SocksServer): string {
  if (!/^\/[A-Za-z0-9._/ +-]+$/.test(ocproxy))
    throw fail('component-missing', { component: 'ocproxy' }, { detail: 'its path contains special characters' });
  return [
    'printf "%s\\n" "$IDLE_TIMEOUT" "$CISCO_CSTP_OPTIONS" "" >&3',
    '{ read -r word <&4 || kill -HUP "$VPNPID"; } 3>&- >/dev/null 2>&1 &',
    `'${ocproxy}' -D ${host}:${port} -k 30 3>&- 4<&-`,
    'kill -HUP "$VPNPID"',
  ].join('\n');
}

/** Finds a free port. On Linux the address is a random loopback address, so that nobody connects by accident. */
async function freePort(platform: NodeJS.Platform): Promise<SocksServer> {
  const host = platform === 'linux' ? `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}` : '127.0.0.1';
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw fail('internal', undefined, { detail: 'got no loopback port' });
  return { host, port: address.port };
}

/** A function, so that TypeScript does not assume the value unchanged after an await. */
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
  private readonly farEnd = new FarEnd((timeoutMs) => this.answersUnknownName(timeoutMs));

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

  /** Resolves once ocproxy accepts connections; openconnect starts it when the tunnel is open. On failure nothing keeps running. */
  async up(signal: AbortSignal): Promise<void> {
    const { running, deps, grant } = this;
    const { host } = grant.endpoint;
    const late = AbortSignal.timeout(openTimeoutMs);
    const restart = setTimeout(() => {
      if (!running.output.reached) void running.leave('detach');
    }, reachTimeoutMs);
    const stop = AbortSignal.any([signal, late]);
    const off = onAbort(stop, () => void running.leave('detach'));
    try {
      const report = await Promise.race([this.readReport(), running.exited]);
      if (isAborted(signal)) throw fail('cancelled');
      if (typeof report !== 'string')
        throw late.aborted ? fail('gateway-silent', { host }) : refusalOf(report, running.output, host, grant.agent);
      const [idleTimeout = '', ...options] = report.split('\n');
      this.limits = limitsFrom({ idleTimeout, options: options.join('\n') }, deps.now());
      this.banner = bannerIn(options.join('\n'));
      while (!(await this.isListening())) {
        if (running.hasEnded() || stop.aborted)
          throw isAborted(signal) ? fail('cancelled') : fail('component-failed', { component: 'ocproxy' });
        await delay(10);
      }
      this.limits = { ...this.limits, expiresAt: this.limits.expiresAt ?? running.output.expiresAt };
      this.isUp = true;
      this.watch();
      void this.farEnd.responds(firstAnswerTimeoutMs);
    } catch (error) {
      await running.leave('detach');
      throw error;
    } finally {
      clearTimeout(restart);
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

  async answers(timeoutMs: number): Promise<boolean> {
    const { running } = this;
    if (running.hasEnded()) return false;
    if (running.pid !== undefined && (await hasConnection(running.pid)) === false) return false;
    return (await this.farEnd.responds(timeoutMs)) && !running.hasEnded();
  }

  /** Asks the far end to resolve a name that does not exist. "Unknown" counts as an answer. */
  private async answersUnknownName(timeoutMs: number): Promise<boolean> {
    const late = AbortSignal.timeout(timeoutMs);
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
    endCleanly(this.running.pipe(4));
    this.forwarding?.close();
    this.noteTraffic();
    for (const stream of this.streams) stream.destroy();
    if (this.closing) return { kind: 'closed' };
    const { deps, limits, lastTrafficAt } = this;
    const ending = endingOf({ code, output: this.running.output, limits, at: deps.now(), lastTrafficAt, host: this.grant.endpoint.host });
    if (this.isUp) deps.log(`app tunnel ended: openconnect ${code ?? 'killed'}, ${ending.kind}`);
    return ending;
  }

  /** Reads the script's report from descriptor 3, up to an empty line. */
  private readReport(): Promise<string> {
    return new Promise((resolve) => {
      let text = '';
      this.running.pipe(3)?.on('data', (bytes: Buffer) => {
        text = (text + bytes.toString('latin1')).slice(0, 20_000);
        if (text.endsWith('\n\n')) resolve(text);
      });
    });
  }

  /** Whether ocproxy accepts connections. On Linux also checks that the listener is ours and nobody else took the port. */
  private async isListening(): Promise<boolean> {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = net.connect(this.server);
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (!connected || this.deps.programs.platform !== 'linux') return connected;
    const owner = await listenerOf(this.server.host, this.server.port);
    if (owner !== null && owner !== ownUid())
      throw fail('tunnel-failed', { host: this.grant.endpoint.host }, { detail: 'another user has its port' });
    return owner !== null;
  }

  /** Records when traffic last passed. Notices a lost connection of openconnect, and another user's connection to ocproxy. */
  private watch(): void {
    const { pid } = this.running;
    this.watching = setInterval(() => {
      this.noteTraffic();
      if (pid === undefined) return;
      void this.checkConnections(pid);
    }, watchEveryMs);
    this.watching.unref();
  }

  private async checkConnections(pid: number): Promise<void> {
    const alive = await hasConnection(pid);
    this.misses = alive === false ? this.misses + 1 : 0;
    // One miss may be the moment between two connections
    if (this.misses >= 2) this.silent?.();
    // ocproxy has no password. If another user of this computer connects to its port, end the tunnel
    const uid = ownUid();
    if (alive === null || uid === null || !(await hasStrangers(this.server.host, this.server.port, uid))) return;
    this.deps.log('another user of this computer used the app tunnel, so it is closed');
    this.abandon();
  }

  private noteTraffic(): void {
    const now = this.traffic();
    if (now.received !== this.lastTraffic.received || now.sent !== this.lastTraffic.sent) this.lastTrafficAt = this.deps.now();
    this.lastTraffic = now;
  }
}
