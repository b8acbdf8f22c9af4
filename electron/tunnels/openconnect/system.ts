import { randomBytes } from 'node:crypto';
import dns from 'node:dns';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { CausewayError, fail, failureOf } from '../../../shared/failure.ts';
import { withDeadline } from '../../net/deadline.ts';
import type { OpenConnectGrant } from '../../gateways/gateway.ts';
import { spkiSha256 } from '../../trust/verifier.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { hostOf } from '../../trust/host.ts';
import { isLoopback } from '../../net/loopback.ts';
import { lookupNotLoopback } from '../lookup-not-loopback.ts';
import type { TrafficCount, Tunnel, TunnelEnding, TunnelEngine } from '../tunnel.ts';
import { FarEnd, firstAnswerTimeoutMs } from './far-end.ts';
import { HelperConnection } from '../../helper-client/connection.ts';
import type { GatewayProof, HelperState, HelperUp } from '../../helper-client/protocol.ts';
import { isProved, presentedBy } from './gateway-proof.ts';
import { proxyFor, type ProxyAddress } from './proxy-address.ts';
import type { ProposedGateway } from '../../helper-client/start.ts';
import { targetOf, tunnelAddress } from './arguments.ts';

export interface SystemTunnelDeps {
  /** Where the helper listens for this user; `helperSocket`. */
  socket: () => Promise<string>;
  log: (line: string) => void;
  /** This computer's clock; epoch milliseconds. */
  now?: () => number;
  /** Starts the helper once if it is not installed as a service; {@link startHelperOnce}. */
  start?: (gateway: ProposedGateway, signal: AbortSignal) => Promise<void>;
}

const openTimeoutMs = 30_000;
const closeTimeoutMs = 5_000;
const dialTimeoutMs = 15_000;
const countEveryMs = 1_000;

/** The current state of the helper's tunnel. Fails with `helper-missing`, `helper-denied` or `cancelled`. */
export async function helperState(socket: () => Promise<string>, signal: AbortSignal): Promise<HelperState> {
  const helper = await HelperConnection.open(await socket(), '', signal);
  try {
    const reply = await helper.ask({ type: 'status' }, closeTimeoutMs, signal);
    if (!('state' in reply)) throw fail('helper-missing', undefined, { detail: 'the helper sent no state' });
    return reply.state;
  } finally {
    helper.close();
  }
}

/** How the helper verifies a gateway. Fails with `helper-denied` if this person may not open a tunnel to it. */
async function proofOf(helper: HelperConnection, host: string, signal: AbortSignal): Promise<GatewayProof> {
  const reply = await helper.ask({ type: 'status', host }, closeTimeoutMs, signal);
  if (!('state' in reply) || reply.proof === undefined)
    throw fail('helper-missing', undefined, { detail: 'the helper sent no proof for the gateway' });
  if (reply.proof === null) throw fail('helper-denied', { host });
  return reply.proof;
}

/**
 * Connects to the gateway and checks that the helper would accept its certificate. Resolves with how the helper verifies
 * it. Fails as {@link helperState}, and with `gateway-unproven`.
 */
export async function proveToHelper(
  socket: () => Promise<string>,
  endpoint: Endpoint,
  signal: AbortSignal,
  now: () => number = Date.now,
): Promise<GatewayProof> {
  const helper = await HelperConnection.open(await socket(), endpoint.host, signal);
  try {
    return await checkProof(helper, endpoint, signal, now);
  } finally {
    helper.close();
  }
}

async function checkProof(helper: HelperConnection, endpoint: Endpoint, signal: AbortSignal, now: () => number): Promise<GatewayProof> {
  const { host } = endpoint;
  const proof = await proofOf(helper, host, signal);
  const presented = await presentedBy(endpoint, signal);
  if (presented && !isProved(proof, presented, now()))
    throw fail('gateway-unproven', { host }, { detail: `the gateway does not match the helper's ${proof.kind}` });
  return proof;
}

/** The gateway that an administrator is asked to approve: verified by the system's authorities, or else by its key. */
async function proposalFor({ endpoint, connectUrl, serverPin }: OpenConnectGrant, signal: AbortSignal): Promise<ProposedGateway> {
  const presented = await presentedBy(endpoint, signal);
  const key = presented?.chain[0];
  const isKnown = presented?.systemTrusts === true && key !== undefined && `pin-sha256:${spkiSha256(key)}` === serverPin;
  return { host: hostOf(new URL(connectUrl)), proof: isKnown ? 'system' : serverPin };
}

/** A tunnel for the whole system. The helper, a service that runs as root, opens it for users that are allowed one. */
export function systemTunnel({ socket, log, start, now = Date.now }: SystemTunnelDeps): TunnelEngine {
  let hasStarted = false;
  const reach = async (host: string, signal: AbortSignal) => HelperConnection.open(await socket(), host, signal);
  /** How to start the helper if it is missing. Only once in a run: a reconnect must not ask for the administrator's password again. */
  const starterAfter = (error: unknown) => (hasStarted || failureOf(error).code !== 'helper-missing' ? undefined : start);
  const connect = async (grant: OpenConnectGrant, signal: AbortSignal): Promise<HelperConnection> => {
    const { host } = new URL(grant.connectUrl);
    try {
      return await reach(host, signal);
    } catch (error) {
      const startNow = starterAfter(error);
      if (!startNow) throw error;
      hasStarted = true;
      await startNow(await proposalFor(grant, signal), signal);
      return await reach(host, signal);
    }
  };
  return {
    async prepare(host, signal) {
      try {
        (await reach(host, signal)).close();
      } catch (error) {
        // Do not ask an administrator before there is a tunnel to open
        if (!starterAfter(error)) throw error;
      }
    },
    async prove(endpoint, signal) {
      const { host } = endpoint;
      let helper: HelperConnection;
      try {
        helper = await reach(host, signal);
      } catch (error) {
        if (!starterAfter(error)) throw error;
        return;
      }
      try {
        await checkProof(helper, endpoint, signal, now);
      } finally {
        helper.close();
      }
    },
    async open(grant, signal) {
      if (grant.kind !== 'openconnect') throw fail('internal', undefined, { detail: `system tunnel for ${grant.kind}` });
      const { host } = grant.endpoint;
      const helper = await connect(grant, signal);
      const forwarding = await proxyFor(grant, signal).catch((error: unknown) => {
        helper.close();
        throw error;
      });
      try {
        const proxy = forwarding?.proxy ?? null;
        const target = targetOf(grant, proxy, await tunnelAddress(grant, proxy, signal));
        // Watch before opening, so that an early end is noticed too
        await helper.ask({ type: 'watch' }, closeTimeoutMs, signal);
        const reply = await helper.ask({ type: 'open', target, cookie: grant.cookie }, openTimeoutMs, signal);
        if (!('state' in reply) || reply.state.kind !== 'up') throw fail('tunnel-failed', { host }, { detail: 'the tunnel ended at once' });
        return new SystemTunnelOfHelper(helper, reply.state, forwarding, host, log);
      } catch (error) {
        // Close whatever the helper may have opened
        await helper.ask({ type: 'close', signOut: false }, closeTimeoutMs, AbortSignal.timeout(closeTimeoutMs)).catch(() => undefined);
        helper.close();
        forwarding?.close();
        throw error;
      }
    },
  };
}

class SystemTunnelOfHelper implements Tunnel {
  readonly ended: Promise<TunnelEnding>;
  readonly limits: { expiresAt: number | null; idleSeconds: number | null };
  readonly banner: string | null;
  private counted: TrafficCount = { received: 0, sent: 0 };
  private readonly streams = new Set<Duplex>();
  private readonly counting: NodeJS.Timeout;
  private closing = false;
  private over = false;
  private abandoned: (() => void) | null = null;
  private readonly farEnd = new FarEnd((timeoutMs) => this.answersUnknownName(timeoutMs));

  constructor(
    private readonly helper: HelperConnection,
    private readonly up: HelperUp,
    forwarding: ProxyAddress | null,
    host: string,
    log: (line: string) => void,
  ) {
    this.limits = { expiresAt: up.expiresAt, idleSeconds: up.idleSeconds };
    this.banner = up.banner ?? null;
    void this.farEnd.responds(firstAnswerTimeoutMs);
    this.counting = setInterval(() => void this.count(), countEveryMs);
    this.counting.unref();
    const dropped = (detail: string): TunnelEnding => ({ kind: 'dropped', failure: fail('tunnel-dropped', { host }, { detail }).failure });
    this.ended = Promise.race([
      helper.ended.then((ending) => {
        helper.close();
        return ending;
      }),
      helper.gone.then((): TunnelEnding => dropped('the helper is gone')),
      new Promise<TunnelEnding>((resolve) => (this.abandoned = () => resolve(dropped('given up')))),
    ]).then((ending): TunnelEnding => {
      this.over = true;
      clearInterval(this.counting);
      forwarding?.close();
      // The next tunnel may have another address, and these streams would hang
      for (const stream of this.streams) stream.destroy();
      const actual = this.closing ? ({ kind: 'closed' } as const) : ending;
      log(`system tunnel ended: ${actual.kind}`);
      return actual;
    });
  }

  /** Opens a plain connection. The system resolves the name, which now uses the campus's name servers. Never connects to this computer. */
  dial(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    if (this.over || this.closing) return Promise.reject(fail('tunnel-down'));
    const refusal = (): CausewayError => fail('host-not-allowed', { host, port });
    if (isLoopback(host)) return Promise.reject(refusal());
    const lookup = lookupNotLoopback(refusal);
    const bound = {
      signal,
      ms: dialTimeoutMs,
      late: () => fail('host-unreachable', { host }, { detail: 'timed out' }),
      release: () => socket.destroy(),
    };
    const socket = net.connect({ host, port, lookup, allowHalfOpen: true, noDelay: true });
    return withDeadline<Duplex>(bound, (done, failed) => {
      socket.once('connect', () => {
        this.streams.add(socket);
        socket.once('close', () => this.streams.delete(socket));
        if (this.over) socket.destroy();
        done(socket);
      });
      socket.on('error', (cause: NodeJS.ErrnoException) => {
        if (cause instanceof CausewayError) failed(cause);
        else
          failed(
            fail(
              unknownNameCodes.includes(cause.code ?? '') ? 'host-name-unknown' : 'host-unreachable',
              { host },
              { cause, detail: cause.message },
            ),
          );
      });
    });
  }

  traffic(): TrafficCount {
    return this.counted;
  }

  /** Asks the helper and the far end. The helper must say that the tunnel is up, because the name server may also be reachable without it. */
  async answers(timeoutMs: number): Promise<boolean> {
    const [up, responds] = await Promise.all([this.isUp(timeoutMs), this.farEnd.responds(timeoutMs)]);
    return up && responds && !this.over;
  }

  roundTrip(timeoutMs: number): Promise<number | null> {
    return this.farEnd.roundTrip(timeoutMs);
  }

  private async isUp(timeoutMs: number): Promise<boolean> {
    const reply = await this.helper.ask({ type: 'status' }, timeoutMs, AbortSignal.timeout(timeoutMs)).catch(() => null);
    return reply !== null && 'state' in reply && reply.state.kind === 'up';
  }

  /** Asks the campus's name server for a name that does not exist. "Unknown" counts as an answer. */
  private async answersUnknownName(timeoutMs: number): Promise<boolean> {
    const { nameServers } = this.up;
    if (nameServers.length === 0) return false;
    const resolver = new dns.promises.Resolver({ timeout: timeoutMs, tries: 1 });
    resolver.setServers(nameServers.map((server) => (net.isIPv6(server) ? `[${server}]` : server)));
    return resolver.resolve4(`${randomBytes(6).toString('hex')}.invalid`).then(
      () => true,
      (thrown: unknown) => repliesOfServers.includes(codeIn(thrown)),
    );
  }

  onSilent(listener: () => void): void {
    this.helper.onSilent = listener;
  }

  recover(): void {
    // The caller checks afterwards whether this helped
    void this.helper.ask({ type: 'recover' }, closeTimeoutMs, AbortSignal.timeout(closeTimeoutMs)).catch(() => undefined);
  }

  abandon(): void {
    this.abandoned?.();
    void this.leave(false);
  }

  async close({ signOut = false }: { signOut?: boolean } = {}): Promise<void> {
    this.closing = true;
    await this.leave(signOut);
  }

  private async leave(signOut: boolean): Promise<void> {
    await this.helper.ask({ type: 'close', signOut }, closeTimeoutMs, AbortSignal.timeout(closeTimeoutMs)).catch(() => undefined);
    this.helper.close();
  }

  private async count(): Promise<void> {
    const reply = await this.helper.ask({ type: 'statistics' }, countEveryMs, AbortSignal.timeout(countEveryMs)).catch(() => null);
    if (reply && 'received' in reply && !this.over) this.counted = { received: reply.received, sent: reply.sent };
  }
}

/** The system's error codes for an unknown name, and for no answer from any name server. */
const unknownNameCodes: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN'];

/** c-ares error codes that mean a name server replied. The other codes are errors on our side. */
const repliesOfServers: readonly unknown[] = ['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'EFORMERR', 'ENOTIMP'];

const codeIn = (thrown: unknown): unknown => (thrown instanceof Error && 'code' in thrown ? thrown.code : null);
