/**
 * Checks that the far end of a tunnel answers. Any answer counts.
 *
 * If the far end has never answered, silence means nothing: not every campus has a name server that answers us, and the
 * link must not be dropped for that. Then openconnect's own dead peer detection notices a dead link within seconds.
 */
export class FarEnd {
  private hasAnswered = false;

  /** @param ask resolves with whether the far end answered in time; never rejects */
  constructor(private readonly ask: (timeoutMs: number) => Promise<boolean>) {}

  /** False only if the far end answered before and does not answer now. */
  async responds(timeoutMs: number): Promise<boolean> {
    return (await this.roundTrip(timeoutMs)) !== null || !this.hasAnswered;
  }

  /** How long the far end takes to answer, in ms; null if it does not in time. */
  async roundTrip(timeoutMs: number): Promise<number | null> {
    const askedAt = performance.now();
    if (!(await this.ask(timeoutMs))) return null;
    this.hasAnswered = true;
    return performance.now() - askedAt;
  }
}

/** How long to wait in a new tunnel to learn whether the far end answers at all. */
export const firstAnswerTimeoutMs = 3_000;
