import type { Environment } from './environment.ts';

const everyMs = 2_000;
/** A timer this late was not merely busy: the computer slept. */
const gapMs = 6_000;
/** And a clock that goes back by more than a correction of it was set. */
const backMs = 1_000;

/**
 * The same environment with a second opinion: where the system does not announce that it woke up, a gap in
 * the wall clock does. A clock that was set looks the same, and asks for the same: another look at the gateway.
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
        if (gap > everyMs + gapMs || gap < -backMs) listener();
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
