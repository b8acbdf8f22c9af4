import { fail, failureOf } from '../../shared/failure.ts';
import { planNetwork, type Plan } from './network-plan.ts';
import { beginJournal, noteNames } from './journal.ts';
import type { NetworkState } from './network-state.ts';
import type { NetworkControl, TunnelUser } from './platform/platform.ts';
import { prefixText } from './prefix.ts';
import type { NetworkRequest } from './network-request.ts';

export interface TunnelNetworkPlaces {
  device: string;
  /** Where the journal is. */
  state: string;
}

/**
 * What one tunnel makes of this computer's network, where the helper changes it by itself: the interface before
 * openconnect starts, and the rest when its script says what the gateway wants. It is taken away with the journal.
 */
export class TunnelNetwork {
  private wanted: NetworkRequest | null = null;
  private working: Promise<unknown> = Promise.resolve();
  private isOver = false;
  /** Of the gateway, as far as they are known before it is connected to. */
  private addresses: readonly string[] = [];

  private constructor(
    readonly user: TunnelUser,
    private readonly networkControl: NetworkControl,
    private readonly places: TunnelNetworkPlaces,
    private readonly before: NetworkState,
    private readonly log: (line: string) => void,
  ) {}

  /** Fails with `component-missing` where the package's user is missing. */
  static async make(networkControl: NetworkControl, places: TunnelNetworkPlaces, log: (line: string) => void): Promise<TunnelNetwork> {
    const user = await networkControl.user();
    if (!user) throw fail('component-missing', { component: 'causeway-vpn' }, { detail: 'this computer has no such user' });
    await networkControl.clear(places.device, user);
    const before = await beginJournal(places.state, { vpncScript: '', device: places.device });
    await networkControl.makeDevice(places.device, user);
    return new TunnelNetwork(user, networkControl, places, before, log);
  }

  /** Before the gateway is connected to: a connection keeps the length that it began with. Never rejects. */
  async limitPacketSize(addresses: readonly string[]): Promise<void> {
    this.addresses = addresses;
    const { networkControl, places, user, before } = this;
    await networkControl
      .localNetwork(places.device, user, before.resolver)
      .then((here) => networkControl.limitPacketSize(addresses, here))
      .catch((error: unknown) => this.log(`packets stay as long as they are: ${String(error).split('\n')[0] ?? ''}`));
  }

  /** Does what a turn of the script asks for; why not, or null where it is done. One after the other. Never rejects. */
  async apply(wanted: NetworkRequest): Promise<string | null> {
    const work = this.working
      .then(() => this.obey(wanted))
      .then(
        () => null,
        (error: unknown) => failureOf(error).detail ?? 'failed',
      );
    this.working = work;
    const why = await work;
    if (why !== null) this.log(`script: ${wanted.reason} refused: ${why}`);
    return why;
  }

  /** From now on nothing is changed any more: when this resolves, what was begun is done. */
  async finish(): Promise<void> {
    this.isOver = true;
    await this.working;
  }

  private async obey(wanted: NetworkRequest): Promise<void> {
    const { networkControl, places, before } = this;
    if (this.isOver || wanted.reason === 'pre-init' || wanted.reason === 'disconnect') return;
    if (wanted.device !== places.device) throw new Error('another interface');
    const here = await networkControl.localNetwork(places.device, this.user, before.resolver);
    if (wanted.reason === 'connect') {
      const plan = planNetwork(wanted, here);
      this.tell(plan);
      const text = networkControl.namesFor(plan, before.resolver);
      // On disk before anything is changed; routes and interface are known by themselves
      if (text !== null) await noteNames(places.state, { link: before.resolver.link, text });
      await networkControl.carryOut(plan, places.device);
      await networkControl.setNames(plan, places.device, text);
      this.wanted = wanted;
      return;
    }
    // The network may be another one: what is led round the tunnel is led there anew. While nobody answers, to the gateway that did
    const accepted = this.wanted;
    if (!accepted) return;
    if (this.addresses.length > 0) await networkControl.limitPacketSize(this.addresses, here).catch(() => undefined); // as before: longer ones
    const isBack = wanted.reason === 'reconnect';
    const now = isBack ? { ...accepted, gateway: wanted.gateway } : accepted;
    await networkControl.addBypassRoutes(
      planNetwork(now, isBack || accepted.gateway === null ? here : { ...here, peers: [accepted.gateway] }),
    );
    this.wanted = now;
  }

  private tell({ refused, through, bypass }: Plan): void {
    for (const each of refused) this.log(`refused to the gateway: ${each}`);
    this.log(`through the tunnel: ${through.map(prefixText).join(' ')}; round it: ${bypass.map(({ to }) => prefixText(to)).join(' ')}`);
  }
}
