import { fail, failureOf } from '../../shared/failure.ts';
import { planNetwork, type Plan } from './network-plan.ts';
import { beginJournal, noteNames } from './journal.ts';
import type { NetworkState } from './network-state.ts';
import type { NetworkControl, TunnelUser } from './platform/platform.ts';
import { prefixText } from './ip-prefix.ts';
import type { NetworkRequest } from './network-request.ts';

export interface TunnelNetworkPlaces {
  device: string;
  /** Folder of the journal. */
  state: string;
}

/**
 * Configures the network for one tunnel, on systems where the helper does that. It makes the interface before openconnect
 * starts, and does the rest when the script forwards the gateway's request. Restoring the journal undoes all of it.
 */
export class TunnelNetwork {
  private wanted: NetworkRequest | null = null;
  private working: Promise<unknown> = Promise.resolve();
  private isOver = false;
  /** The gateway's addresses, if known before connecting. */
  private addresses: readonly string[] = [];

  private constructor(
    readonly user: TunnelUser,
    private readonly networkControl: NetworkControl,
    private readonly places: TunnelNetworkPlaces,
    private readonly before: NetworkState,
    private readonly log: (line: string) => void,
  ) {}

  /** Fails with `component-missing` if the package's user does not exist. */
  static async make(networkControl: NetworkControl, places: TunnelNetworkPlaces, log: (line: string) => void): Promise<TunnelNetwork> {
    const user = await networkControl.user();
    if (!user) throw fail('component-missing', { component: 'causeway-vpn' }, { detail: 'this computer has no user of that name' });
    await networkControl.clear(places.device, user);
    const before = await beginJournal(places.state, { vpncScript: '', device: places.device });
    await networkControl.makeDevice(places.device, user);
    return new TunnelNetwork(user, networkControl, places, before, log);
  }

  /** Limits packets to the gateway. Call it before connecting, because a connection keeps its first packet size. Never rejects. */
  async limitPacketSize(addresses: readonly string[]): Promise<void> {
    this.addresses = addresses;
    const { networkControl, places, user, before } = this;
    await networkControl
      .localNetwork(places.device, user, before.resolver)
      .then((here) => networkControl.limitPacketSize(addresses, here))
      .catch((error: unknown) => this.log(`the packet size could not be changed: ${String(error).split('\n')[0] ?? ''}`));
  }

  /** Applies a request of the script, one at a time. Resolves with why it was refused, or null. Never rejects. */
  async apply(wanted: NetworkRequest): Promise<string | null> {
    const work = this.working
      .then(() => this.carryOut(wanted))
      .then(
        () => null,
        (error: unknown) => failureOf(error).detail ?? 'failed',
      );
    this.working = work;
    const why = await work;
    if (why !== null) this.log(`script: ${wanted.reason} refused: ${why}`);
    return why;
  }

  /** Stops changes. When this resolves, a change in progress is complete. */
  async finish(): Promise<void> {
    this.isOver = true;
    await this.working;
  }

  private async carryOut(wanted: NetworkRequest): Promise<void> {
    const { networkControl, places, before } = this;
    if (this.isOver || wanted.reason === 'pre-init' || wanted.reason === 'disconnect') return;
    if (wanted.device !== places.device) throw new Error('the script named another interface');
    const here = await networkControl.localNetwork(places.device, this.user, before.resolver);
    if (wanted.reason === 'connect') {
      const plan = planNetwork(wanted, here);
      this.logPlan(plan);
      const text = networkControl.namesFor(plan, before.resolver);
      // Record the resolver on disk before changing it. Our routes and interface are marked, so they need no record
      if (text !== null) await noteNames(places.state, { link: before.resolver.link, text });
      await networkControl.carryOut(plan, places.device);
      await networkControl.setNames(plan, places.device, text);
      this.wanted = wanted;
      return;
    }
    // The network may have changed: set the bypass routes again. During an attempt, for the last gateway that answered
    const accepted = this.wanted;
    if (!accepted) return;
    if (this.addresses.length > 0) await networkControl.limitPacketSize(this.addresses, here).catch(() => undefined); // packets then stay long, as before
    const isBack = wanted.reason === 'reconnect';
    const now = isBack ? { ...accepted, gateway: wanted.gateway } : accepted;
    await networkControl.addBypassRoutes(
      planNetwork(now, isBack || accepted.gateway === null ? here : { ...here, peers: [accepted.gateway] }),
    );
    this.wanted = now;
  }

  private logPlan({ refused, through, bypass }: Plan): void {
    for (const each of refused) this.log(`refused to the gateway: ${each}`);
    this.log(`through the tunnel: ${through.map(prefixText).join(' ')}; around it: ${bypass.map(({ to }) => prefixText(to)).join(' ')}`);
  }
}
