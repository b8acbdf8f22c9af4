import type { Environment } from '../access/environment.ts';

export interface OtherVpnDeps {
  environment: Environment;
  /** The name of another VPN that is up, or null. */
  look: () => Promise<string | null>;
  /** Whether it matters just now. Once a tunnel of ours is up, what is new may be ours. */
  matters: () => boolean;
  tell: (network: string | null) => void;
  background: (work: Promise<void>) => void;
}

/**
 * Another VPN may be why nothing works: it is told, and refuses nothing. Listens to the network while somebody signs in,
 * and not for as long as the app lies in the tray: it has to be looked at to be heard.
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
    if (this.deps.matters()) this.deps.tell(await this.deps.look());
  }
}
