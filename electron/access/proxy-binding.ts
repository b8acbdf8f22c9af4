import { holdsSession, isUp, type AccessState } from '../../shared/access-state.ts';
import type { Dial } from '../tunnels/tunnel.ts';

/** The owner of the tunnel whose traffic a proxy carries: the controller, or what stands for it. */
export interface ProxiedSession {
  readonly state: AccessState;
  /** Returns a function that stops listening. */
  onChange(listener: (state: AccessState) => void): () => void;
  dial: Dial;
}

/**
 * A proxy carries traffic while reconnecting too, because connections over a silent link go on when it recovers. A link that
 * is abandoned ends its own connections, and `dial` refuses new ones without a link.
 */
const hasTraffic = (state: AccessState): boolean => isUp(state) || holdsSession(state);

/** Lets a proxy carry connections while a session is up or reconnecting, and cuts them when it ends. Returns a function that stops that. */
export function bindProxy(session: ProxiedSession, proxy: { setDial(dial: Dial | null): void }): () => void {
  const dial: Dial = (host, port, signal) => session.dial(host, port, signal);
  let bound = hasTraffic(session.state);
  if (bound) proxy.setDial(dial);
  return session.onChange((now) => {
    // Only on a change: binding again would cut the connections that are open
    if (hasTraffic(now) === bound) return;
    bound = hasTraffic(now);
    proxy.setDial(bound ? dial : null);
  });
}
