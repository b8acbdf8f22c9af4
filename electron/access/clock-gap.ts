import type { Environment } from './environment.ts';

const everyMs = 2_000;
/** A timer this late was not merely busy: the computer slept. */
const gapMs = 6_000;

/**
 * The same environment with a second opinion: where the system does not announce that it woke up, a gap in
 * the wall clock does. `stop` ends the watch.
 */
export function withClockGap(environment: Environment, now: () => number): Environment & { stop(): void } {
  const listeners = new Set<() => void>();
  let last = now();
  const timer = setInterval(() => {
    const gap = now() - last;
    last = now();
    if (gap > everyMs + gapMs) for (const listener of listeners) listener();
  }, everyMs);
  timer.unref();
  return {
    onSuspend: (listener) => environment.onSuspend(listener),
    onNetworkChange: (listener) => environment.onNetworkChange(listener),
    onResume(listener) {
      listeners.add(listener);
      const off = environment.onResume(listener);
      return () => {
        listeners.delete(listener);
        off();
      };
    },
    stop: () => clearInterval(timer),
  };
}
