import type { Parts, Verbs } from '../parts.ts';

type PortalVerbs = Pick<
  Verbs,
  'startTask' | 'leaveTask' | 'openPortal' | 'closePortal' | 'portalBack' | 'portalReload' | 'copyPasscode' | 'revealPasscode'
>;

/** The device portal, the task that a person has in it, and the recovery passcode that they take there. */
export function portalVerbs(parts: Parts): PortalVerbs {
  const { portal, thread, held, desktop, clipboard } = parts;
  return {
    startTask: ({ task }) => thread.start(task),
    async leaveTask() {
      thread.leave();
    },
    openPortal: () => portal.open(parts.profile, thread.current),
    async closePortal() {
      parts.update(() => (thread.current = null));
      await portal.close();
    },
    async portalBack() {
      desktop.portal.back();
    },
    portalReload: () => portal.reload(parts.profile, thread.current),
    copyPasscode: () => clipboard.copy(held.passcodeNow()),
    async revealPasscode() {
      return { passcode: held.passcodeNow() };
    },
  };
}
