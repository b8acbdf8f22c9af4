import type { Environment } from './environment.ts';

const checkEveryMs = 2_000;
/**
 * If a timer is this late, the computer slept. On macOS, App Nap delays the timers of an app without a visible window by 16
 * to 20 seconds, so the bound is higher there; macOS announces its wakes, and this catches those that it missed.
 */
const gapMsOn = (platform: NodeJS.Platform): number => (platform === 'darwin' ? 30_000 : 6_000);
/** A clock that goes back by more than this was set by hand, not corrected. */
const backMs = 1_000;

/**
 * The same environment, which also takes a gap in the wall clock for a wake that the system did not announce. A clock that
 * was set looks the same. That is fine: both mean that the gateway has to be asked again.
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
        if (gap > checkEveryMs + gapMs || gap < -backMs) listener();
      }, checkEveryMs);
      timer.unref();
      const off = environment.onResume(listener);
      return () => {
        clearInterval(timer);
        off();
      };
    },
  };
}
