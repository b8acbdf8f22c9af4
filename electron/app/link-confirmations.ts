import type { AccessState } from '../../shared/access-state.ts';
import type { Confirmation } from '../../shared/app-state.ts';

/**
 * Holds what a link asks for until nothing else is asked. A question that came up under the fingers of someone who types
 * a password would take their Enter for a yes.
 */
export class LinkConfirmations {
  private linked: Confirmation | null = null;

  /** A later link takes the place of one that was not asked yet. */
  later(confirmation: Confirmation): void {
    this.linked = confirmation;
  }

  /** What to ask now, once; null: nothing, or where it leads the person is already. */
  next(isBusy: boolean, access: AccessState, open: Confirmation | null = null): Confirmation | null {
    const { linked } = this;
    // It is on the screen already: once answered it is not asked once more
    if (linked && open && JSON.stringify(linked) === JSON.stringify(open)) this.linked = null;
    if (!this.linked || !linked || isBusy) return null;
    this.linked = null;
    const isThere = linked.kind === 'connect' && 'profileId' in access && access.profileId === linked.profileId;
    return isThere ? null : linked;
  }
}
