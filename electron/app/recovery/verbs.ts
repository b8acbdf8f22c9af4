import { fail } from '../../../shared/failure.ts';
import type { Parts, Verbs } from '../parts.ts';

type RecoveryVerbs = Pick<Verbs, 'recoveryRole' | 'recoveryVerify' | 'recoveryPasscode' | 'recoveryBack' | 'recoveryContinue'>;

/** The calls for our own screens of the campus's recovery site. */
export function recoveryVerbs(parts: Parts): RecoveryVerbs {
  const { recovery, controller, taskFlow } = parts;
  return {
    async recoveryRole({ role }) {
      recovery.chooseRole(role);
    },
    recoveryVerify: (identity) => recovery.verify(identity),
    recoveryPasscode: ({ password }) => recovery.getPasscode(password),
    async recoveryBack() {
      parts.update(() => {
        recovery.back();
        if (recovery.state.step === 'closed' && controller.state.kind === 'idle') taskFlow.current = null;
      });
    },
    async recoveryContinue() {
      if (recovery.state.step !== 'passcode' && recovery.state.step !== 'site') throw fail('not-now');
      recovery.leave();
      await taskFlow.pursue();
    },
  };
}
