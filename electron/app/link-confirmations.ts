import type { AccessState } from '../../shared/access-state.ts';
import type { Confirmation } from '../../shared/app-state.ts';

/**
 * Holds back the question of a link until no other question is open. If it came up while someone types a password, their
 * Enter would count as a yes.
 */
export class LinkConfirmations {
  private pending: Confirmation | null = null;
  /** The questions that this burst of links has asked, as JSON. */
  private readonly asked = new Set<string>();

  /** The links before are done with: each may be asked about anew. */
  beginBurst(): void {
    this.asked.clear();
  }

  /** A newer link replaces one whose question has not been shown yet. What a burst has asked once, it does not ask again. */
  queue(confirmation: Confirmation): void {
    if (!this.asked.has(JSON.stringify(confirmation))) this.pending = confirmation;
  }

  /** Takes the question to show now. Null when there is none, or when the person is already where the link leads. */
  next(isBusy: boolean, access: AccessState, open: Confirmation | null = null): Confirmation | null {
    const linked = this.pending;
    // The same question is on the screen already: do not ask it again afterwards
    if (linked && open && JSON.stringify(linked) === JSON.stringify(open)) this.pending = null;
    if (!this.pending || !linked || isBusy) return null;
    this.pending = null;
    const isThere = linked.kind === 'connect' && 'profileId' in access && access.profileId === linked.profileId;
    if (isThere) return null;
    this.asked.add(JSON.stringify(linked));
    return linked;
  }
}
