import type { PreparedAnswer } from '../../access/prompts.ts';

/**
 * Decides when the campus's own page opens without another click: once in an attempt, at the first gateway, where a person
 * pressed Connect for the attempt. Everywhere else a button opens it, since the page may ring a phone.
 */
export class PageOpening {
  private readonly contacted = new Set<string>();

  /** Answers the question that comes before the page, for a new attempt. `pressed`: a person pressed Connect, or a task, for it. */
  begin(pressed: boolean): PreparedAnswer {
    this.contacted.clear();
    let mayOpen = pressed;
    return async (prompt) => {
      if (prompt.kind !== 'browser' || prompt.where !== 'window') return null;
      const opens = mayOpen && !prompt.failure && this.contacted.size <= 1;
      mayOpen = false;
      return opens ? { kind: 'browser', where: 'window' } : null;
    };
  }

  /** A gateway is contacted, `host[:port]`. */
  noteContact(gateway: string): void {
    this.contacted.add(gateway);
  }
}
