import { fail } from '../../../shared/failure.ts';
import type { Parts, Verbs } from '../parts.ts';
import { passcodeAnswer } from '../sign-in/pending-secrets.ts';

type RecoveryVerbs = Pick<Verbs, 'recoveryPasscode' | 'recoveryBack' | 'recoveryContinue'>;

/** The calls for our own screens of the campus's recovery site. */
export function recoveryVerbs(parts: Parts): RecoveryVerbs {
  const { recovery, controller, taskFlow, pendingSecrets } = parts;
  return {
    recoveryPasscode: ({ password, ...identity }) => recovery.getPasscode(identity, password),
    async recoveryBack() {
      parts.update(() => {
        recovery.back();
        if (recovery.state.step === 'closed' && controller.state.kind === 'idle') taskFlow.current = null;
      });
    },
    async recoveryContinue() {
      if (recovery.state.step !== 'passcode' && recovery.state.step !== 'site') throw fail('not-now');
      const answersGateway = recovery.state.step === 'passcode' && recovery.state.answersGateway;
      recovery.leave();
      // They came here from the gateway's question: it is still open
      const { state } = controller;
      const open = answersGateway && state.kind === 'asking' && !state.answered ? state : null;
      const answer = open && pendingSecrets.passcode && passcodeAnswer(open.prompt, pendingSecrets.passcode.passcode);
      if (answer) controller.answer(open.promptId, answer);
      await taskFlow.pursue(true, answersGateway);
    },
  };
}
