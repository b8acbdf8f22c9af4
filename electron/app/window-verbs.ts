import type { Confirmation } from '../../shared/app-state.ts';
import { fail } from '../../shared/failure.ts';
import { isLocked } from './policy/preferences.ts';
import type { Parts, Verbs } from './parts.ts';
import { discover, discoverAccepted } from './profiles/discovery.ts';

type WindowVerbs = Pick<
  Verbs,
  'getState' | 'confirm' | 'showSettings' | 'changePreferences' | 'dismissNotice' | 'openHelpDesk' | 'openManager' | 'openLogs'
>;

/** The calls for what appears over or beside the screens: confirmations, Settings, notices, help. */
export function windowVerbs(parts: Parts): WindowVerbs {
  const { desktop, settings, savedSignIn, notices, taskFlow } = parts;

  const carryOut = async (confirmation: Confirmation): Promise<void> => {
    switch (confirmation.kind) {
      case 'connect':
        // Confirming a link is not pressing Connect: nothing that rings a phone is sent before our Sign in screen
        return parts.connect(confirmation.profileId, false);
      case 'task':
        return taskFlow.start(confirmation.task, false);
      case 'campus':
        return discover(parts, confirmation.address);
      case 'certificate':
        return discoverAccepted(parts);
      case 'quit':
        parts.quit();
        return;
      case 'update':
        parts.restartToUpdate();
    }
  };

  return {
    getState: () => Promise.resolve(parts.state),
    async confirm({ yes }) {
      const { confirmation } = parts;
      let work = Promise.resolve();
      parts.update(() => {
        parts.confirmation = null;
        // Starts inside `update`, or a queued question would come up just before this answer changes the screen
        if (confirmation && yes) work = carryOut(confirmation);
      });
      await work;
    },
    async showSettings({ open }) {
      parts.update(() => (parts.settingsOpen = open));
      if (open) await savedSignIn.savedPassword.probe();
    },
    async changePreferences(change) {
      const names = (['language', 'openAtLogin', 'notifications', 'alwaysConnect', 'updates'] as const).filter(
        (name) => change[name] !== undefined,
      );
      if (names.some((name) => isLocked(name, parts.policy.inForce))) throw fail('policy-locked');
      parts.update(() => {
        settings.update(({ preferences: now, chosenPreferences }) => ({
          chosenPreferences: [...new Set([...chosenPreferences, ...names])],
          preferences: {
            language: change.language ?? now.language,
            openAtLogin: change.openAtLogin ?? now.openAtLogin,
            notifications: change.notifications ?? now.notifications,
            updates: change.updates ?? now.updates,
            alwaysConnect: change.alwaysConnect ?? now.alwaysConnect,
          },
        }));
        parts.applyPreferences();
      });
    },
    async dismissNotice({ id }) {
      notices.dismiss(id);
    },
    async openHelpDesk() {
      const address = parts.profile.helpDesk?.address;
      if (address !== undefined) await desktop.openExternal(address);
    },
    async openManager() {
      const address = parts.policy.policy.managedBy?.address;
      if (address !== undefined) await desktop.openExternal(address);
    },
    openLogs: () => desktop.showLogs(),
  };
}
