import { holdsSession, isUp, type AccessState } from '../../shared/access-state.ts';
import type { Dial } from '../tunnels/tunnel.ts';

/** Whose traffic a proxy carries: the controller, or whoever speaks for it. */
export interface ProxiedSession {
  readonly state: AccessState;
  /** Returns how to stop listening. */
  onChange(listener: (state: AccessState) => void): () => void;
  dial: Dial;
}

/**
 * While reconnecting too: what runs over a link that is held on to goes on when it answers again. A link that is given
 * up ends its own connections, and `dial` refuses new ones where there is none.
 */
const hasTraffic = (state: AccessState): boolean => isUp(state) || holdsSession(state);

/** Has a proxy carry connections for as long as a session can; returns how to stop following it. Whatever is carried then is cut. */
export function bindProxy(session: ProxiedSession, proxy: { setDial(dial: Dial | null): void }): () => void {
  const dial: Dial = (host, port, signal) => session.dial(host, port, signal);
  let bound = hasTraffic(session.state);
  if (bound) proxy.setDial(dial);
  return session.onChange((now) => {
    // Only where it changes: what is carried already is not to be cut
    if (hasTraffic(now) === bound) return;
    bound = hasTraffic(now);
    proxy.setDial(bound ? dial : null);
  });
}
