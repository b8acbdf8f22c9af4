import type { Confirmation } from '../../shared/app-state.ts';
import { fail, failureOf } from '../../shared/failure.ts';
import type { Answer } from '../../shared/prompt.ts';
import { networkPageIn } from '../../shared/endings.ts';
import type { App } from './application.ts';
import { detailsOf } from './details.ts';
import type { Application } from './ports.ts';

const clipboardMs = 60_000;

/** The bridge's calls. Each is short: what it does lives with whoever owns it. */
export function verbsOf(app: App): Application['verbs'] {
  const { controller, book, recovery, portal, thread, held, remembered, deps } = app;
  const { desktop, settings } = deps;

  const answer = (promptId: string, given: Answer, remember: boolean): void => {
    const { state } = controller;
    if (state.kind !== 'asking' || state.promptId !== promptId || state.answered) throw fail('not-now');
    remembered.note(state.profileId, state.prompt, given, remember);
    if (state.prompt.kind === 'certificate' && given.kind === 'certificate' && given.accept) book.accept(state.prompt);
    controller.answer(promptId, given);
  };
  const passcode = (): string => {
    const { passcode: current } = held;
    if (!current) throw fail('passcode-expired');
    return current.passcode;
  };
  /** Work that changes the state without an event of its own. */
  const then = (): void => app.changed();
  /** Whoever left the proxy's question on the way has nothing to be told. */
  const unlessLeft = async <T>(work: Promise<T>): Promise<T | null> => {
    try {
      return await work;
    } catch (error) {
      if (failureOf(error).code !== 'cancelled') throw error;
      return null;
    }
  };
  const discover = async (address: string): Promise<void> => {
    app.confirmation = await unlessLeft(book.previewAddress(address, app.stop.signal));
    then();
  };
  const confirmed = async (confirmation: Confirmation): Promise<void> => {
    switch (confirmation.kind) {
      case 'connect':
        // A link is nobody's hand on Connect: what would ring a phone waits for our Sign in screen
        return app.connect(confirmation.profileId, false);
      case 'task':
        return thread.start(confirmation.task, false);
      case 'campus':
        await discover(confirmation.address);
        return;
      case 'certificate':
        await unlessLeft(book.previewDoubted(app.stop.signal));
        then();
        return;
      case 'quit':
        app.quit();
    }
  };

  return {
    getState: () => Promise.resolve(app.state),

    async connect({ profileId }) {
      // Only now: a Connect that is refused, because one is under way, takes nothing from what was begun with that one
      await app.connect(profileId);
      thread.current = null;
      then();
    },
    async answer({ promptId, answer: given, remember }) {
      answer(promptId, given, remember);
    },
    async answerProxy({ id, signIn }) {
      app.proxyQuestion.answer(id, signIn);
    },
    async chooseCertificate() {
      const { state } = controller;
      if (state.kind !== 'asking' || state.prompt.kind !== 'client-certificate') throw fail('not-now');
      const file = await desktop.chooseCertificateFile();
      return file === null ? null : { file };
    },
    async answerWithHeldPasscode({ promptId }) {
      const { state } = controller;
      const kind = state.kind === 'asking' && state.prompt.kind === 'passcode' ? 'passcode' : 'second-factor-passcode';
      answer(promptId, { kind, passcode: passcode() }, false);
    },
    async answerWithSavedPassword({ promptId, chosen }) {
      const { state } = controller;
      if (state.kind !== 'asking' || state.promptId !== promptId || state.prompt.kind !== 'credentials') throw fail('not-now');
      answer(promptId, await remembered.keeper.pressed(state.prompt, chosen), false);
    },
    extend: () => controller.extend(),
    async retryNow() {
      controller.retryNow();
    },
    disconnect: () => controller.disconnect(),
    async openNetworkPage() {
      const address = networkPageIn(controller.state);
      if (address === null) throw fail('not-now');
      await desktop.openNetworkPage(address);
    },
    async acknowledge() {
      if (controller.state.kind !== 'idle') return; // a double click: something new is under way already
      thread.current = null;
      controller.acknowledge();
    },

    startTask: ({ task }) => thread.start(task),
    async leaveTask() {
      thread.leave();
    },
    openPortal: () => portal.open(app.profile, thread.current),
    async closePortal() {
      thread.current = null;
      await portal.close();
      then();
    },
    async portalBack() {
      desktop.portal.back();
    },
    portalReload: () => portal.reload(app.profile, thread.current),
    async copyPasscode() {
      app.copied = passcode();
      await desktop.clipboard.write(app.copied);
      setTimeout(() => app.notices.background(app.forgetClipboard()), clipboardMs).unref();
    },
    async revealPasscode() {
      return { passcode: passcode() };
    },

    async recoveryRole({ role }) {
      recovery.chooseRole(role);
    },
    recoveryVerify: (identity) => recovery.verify(identity),
    recoveryPasscode: ({ password }) => recovery.getPasscode(password),
    async recoveryBack() {
      recovery.back();
      if (recovery.state.step === 'closed' && controller.state.kind === 'idle') thread.current = null;
      then();
    },
    async recoveryContinue() {
      if (recovery.state.step !== 'passcode') throw fail('not-now');
      recovery.leave();
      await thread.pursue();
    },

    async previewAddress({ address }) {
      await discover(address);
    },
    async previewFile() {
      const file = await desktop.chooseProfileFile();
      if (file) book.previewText(file.text, file.name);
      then();
    },
    async acceptPreview() {
      // A session that is up goes on with the profile that it began with
      if (controller.state.kind !== 'idle') throw fail('not-now');
      const { displaced } = book;
      if (displaced) await remembered.forget(displaced.id);
      book.acceptPreview();
      then();
    },
    async declinePreview() {
      book.declinePreview();
      then();
    },
    async selectProfile({ profileId }) {
      if (controller.state.kind !== 'idle') throw fail('not-now');
      book.select(profileId);
      then();
    },
    async removeProfile({ profileId }) {
      if (controller.state.kind !== 'idle') throw fail('not-now');
      await remembered.forget(book.find(profileId).id);
      book.remove(profileId);
      then();
    },

    async confirm({ yes }) {
      const { confirmation } = app;
      app.confirmation = null;
      // Begun first: another question that waits is not to come up just before this one's answer takes the screen
      const doing = confirmation && yes ? confirmed(confirmation) : null;
      then();
      await doing;
    },
    async showSettings({ open }) {
      app.settingsOpen = open;
      then();
      if (open) await remembered.keeper.probe();
    },
    async changePreferences(change) {
      settings.update(({ preferences: now }) => ({
        preferences: {
          language: change.language ?? now.language,
          openAtLogin: change.openAtLogin ?? now.openAtLogin,
          notifications: change.notifications ?? now.notifications,
        },
      }));
      desktop.applyPreferences(settings.get().preferences);
      then();
    },
    async keepCodes({ key }) {
      await remembered.codes.keep(app.profile, key);
    },
    forgetCodes: () => remembered.codes.forget(app.profile.id),
    forgetSignIn: () => remembered.forget(app.profile.id),
    async forgetCertificate({ host }) {
      book.forgetAccepted(host);
      then();
    },
    async dismissNotice({ id }) {
      app.notices.dismiss(id);
    },
    copyDetails: () => desktop.clipboard.write(detailsOf(app.state, deps.now())),
    async openHelpDesk() {
      const address = app.profile.helpDesk?.address;
      if (address !== undefined) await desktop.openExternal(address);
    },
    openLogs: () => desktop.showLogs(),
  };
}
