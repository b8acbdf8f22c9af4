import { randomBytes } from 'node:crypto';
import dns from 'node:dns';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { CausewayError, fail, failureOf } from '../../../shared/failure.ts';
import { bounded } from '../../net/deadline.ts';
import type { OpenConnectGrant } from '../../gateways/gateway.ts';
import { spkiSha256 } from '../../trust/verifier.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { hostOf } from '../../trust/host.ts';
import { isLoopback } from '../../net/loopback.ts';
import { lookupElsewhere } from '../not-this-computer.ts';
import type { TrafficCount, Tunnel, TunnelEnding, TunnelEngine } from '../tunnel.ts';
import { FarEnd, firstAnswerTimeoutMs } from './far-end.ts';
import { HelperConnection } from '../../helper-client/connection.ts';
import type { GatewayProof, HelperState, HelperUp } from '../../helper-client/protocol.ts';
import { isProved, presentedBy } from './proof.ts';
import { proxyFor, type ProxyAddress } from './proxy-address.ts';
import type { ProposedGateway } from '../../helper-client/start.ts';
import { targetOf, tunnelAddress } from './arguments.ts';

export interface SystemTunnelDeps {
  /** Where the helper listens for this user; `helperSocket`. */
  socket: () => Promise<string>;
  log: (line: string) => void;
  /** This computer's clock; epoch milliseconds. */
  now?: () => number;
  /** Starts the helper for this once, where it is not installed as a service; {@link startHelperOnce}. */
  start?: (gateway: ProposedGateway, signal: AbortSignal) => Promise<void>;
}

const opensWithinMs = 30_000;
const closesWithinMs = 5_000;
const dialsWithinMs = 15_000;
const countEveryMs = 1_000;

/** What the helper says of its tunnel just now. Fails with `helper-missing`, `helper-denied` or `cancelled`. */
export async function helperState(socket: () => Promise<string>, signal: AbortSignal): Promise<HelperState> {
  const helper = await HelperConnection.open(await socket(), '', signal);
  try {
    const reply = await helper.ask({ type: 'status' }, closesWithinMs, signal);
    if (!('state' in reply)) throw fail('helper-missing', undefined, { detail: 'no state' });
    return reply.state;
  } finally {
    helper.close();
  }
}

/** How a gateway is proved to the helper. Fails with `helper-denied` where no tunnel of this person's may lead there. */
async function proofOf(helper: HelperConnection, host: string, signal: AbortSignal): Promise<GatewayProof> {
  const reply = await helper.ask({ type: 'status', host }, closesWithinMs, signal);
  if (!('state' in reply) || reply.proof === undefined) throw fail('helper-missing', undefined, { detail: 'no word of the gateway' });
  if (reply.proof === null) throw fail('helper-denied', { host });
  return reply.proof;
}

/**
 * How a gateway is proved to the helper that is there, once that gateway has shown a certificate which it proves. Fails as
 * {@link helperState}, and with `gateway-unproven`.
 */
export async function provenToHelper(
  socket: () => Promise<string>,
  endpoint: Endpoint,
  signal: AbortSignal,
  now: () => number = Date.now,
): Promise<GatewayProof> {
  const helper = await HelperConnection.open(await socket(), endpoint.host, signal);
  try {
    return await proven(helper, endpoint, signal, now);
  } finally {
    helper.close();
  }
}

async function proven(helper: HelperConnection, endpoint: Endpoint, signal: AbortSignal, now: () => number): Promise<GatewayProof> {
  const { host } = endpoint;
  const proof = await proofOf(helper, host, signal);
  const presented = await presentedBy(endpoint, signal);
  if (presented && !isProved(proof, presented, now())) throw fail('gateway-unproven', { host }, { detail: `not by ${proof.kind}` });
  return proof;
}

/** What an administrator is asked to approve of a gateway that somebody has signed in to: the system vouches for it, or else its key. */
async function proposed({ endpoint, connectUrl, serverPin }: OpenConnectGrant, signal: AbortSignal): Promise<ProposedGateway> {
  const presented = await presentedBy(endpoint, signal);
  const key = presented?.chain[0];
  const isKnown = presented?.systemTrusts === true && key !== undefined && `pin-sha256:${spkiSha256(key)}` === serverPin;
  return { host: hostOf(new URL(connectUrl)), proof: isKnown ? 'system' : serverPin };
}

/** A tunnel of the whole system, which the helper, a service of root's, opens for who is allowed one. */
export function systemTunnel({ socket, log, start, now = Date.now }: SystemTunnelDeps): TunnelEngine {
  let asked = false;
  const reach = async (host: string, signal: AbortSignal) => HelperConnection.open(await socket(), host, signal);
  /** Once in a run: a reconnect is no reason to ask for a password again. */
  const wayToStart = (error: unknown) => (asked || failureOf(error).code !== 'helper-missing' ? undefined : start);
  const connect = async (grant: OpenConnectGrant, signal: AbortSignal): Promise<HelperConnection> => {
    const { host } = new URL(grant.connectUrl);
    try {
      return await reach(host, signal);
    } catch (error) {
      const startNow = wayToStart(error);
      if (!startNow) throw error;
      asked = true;
      await startNow(await proposed(grant, signal), signal);
      return await reach(host, signal);
    }
  };
  return {
    async prepare(host, signal) {
      try {
        (await reach(host, signal)).close();
      } catch (error) {
        // An administrator is asked once there is something to open
        if (!wayToStart(error)) throw error;
      }
    },
    async prove(endpoint, signal) {
      const { host } = endpoint;
      let helper: HelperConnection;
      try {
        helper = await reach(host, signal);
      } catch (error) {
        if (!wayToStart(error)) throw error;
        return;
      }
      try {
        await proven(helper, endpoint, signal, now);
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
        // Before it opens: an end that comes at once is heard too
        await helper.ask({ type: 'watch' }, closesWithinMs, signal);
        const reply = await helper.ask({ type: 'open', target, cookie: grant.cookie }, opensWithinMs, signal);
        if (!('state' in reply) || reply.state.kind !== 'up') throw fail('tunnel-failed', { host }, { detail: 'it went as it came' });
        return new SystemTunnelOfHelper(helper, reply.state, forwarding, host, log);
      } catch (error) {
        // Whatever it was about to open must not stay: who goes away is cleaned up after
        await helper.ask({ type: 'close', signOut: false }, closesWithinMs, AbortSignal.timeout(closesWithinMs)).catch(() => undefined);
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
  private readonly farEnd = new FarEnd((withinMs) => this.knowsNoSuchName(withinMs));

  constructor(
    private readonly helper: HelperConnection,
    private readonly up: HelperUp,
    forwarding: ProxyAddress | null,
    host: string,
    log: (line: string) => void,
  ) {
    this.limits = { expiresAt: up.expiresAt, idleSeconds: up.idleSeconds };
    this.banner = up.banner ?? null;
    void this.farEnd.isHeard(firstAnswerTimeoutMs);
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
      // The next one may have another address: these would hang
      for (const stream of this.streams) stream.destroy();
      const told = this.closing ? ({ kind: 'closed' } as const) : ending;
      log(`system tunnel ended: ${told.kind}`);
      return told;
    });
  }

  /** A plain connection, looked up by the campus's name servers as the rest of this computer looks things up. Never to this computer. */
  dial(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    if (this.over || this.closing) return Promise.reject(fail('tunnel-down'));
    const refusal = (): CausewayError => fail('host-not-allowed', { host, port });
    if (isLoopback(host)) return Promise.reject(refusal());
    const lookup = lookupElsewhere(refusal);
    const bound = {
      signal,
      ms: dialsWithinMs,
      late: () => fail('host-unreachable', { host }, { detail: 'timed out' }),
      release: () => socket.destroy(),
    };
    const socket = net.connect({ host, port, lookup, allowHalfOpen: true, noDelay: true });
    return bounded<Duplex>(bound, (done, failed) => {
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

  /** By the helper's word it has to be up: a name server may be reached without it, too. */
  async answers(withinMs: number): Promise<boolean> {
    const [up, heard] = await Promise.all([this.isUp(withinMs), this.farEnd.isHeard(withinMs)]);
    return up && heard && !this.over;
  }

  private async isUp(withinMs: number): Promise<boolean> {
    const reply = await this.helper.ask({ type: 'status' }, withinMs, AbortSignal.timeout(withinMs)).catch(() => null);
    return reply !== null && 'state' in reply && reply.state.kind === 'up';
  }

  /** The campus's name server is asked for a name that nobody has: that it is unknown is an answer. */
  private async knowsNoSuchName(withinMs: number): Promise<boolean> {
    const { nameServers } = this.up;
    if (nameServers.length === 0) return false;
    const resolver = new dns.promises.Resolver({ timeout: withinMs, tries: 1 });
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
    // Whether it helped is seen by who asks for an answer then
    void this.helper.ask({ type: 'recover' }, closesWithinMs, AbortSignal.timeout(closesWithinMs)).catch(() => undefined);
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
    await this.helper.ask({ type: 'close', signOut }, closesWithinMs, AbortSignal.timeout(closesWithinMs)).catch(() => undefined);
    this.helper.close();
  }

  private async count(): Promise<void> {
    const reply = await this.helper.ask({ type: 'statistics' }, countEveryMs, AbortSignal.timeout(countEveryMs)).catch(() => null);
    if (reply && 'received' in reply && !this.over) this.counted = { received: reply.received, sent: reply.sent };
  }
}

/** How the system says that a name is unknown, and that no name server answered. */
const unknownNameCodes: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN'];

/** What c-ares calls the replies of a name server that has no such name, or does not tell us; the rest are our own troubles. */
const repliesOfServers: readonly unknown[] = ['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'EFORMERR', 'ENOTIMP'];

const codeIn = (thrown: unknown): unknown => (thrown instanceof Error && 'code' in thrown ? thrown.code : null);
