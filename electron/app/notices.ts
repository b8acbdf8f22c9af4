import type { AppNotice } from '../../shared/app-state.ts';
import { failureOf, type Failure } from '../../shared/failure.ts';

/** Messages that are shown beside any screen until the person dismisses them. */
export class Notices {
  private readonly notices: AppNotice[];

  constructor(
    first: readonly AppNotice[],
    private readonly changed: () => void,
  ) {
    this.notices = [...first];
  }

  get all(): AppNotice[] {
    return [...this.notices];
  }

  /** Shows a notice with its own id. */
  add(notice: AppNotice): void {
    this.notices.push(notice);
    this.changed();
  }

  /** Shows a failure, unless one with the same code is shown already. */
  tell(failure: Failure): void {
    if (!this.notices.some((notice) => notice.id === failure.code)) this.notices.push({ id: failure.code, failure });
    this.changed();
  }

  dismiss(id: string): void {
    const index = this.notices.findIndex((notice) => notice.id === id);
    if (index >= 0) this.notices.splice(index, 1);
    this.changed();
  }

  /** Runs work that no caller waits for, and shows its failure. */
  background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.tell(failureOf(error));
    });
  }
}
