import type { TrafficSample } from '../../shared/app-state.ts';

const everyMs = 1_000;

/** Tells once a second how much has gone through the session; nothing while there is none. */
export class TrafficSamples {
  private readonly listeners = new Set<(sample: TrafficSample) => void>();
  private readonly timer: NodeJS.Timeout;

  /** @param read the sample of this instant; null while nothing is connected */
  constructor(read: () => TrafficSample | null) {
    this.timer = setInterval(() => {
      const sample = read();
      if (sample) for (const listener of this.listeners) listener(sample);
    }, everyMs);
    this.timer.unref();
  }

  onSample(listener: (sample: TrafficSample) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
