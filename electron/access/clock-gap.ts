import type { Environment } from './environment.ts';

const everyMs = 2_000;
/**
 * A timer this late was not merely busy: the computer slept. On macOS App Nap holds back the timers of an app whose
 * windows nobody sees, by 16 to 20 seconds: there the system announces each wake, and this is for those that it missed.
 */
const gapMsOn = (platform: NodeJS.Platform): number => (platform === 'darwin' ? 30_000 : 6_000);
/** And a clock that goes back by more than a correction of it was set. */
const backMs = 1_000;

/**
 * The same environment with a second opinion: where the system does not announce that it woke up, a gap in
 * the wall clock does. A clock that was set looks the same, and asks for the same: another look at the gateway.
 */
export function withClockGap(environment: Environment, now: () => number, platform: NodeJS.Platform = process.platform): Environment {
  const gapMs = gapMsOn(platform);
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
