import { fail, failureOf, throwIfCancelled, type Failure } from '../../shared/failure.ts';
import type { GatewayProof, HelperMessage, HelperRequest, HelperState } from '../helper-client/protocol.ts';
import { identityOf, proofOf, trustFor, type GatewayTrust, type HelperConfig } from './config.ts';
import type { ScriptReport } from './script.ts';
import type { NetworkRequest } from './network-request.ts';
import { SystemTunnel, type SystemTunnelPlaces } from './system-tunnel.ts';

/** One connection of an allowed user. The socket identifies the user: each user has one that only they can open. */
export interface Client {
  readonly user: string;
  send(message: HelperMessage): void;
}

export interface HelperDeps {
  /** Read again for every tunnel, so that a removed user cannot open another. */
  config: () => Promise<HelperConfig>;
  places: (config: HelperConfig) => SystemTunnelPlaces;
  /** How long a tunnel stays up after its owner's last connection closed. The app may come back. */
  graceMs: number;
  log: (line: string) => void;
}

/** The helper without its sockets: one tunnel at a time, for users that are allowed one. */
export class Helper {
  private readonly clients = new Set<Client>();
  private readonly watchers = new Set<Client>();
  /** Whether a client was ever connected. */
  wasUsed = false;
  private owner: string | null = null;
  private host = '';
  private tunnel: SystemTunnel | null = null;
  private phase: 'closed' | 'opening' | 'up' | 'closing' = 'closed';
  private grace: NodeJS.Timeout | undefined;
  /** Aborted when the owner closes the tunnel, perhaps before it exists. */
  private leaving = new AbortController();

  constructor(private readonly deps: HelperDeps) {}

  /** No tunnel is open or opening. */
  get hasNoTunnel(): boolean {
    return this.owner === null;
  }

  /** No client is connected, and no tunnel is open. */
  get isIdle(): boolean {
    return this.clients.size === 0 && this.owner === null;
  }

  join(client: Client): void {
    this.clients.add(client);
    this.wasUsed = true;
    if (client.user === this.owner) clearTimeout(this.grace);
  }

  leave(client: Client): void {
    this.clients.delete(client);
    this.watchers.delete(client);
    if (this.owner === null || [...this.clients].some(({ user }) => user === this.owner)) return;
    clearTimeout(this.grace);
    this.grace = setTimeout(() => void this.closeTunnel(true, 'its app is gone'), this.deps.graceMs);
  }

  /** Answers one request. Never rejects. */
  async handle(client: Client, request: HelperRequest): Promise<void> {
    const { id } = request;
    try {
      if (request.type === 'open') await this.open(client, request);
      if (request.type === 'watch') this.watchers.add(client);
      if (request.type === 'close' && this.owner !== null) {
        this.throwUnlessOwner(client);
        await this.closeTunnel(request.signOut, 'asked to');
      }
      if (request.type === 'recover') {
        this.throwUnlessOwner(client);
        this.tunnel?.recover();
      }
      if (request.type === 'statistics') {
        this.throwUnlessOwner(client);
        client.send({ id, ...((await this.tunnel?.traffic()) ?? { received: 0, sent: 0 }) });
        return;
      }
      if (request.type === 'status' && request.host !== undefined) {
        const proof = await this.proofFor(client, request.host);
        client.send({ id, state: this.stateFor(client), proof });
        return;
      }
      client.send({ id, state: this.stateFor(client) });
    } catch (error) {
      client.send({ id, failure: failureForClient(error) });
    }
  }

  takeReport(report: ScriptReport): void {
    this.deps.log(`script: ${report.reason} (${report.code})`);
    this.tunnel?.takeReport(report);
  }

  /** Applies what openconnect's script asks for. Resolves with the script's exit code. Never rejects. */
  async applyNetwork(wanted: NetworkRequest): Promise<number> {
    return (await this.tunnel?.applyNetwork(wanted)) ?? 1;
  }

  /** Closes the tunnel, within a time limit. */
  async close(): Promise<void> {
    await this.closeTunnel(false, 'the helper stops');
  }

  private async open(client: Client, request: Extract<HelperRequest, { type: 'open' }>): Promise<void> {
    const host = new URL(request.target.connectUrl).hostname;
    if (this.owner !== null) throw fail('tunnel-taken', { user: this.owner });
    // Take the place before the first await, so that of two requests at once only one gets it
    this.owner = client.user;
    this.host = host;
    const { signal } = (this.leaving = new AbortController());
    this.setPhase('opening');
    const begun: SystemTunnel[] = [];
    const take = (tunnel: SystemTunnel): void => {
      begun.push(tunnel);
      this.take(tunnel);
    };
    try {
      const config = await this.deps.config();
      const trust = trustOf(config, client, host);
      if (trust === null) throw fail('helper-denied', { host });
      const identity = await identityOf(trust);
      throwIfCancelled(signal);
      this.deps.log(`${client.user} opens a tunnel to ${host}`);
      await SystemTunnel.open(request, identity, this.deps.places(config), this.deps.log, take);
      this.setPhase('up');
    } catch (error) {
      this.deps.log(`no tunnel: ${failureOf(error).code} ${failureOf(error).detail ?? ''}`);
      // If a tunnel was started, its end releases the place
      if (begun.length === 0) this.release();
      throw error;
    }
    if (![...this.clients].includes(client)) this.leave(client);
  }

  /** How we verify a gateway. Null: this client may not open a tunnel to it. */
  private async proofFor(client: Client, host: string): Promise<GatewayProof | null> {
    const trust = trustOf(await this.deps.config(), client, host);
    return trust === null ? null : proofOf(trust);
  }

  private take(tunnel: SystemTunnel): void {
    this.tunnel = tunnel;
    tunnel.onSilent = () => this.tellOwner({ event: 'silent' });
    tunnel.onGone = () => {
      if (this.phase === 'up') this.setPhase('closing');
    };
    void tunnel.ended.then((ending) => {
      this.deps.log(`the tunnel ended: ${ending.kind}`);
      if (this.phase === 'up' || this.phase === 'closing') this.tellOwner({ event: 'ended', ending });
      this.release();
    });
    if (this.leaving.signal.aborted) void this.closeTunnel(true, 'asked to before it began');
  }

  private tellOwner(message: HelperMessage): void {
    for (const watcher of this.watchers) if (watcher.user === this.owner) watcher.send(message);
  }

  private async closeTunnel(signOut: boolean, why: string): Promise<void> {
    clearTimeout(this.grace);
    const { tunnel } = this;
    this.leaving.abort();
    if (!tunnel) return;
    this.deps.log(`closing: ${why}`);
    this.setPhase('closing');
    await tunnel.close(signOut);
  }

  private release(): void {
    clearTimeout(this.grace);
    this.owner = null;
    this.tunnel = null;
    this.setPhase('closed');
  }

  private setPhase(phase: Helper['phase']): void {
    this.phase = phase;
    for (const watcher of this.watchers) watcher.send({ event: 'state', state: this.stateFor(watcher) });
  }

  private throwUnlessOwner(client: Client): void {
    if (this.owner !== null && this.owner !== client.user) throw fail('tunnel-taken', { user: this.owner });
  }

  private stateFor({ user }: Client): HelperState {
    const { owner, host, phase } = this;
    if (owner === null || phase === 'closed') return { kind: 'closed' };
    if (owner !== user) return { kind: 'taken', user: owner };
    return phase === 'up' ? (this.tunnel?.up ?? { kind: 'closed' }) : { kind: phase, host };
  }
}

/** What the configuration says about a gateway for that user. Null: this user may not open a tunnel to it. */
const trustOf = (config: HelperConfig, { user }: Client, host: string): GatewayTrust | null =>
  config.users.includes(user) ? trustFor(config, host) : null;

/** The failure as the client sees it. An internal error becomes `tunnel-failed`. */
function failureForClient(error: unknown): Failure {
  const failure = failureOf(error);
  return failure.code === 'internal' ? { code: 'tunnel-failed', params: { host: '' } } : failure;
}
