/**
 * Whether the far end of a tunnel is heard: it is asked something, and that it answers at all is what counts.
 *
 * A far end that has never answered tells nothing by saying nothing: not every campus has a name server that answers
 * strangers, and a link is not to be given up for that. openconnect's own clock finds out then, within seconds.
 */
export class FarEnd {
  private hasAnswered = false;

  /** @param ask whether it answered within so many milliseconds; never rejects */
  constructor(private readonly ask: (withinMs: number) => Promise<boolean>) {}

  /** False only where it used to answer and does not. */
  async isHeard(withinMs: number): Promise<boolean> {
    const answered = await this.ask(withinMs);
    if (answered) this.hasAnswered = true;
    return answered || !this.hasAnswered;
  }
}

/** How long a far end that is there is waited for when a tunnel is new, to learn whether it is one that answers. */
export const firstAnswerTimeoutMs = 3_000;
