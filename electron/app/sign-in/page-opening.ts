import type { PreparedAnswer } from '../../access/prompts.ts';

/**
 * Decides whether the campus's own page opens without another click. It does so once in an attempt, at the first gateway, if
 * a person pressed Connect for this attempt. Otherwise a button opens it, because the page may ring a phone.
 */
export class PageOpening {
  private readonly contacted = new Set<string>();

  /** Answers the question that comes before the page, for a new attempt. `pressed`: a person pressed Connect, or a task, for it. */
  begin(pressed: boolean): PreparedAnswer {
    this.contacted.clear();
    let mayOpen = pressed;
    return async (prompt) => {
      if (prompt.kind !== 'browser' || prompt.where !== 'window') return null;
      const opens = mayOpen && !prompt.failure && this.isAtFirstGateway;
      mayOpen = false;
      return opens ? { kind: 'browser', where: 'window' } : null;
    };
  }

  /** Whether this attempt has contacted no gateway but one. */
  get isAtFirstGateway(): boolean {
    return this.contacted.size <= 1;
  }

  /** Notes that a gateway (`host[:port]`) is being contacted. */
  noteContact(gateway: string): void {
    this.contacted.add(gateway);
  }
}
