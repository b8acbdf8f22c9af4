import { fail } from '../../../shared/failure.ts';
import type { Answer } from '../../../shared/prompt.ts';
import type { Parts, Verbs } from '../parts.ts';
import { passcodeAnswer } from './pending-secrets.ts';

type SignInVerbs = Pick<
  Verbs,
  | 'answer'
  | 'answerProxy'
  | 'chooseCertificate'
  | 'answerWithHeldPasscode'
  | 'answerWithSavedPassword'
  | 'keepCodes'
  | 'forgetCodes'
  | 'forgetSignIn'
  | 'signInBack'
  | 'signInReload'
  | 'copyBlockedHosts'
  | 'keepPageSignIn'
  | 'forgetPageSignIn'
>;

/** The calls that answer sign-in questions and manage the saved answers. */
export function signInVerbs(parts: Parts): SignInVerbs {
  const { controller, profileStore, pendingSecrets, savedSignIn, desktop, proxyQuestion } = parts;

  const answer = (promptId: string, chosenAnswer: Answer, remember: boolean): void => {
    const { state } = controller;
    if (state.kind !== 'asking' || state.promptId !== promptId || state.answered) throw fail('not-now');
    savedSignIn.note(state.profileId, state.prompt, chosenAnswer, remember);
    if (state.prompt.kind === 'certificate' && chosenAnswer.kind === 'certificate' && chosenAnswer.accept)
      profileStore.accept(state.prompt);
    parts.alwaysConnect.answered();
    controller.answer(promptId, chosenAnswer);
  };

  return {
    async answer({ promptId, answer: chosenAnswer, remember }) {
      answer(promptId, chosenAnswer, remember);
    },
    async answerProxy({ id, signIn }) {
      proxyQuestion.answer(id, signIn);
    },
    async chooseCertificate() {
      const { state } = controller;
      if (state.kind !== 'asking' || state.prompt.kind !== 'client-certificate') throw fail('not-now');
      const file = await desktop.chooseCertificateFile();
      return file === null ? null : { file };
    },
    async answerWithHeldPasscode({ promptId }) {
      const { state } = controller;
      const held = state.kind === 'asking' ? passcodeAnswer(state.prompt, pendingSecrets.passcodeNow()) : null;
      if (!held) throw fail('not-now');
      answer(promptId, held, false);
    },
    async answerWithSavedPassword({ promptId, chosen }) {
      const { state } = controller;
      if (state.kind !== 'asking' || state.promptId !== promptId || state.prompt.kind !== 'credentials') throw fail('not-now');
      answer(promptId, await savedSignIn.savedPassword.answerWithSaved(state.prompt, chosen), false);
    },
    async keepCodes({ key }) {
      await savedSignIn.codes.keep(parts.profile, key);
    },
    forgetCodes: () => savedSignIn.codes.forget(parts.profile.id),
    forgetSignIn: () => savedSignIn.forget(parts.profile.id),
    async signInBack() {
      desktop.signInPage.back();
    },
    async signInReload() {
      desktop.signInPage.reload();
    },
    copyBlockedHosts: () => desktop.signInPage.copyBlockedHosts(),
    async keepPageSignIn({ keep }) {
      savedSignIn.page.choose(parts.profile, keep);
    },
    async forgetPageSignIn({ profileId }) {
      savedSignIn.page.forget(profileStore.find(profileId).id);
    },
  };
}
