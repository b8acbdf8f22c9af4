/** A promise that a test awaits only after something else: if it rejects meanwhile, that is no unhandled rejection, and the test still gets the error. */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
