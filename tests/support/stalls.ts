/** How long the process stood still for its own or the computer's reasons, which the product's time limits cannot help. */
export function watchStalls(): { soFar: () => number; stop: () => number } {
  let last = performance.now();
  let stalled = 0;
  const look = (): void => {
    const now = performance.now();
    stalled += Math.max(0, now - last - 20);
    last = now;
  };
  // It must not keep the process alive, because some of these tests count what does
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

/** The milliseconds that some work took, less the time that the process stood still. For the limits that people are promised. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const stalls = watchStalls();
  const from = performance.now();
  // After a failure, the timer is left to the end of the test's process
  await work();
  return performance.now() - from - stalls.stop();
}
