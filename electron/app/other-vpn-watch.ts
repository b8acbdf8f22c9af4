import type { Environment } from '../access/environment.ts';

export interface OtherVpnDeps {
  environment: Environment;
  /** The name of another VPN that is up, or null. */
  find: () => Promise<string | null>;
  /** Whether another VPN matters now. Once a tunnel of ours is up, a new adapter may be ours. */
  isRelevant: () => boolean;
  tell: (network: string | null) => void;
  background: (work: Promise<void>) => void;
}

/**
 * Tells the person about another VPN, since it may be why nothing works. It blocks nothing. It watches the network only
 * during a sign-in, not while the app sits in the tray: noticing a change takes polling.
 */
export class OtherVpnWatch {
  private unwatch: (() => void) | null = null;

  constructor(private readonly deps: OtherVpnDeps) {}

  watch(on: boolean): void {
    if (on === (this.unwatch !== null)) return;
    const { environment, background } = this.deps;
    this.unwatch?.();
    this.unwatch = on ? environment.onNetworkChange(() => background(this.look())) : null;
    if (on) background(this.look());
  }

  private async look(): Promise<void> {
    if (this.deps.isRelevant()) this.deps.tell(await this.deps.find());
  }
}
