/** The campus's clock, in epoch milliseconds. Handed in everywhere, so that a test can move it. */
export type Now = () => number;

/** How often a waiting alarm looks at the clock: a clock that jumps (sleep, correction, test) is noticed within this. */
const lookEveryMs = 500;

/** Calls `action` once `now()` has reached `instant`. Returns what cancels it. Keeps no process alive. */
export function whenReached(now: Now, instant: number, action: () => void): () => void {
  let timer: NodeJS.Timeout;
  const look = (): void => {
    const left = instant - now();
    if (left <= 0) action();
    else timer = setTimeout(look, Math.min(left, lookEveryMs)).unref();
  };
  timer = setTimeout(look, Math.min(Math.max(instant - now(), 0), lookEveryMs)).unref();
  return () => clearTimeout(timer);
}
