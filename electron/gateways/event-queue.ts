/**
 * A queue of pushed values, read as an async iterable. It allows one reader.
 * After `end()` it yields what is left and finishes; a waiting reader is woken.
 */
export class EventQueue<T> implements AsyncIterable<T> {
  private readonly values: T[] = [];
  private ended = false;
  private wake: (() => void) | null = null;

  push(value: T): void {
    if (this.ended) return;
    this.values.push(value);
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  /** The next value, or null after the end. */
  async next(): Promise<T | null> {
    for (;;) {
      const value = this.values.shift();
      if (value !== undefined) return value;
      if (this.ended) return null;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = null;
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (let value = await this.next(); value !== null; value = await this.next()) yield value;
  }
}
