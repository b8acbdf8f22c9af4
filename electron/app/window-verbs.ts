import type { Confirmation } from '../../shared/app-state.ts';
import { detailsOf } from './details.ts';
import type { Parts, Verbs } from './parts.ts';
import { discover, discoverDoubted } from './profiles/discovery.ts';

type WindowVerbs = Pick<
  Verbs,
  'getState' | 'confirm' | 'showSettings' | 'changePreferences' | 'dismissNotice' | 'copyDetails' | 'openHelpDesk' | 'openLogs'
>;

/** What stands over or beside the screens: a question, Settings, notices, help. */
export function windowVerbs(parts: Parts): WindowVerbs {
  const { desktop, settings, savedSignIn, notices, taskFlow } = parts;

  const confirmed = async (confirmation: Confirmation): Promise<void> => {
    switch (confirmation.kind) {
      case 'connect':
        // A link is nobody's hand on Connect: what would ring a phone waits for our Sign in screen
        return parts.connect(confirmation.profileId, false);
      case 'task':
        return taskFlow.start(confirmation.task, false);
      case 'campus':
        return discover(parts, confirmation.address);
      case 'certificate':
        return discoverDoubted(parts);
      case 'quit':
        parts.quit();
    }
  };

  return {
    getState: () => Promise.resolve(parts.state),
    async confirm({ yes }) {
      const { confirmation } = parts;
      let doing = Promise.resolve();
      parts.update(() => {
        parts.confirmation = null;
        // Begun at once: another question that waits is not to come up just before this one's answer takes the screen
        if (confirmation && yes) doing = confirmed(confirmation);
      });
      await doing;
    },
    async showSettings({ open }) {
      parts.update(() => (parts.settingsOpen = open));
      if (open) await savedSignIn.savedPassword.probe();
    },
    async changePreferences(change) {
      parts.update(() => {
        settings.update(({ preferences: now }) => ({
          preferences: {
            language: change.language ?? now.language,
            openAtLogin: change.openAtLogin ?? now.openAtLogin,
            notifications: change.notifications ?? now.notifications,
          },
        }));
        desktop.applyPreferences(settings.get().preferences);
      });
    },
    async dismissNotice({ id }) {
      notices.dismiss(id);
    },
    copyDetails: () => desktop.clipboard.write(detailsOf(parts.state, parts.now())),
    async openHelpDesk() {
      const address = parts.profile.helpDesk?.address;
      if (address !== undefined) await desktop.openExternal(address);
    },
    openLogs: () => desktop.showLogs(),
  };
}
