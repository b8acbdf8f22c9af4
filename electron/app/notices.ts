import type { AppNotice } from '../../shared/app-state.ts';
import { failureOf, type Failure } from '../../shared/failure.ts';

/** What is told beside whatever the screen shows, until the person puts it away. */
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

  /** Puts up a notice that has an id of its own. */
  add(notice: AppNotice): void {
    this.notices.push(notice);
    this.changed();
  }

  /** Tells a failure; once, for as long as it is up. */
  tell(failure: Failure): void {
    if (!this.notices.some((notice) => notice.id === failure.code)) this.notices.push({ id: failure.code, failure });
    this.changed();
  }

  dismiss(id: string): void {
    const index = this.notices.findIndex((notice) => notice.id === id);
    if (index >= 0) this.notices.splice(index, 1);
    this.changed();
  }

  /** Work that no call waits for: its failure is told. */
  background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.tell(failureOf(error));
    });
  }
}
