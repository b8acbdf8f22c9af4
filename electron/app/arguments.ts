import { isSigningIn } from '../../shared/access-state.ts';
import { fail, failureOf } from '../../shared/failure.ts';
import { readLink } from '../../shared/link.ts';
import { LinkConfirmations } from './link-confirmations.ts';
import type { Parts } from './parts.ts';

/** What comes no later than this after the one before belongs to one burst. Nobody opens two links on purpose as quickly. */
const burstGapMs = 1_000;

/** Opens the links and profile files that the system or another start passes to the app. A link never acts before its question. */
export class Arguments {
  private readonly links = new LinkConfirmations();
  /** When the last link or file came, in epoch milliseconds. */
  private lastAt = -Infinity;

  constructor(private readonly parts: Parts) {}

  /**
   * Shows the window and opens a `causeway:` link or a `.causeway` file. What is wrong with it becomes a notice.
   *
   * @param argument null: the person started the app again, and only wants its window. No page can do that
   */
  async open(argument: string | null): Promise<void> {
    const { desktop, notices, policy, profileStore } = this.parts;
    if (argument === null) {
      desktop.showWindow();
      return;
    }
    this.arrive();
    try {
      const link = readLink(argument);
      if (link?.kind === 'campus') profileStore.throwUnlessMayAdd();
      if (link?.kind === 'connect') {
        const { id } = link.profileId === null ? this.parts.profile : profileStore.find(link.profileId);
        if (policy.policy.quickConnect) this.links.queue({ kind: 'connect', profileId: id });
      } else if (link) this.links.queue(link);
      else if (/\.causeway$/i.test(argument) && !/^file:/i.test(argument)) await profileStore.previewFile(argument);
      else throw fail('link-invalid');
      this.parts.update(() => undefined);
    } catch (error) {
      notices.tell(failureOf(error));
    }
  }

  /** Shows the window once in a burst: a page may open a thousand links, and each is a start of the app. */
  private arrive(): void {
    const { desktop, now } = this.parts;
    const at = now();
    // A clock that was set back begins a new burst
    const isBurst = Math.abs(at - this.lastAt) < burstGapMs;
    this.lastAt = at;
    if (isBurst) return;
    this.links.beginBurst();
    desktop.showWindow();
  }

  /** Puts the question of a link on the screen as soon as no other question is open. */
  ask(): void {
    const { parts } = this;
    const { state } = parts.controller;
    const isBusy = parts.isBusy || isSigningIn(state);
    parts.confirmation = this.links.next(isBusy, state, parts.confirmation) ?? parts.confirmation;
  }
}
