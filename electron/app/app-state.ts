import type { AppState } from '../../shared/app-state.ts';
import type { Parts } from './parts.ts';
import { summaryOf } from './profiles/profile-store.ts';

/** The one state that the window, the tray and the command line show. Everything in it belongs to one of the parts. */
export function stateOf(parts: Parts, about: AppState['about']): AppState {
  const { profileStore, savedSignIn } = parts;
  const access = parts.controller.state;
  const selected = profileStore.selected?.id ?? null;
  const { passcode } = parts.pendingSecrets;
  return {
    access,
    alwaysConnect: parts.alwaysConnect.state,
    task: parts.taskFlow.current,
    portal: parts.portal.state,
    signInPage: parts.signInPages.state,
    recovery: parts.recovery.state,
    heldPasscode: passcode && { expiresAt: passcode.expiresAt },
    profiles: profileStore.all.map(summaryOf),
    profileId: selected,
    preview: profileStore.preview,
    confirmation: parts.confirmation,
    proxyQuestion: parts.proxyQuestion.state,
    preferences: parts.preferences,
    policy: parts.policy.state,
    updates: parts.updates.state,
    settingsOpen: parts.settingsOpen,
    support: parts.support.view,
    check: parts.support.check.state,
    step: parts.recovery.state.step === 'closed' ? parts.history.step : 'recovery',
    saved: savedSignIn.savedPassword.savedFor(selected, access.kind === 'asking' ? access.prompt : null),
    acceptedHosts: profileStore.accepted,
    keptCodes: savedSignIn.codes.stateFor(profileStore.selected),
    keepPage: savedSignIn.page.stateFor(profileStore.selected),
    pageSignIns: savedSignIn.page.all,
    notices: parts.notices.all,
    about,
  };
}
