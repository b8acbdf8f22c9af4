import { fail } from '../../../shared/failure.ts';
import type { ControlledSession } from './control.ts';
import type { Application } from '../ports.ts';

/**
 * Gives command lines of the same user access to the app's session. They can do what the window's buttons do and nothing
 * more. The window still shows every question and the effect of every answer.
 */
export function appSession(application: Application, showWindow: () => void): ControlledSession {
  const { verbs } = application;
  return {
    holder: 'app',
    get access() {
      return application.state.access;
    },
    get profiles() {
      return application.state.profiles;
    },
    onAccess(listener) {
      let before = application.state.access;
      return application.onState(({ access }) => {
        if (access === before) return;
        before = access;
        listener(access);
      });
    },
    get alwaysConnect() {
      return application.state.alwaysConnect;
    },
    get updates() {
      return application.state.updates;
    },
    async connect(profileId, typed, quick) {
      if (quick && !application.mayQuickConnect()) throw fail('policy-locked');
      await application.connect(profileId, typed);
    },
    answer: (promptId, answer) => verbs.answer({ promptId, answer, remember: false }),
    heldPasscode: {
      isHeld: () => application.state.heldPasscode !== null,
      answer: (promptId) => verbs.answerWithHeldPasscode({ promptId }),
    },
    disconnect: () => verbs.disconnect(),
    async openPortal() {
      await verbs.openPortal();
      showWindow();
      return null;
    },
    dial: (host, port, signal) => application.dial(host, port, signal),
  };
}
