import { holdsSession, isUp, type AccessState } from '../../shared/access-state.ts';
import type { Dial } from '../tunnels/tunnel.ts';

/** Whose traffic a proxy carries: the controller, or whoever speaks for it. */
export interface Carried {
  readonly state: AccessState;
  /** Returns how to stop listening. */
  onChange(listener: (state: AccessState) => void): () => void;
  dial: Dial;
}

/**
 * While reconnecting too: what runs over a link that is held on to goes on when it is heard again. A link that is given
 * up ends its own connections, and `dial` refuses new ones where there is none.
 */
const carries = (state: AccessState): boolean => isUp(state) || holdsSession(state);

/** Has a proxy carry connections for as long as a session can; returns how to stop following it. Whatever is carried then is cut. */
export function carryFor(session: Carried, proxy: { carry(dial: Dial | null): void }): () => void {
  const dial: Dial = (host, port, signal) => session.dial(host, port, signal);
  let carried = carries(session.state);
  if (carried) proxy.carry(dial);
  return session.onChange((now) => {
    // Only where it changes: what is carried already is not to be cut
    if (carries(now) === carried) return;
    carried = carries(now);
    proxy.carry(carried ? dial : null);
  });
}
