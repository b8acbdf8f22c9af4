import { isSigningIn } from '../../shared/access-state.ts';
import { fail, failureOf } from '../../shared/failure.ts';
import { readLink } from '../../shared/link.ts';
import { LinkConfirmations } from './link-confirmations.ts';
import type { Parts } from './parts.ts';

/** Opens the links and profile files that the system or another start passes to the app. A link never acts before its question. */
export class Arguments {
  private readonly links = new LinkConfirmations();

  constructor(private readonly parts: Parts) {}

  /** Shows the window and opens a `causeway:` link or a `.causeway` file. What is wrong with it becomes a notice. */
  async open(argument: string): Promise<void> {
    const { desktop, notices, profileStore } = this.parts;
    desktop.showWindow();
    try {
      const link = readLink(argument);
      if (link?.kind === 'campus') profileStore.throwUnlessMayAdd();
      if (link?.kind === 'connect') {
        const { id } = link.profileId === null ? this.parts.profile : profileStore.find(link.profileId);
        if (this.parts.mayQuickConnect()) this.links.queue({ kind: 'connect', profileId: id });
      } else if (link) this.links.queue(link);
      else if (/\.causeway$/i.test(argument) && !/^file:/i.test(argument)) await profileStore.previewFile(argument);
      else throw fail('link-invalid');
      this.parts.update(() => undefined);
    } catch (error) {
      notices.tell(failureOf(error));
    }
  }

  /** Puts the question of a link on the screen as soon as no other question is open. */
  ask(): void {
    const { parts } = this;
    const { state } = parts.controller;
    const isBusy = parts.isBusy || isSigningIn(state);
    parts.confirmation = this.links.next(isBusy, state, parts.confirmation) ?? parts.confirmation;
  }
}
