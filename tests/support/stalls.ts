/** How long the process stood still for reasons of its own or of the computer's: what a bound in the product cannot help. */
export function watchStalls(): { soFar: () => number; stop: () => number } {
  let last = performance.now();
  let stalled = 0;
  const look = (): void => {
    const now = performance.now();
    stalled += Math.max(0, now - last - 20);
    last = now;
  };
  // Not among what keeps the process alive: some of these tests count that
  const timer = setInterval(look, 5).unref();
  const soFar = (): number => {
    look();
    return stalled;
  };
  return {
    soFar,
    stop() {
      clearInterval(timer);
      return soFar();
    },
  };
}

/** How many milliseconds some work took, less what the process stood still: for the bounds that people are promised. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const stalls = watchStalls();
  const from = performance.now();
  // A failure leaves the timer to the end of the test's process
  await work();
  return performance.now() - from - stalls.stop();
}
