import type { Parts, Verbs } from '../parts.ts';

type PortalVerbs = Pick<
  Verbs,
  'startTask' | 'leaveTask' | 'openPortal' | 'closePortal' | 'portalBack' | 'portalReload' | 'copyPasscode' | 'revealPasscode'
>;

/** The calls for the device portal, the person's task in it, and the recovery passcode that they enter there. */
export function portalVerbs(parts: Parts): PortalVerbs {
  const { portal, taskFlow, pendingSecrets, desktop, clipboard } = parts;
  return {
    startTask: ({ task }) => taskFlow.start(task),
    async leaveTask() {
      taskFlow.leave();
    },
    openPortal: () => portal.open(parts.profile, taskFlow.current),
    async closePortal() {
      parts.update(() => (taskFlow.current = null));
      await portal.close();
    },
    async portalBack() {
      desktop.portal.back();
    },
    portalReload: () => portal.reload(parts.profile, taskFlow.current),
    copyPasscode: () => clipboard.copy(pendingSecrets.passcodeNow()),
    async revealPasscode() {
      return { passcode: pendingSecrets.passcodeNow() };
    },
  };
}
