/** The campus's clock, in epoch milliseconds. It is passed in everywhere, so that a test can move it. */
export type Now = () => number;

/** How often a waiting alarm checks the clock, so that it notices a jump (sleep, correction, test) within this time. */
const lookEveryMs = 500;

/** Calls `action` once `now()` has reached `instant`. Returns a function that cancels it. It does not keep the process alive. */
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
