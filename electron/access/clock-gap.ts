import type { Environment } from './environment.ts';

const everyMs = 2_000;
/** A timer this late was not merely busy: the computer slept. */
const gapMs = 6_000;

/**
 * The same environment with a second opinion: where the system does not announce that it woke up, a gap in
 * the wall clock does.
 */
export function withClockGap(environment: Environment, now: () => number): Environment {
  return {
    onSuspend: (listener) => environment.onSuspend(listener),
    onNetworkChange: (listener) => environment.onNetworkChange(listener),
    onResume(listener) {
      let last = now();
      const timer = setInterval(() => {
        const gap = now() - last;
        last = now();
        if (gap > everyMs + gapMs) listener();
      }, everyMs);
      timer.unref();
      const off = environment.onResume(listener);
      return () => {
        clearInterval(timer);
        off();
      };
    },
  };
}
