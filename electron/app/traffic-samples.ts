import type { TrafficSample } from '../../shared/app-state.ts';

const intervalMs = 1_000;

/** Reports the session's traffic once a second while a session is up. */
export class TrafficSamples {
  private readonly listeners = new Set<(sample: TrafficSample) => void>();
  private readonly timer: NodeJS.Timeout;

  /** @param read returns the current sample, or null while nothing is connected */
  constructor(read: () => TrafficSample | null) {
    this.timer = setInterval(() => {
      const sample = read();
      if (sample) for (const listener of this.listeners) listener(sample);
    }, intervalMs);
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
