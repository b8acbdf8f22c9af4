import { holdsSession, isSigningIn } from '../../../shared/access-state.ts';
import { fail } from '../../../shared/failure.ts';
import type { Parts, Verbs } from '../parts.ts';

type UpdateVerbs = Pick<Verbs, 'checkForUpdates' | 'restartToUpdate' | 'openWhatsNew'>;

/** Updates: looking, restarting, reading what is new. */
export function updateVerbs(parts: Parts): UpdateVerbs {
  const { desktop, updates } = parts;
  return {
    checkForUpdates: () => updates.check(),
    async restartToUpdate() {
      const { state } = updates;
      const { access } = parts.state;
      // Never while connecting: a person is in the middle of it, and a phone may be ringing
      if (state.kind !== 'ready' || isSigningIn(access)) throw fail('not-now');
      if (!holdsSession(access)) {
        parts.restartToUpdate();
        return;
      }
      parts.update(() => (parts.confirmation = { kind: 'update', version: state.version }));
      desktop.showWindow();
    },
    async openWhatsNew() {
      const { state } = updates;
      const address = state.kind === 'ready' || state.kind === 'downloading' ? state.whatsNew : null;
      if (address !== null) await desktop.openExternal(address);
    },
  };
}
