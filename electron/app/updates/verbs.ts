import { holdsSession } from '../../../shared/access-state.ts';
import { fail } from '../../../shared/failure.ts';
import { mayRestart } from '../../../shared/updates.ts';
import type { Parts, Verbs } from '../parts.ts';

type UpdateVerbs = Pick<Verbs, 'checkForUpdates' | 'restartToUpdate' | 'openWhatsNew'>;

/** Updates: looking, restarting, reading what is new. */
export function updateVerbs(parts: Parts): UpdateVerbs {
  const { desktop, updates } = parts;
  return {
    checkForUpdates: () => updates.check(),
    async restartToUpdate() {
      const { state } = updates;
      // Never while connecting: a person is in the middle of it, and a phone may be ringing
      if (state.kind !== 'ready' || !mayRestart(parts.state)) throw fail('not-now');
      if (!holdsSession(parts.state.access)) {
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
