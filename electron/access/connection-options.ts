import type { AccessEvent } from '../../shared/access-state.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { GatewayDriver, GatewayTarget } from '../gateways/gateway.ts';
import type { TunnelEngine } from '../tunnels/tunnel.ts';
import type { Environment } from './environment.ts';

/** What a connection needs to keep one session up. */
export interface ConnectionOptions {
  profile: Profile;
  target: GatewayTarget;
  driver: GatewayDriver;
  engine: TunnelEngine;
  /** Whether this computer is on campus. Rejects when the signal aborts. */
  isOnCampus: (signal: AbortSignal) => Promise<boolean>;
  deps: {
    environment: Environment;
    now: () => number;
    random: () => number;
    log: (line: string) => void;
    tell?: (failure: Failure) => void;
    giveUpAfterMs?: number;
    isAlwaysOn?: () => boolean;
  };
  apply: (event: AccessEvent) => boolean;
}
