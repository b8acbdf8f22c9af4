/**
 * Calls `stop` when `signal` aborts. If it has aborted already, which a plain listener would miss, calls it soon after
 * this function returns. Returns a function that removes the listener.
 */
export function onAbort(signal: AbortSignal | undefined, stop: () => void): () => void {
  let listening = true;
  const call = (): void => {
    if (listening) stop();
    listening = false;
  };
  if (signal?.aborted) queueMicrotask(call);
  else signal?.addEventListener('abort', call, { once: true });
  return () => {
    listening = false;
    signal?.removeEventListener('abort', call);
  };
}

/** Resolves once `signal` has aborted. It keeps a listener until then, so do not use it for many waits under one long-lived signal. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    onAbort(signal, resolve);
  });
}

/** Waits for `ms` milliseconds, or until `signal` aborts. True if the time has passed. Never rejects. */
export function delay(ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      off();
      resolve(true);
    }, ms);
    const off = onAbort(signal, () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

/**
 * A signal that aborts with the first of `signals`, or after `ms` milliseconds. Use it in place of `AbortSignal.any` with
 * `AbortSignal.timeout`: before Node 22.16 nothing holds such a timeout, and it never comes once memory was collected
 * (nodejs/node#57736).
 */
export function within(ms: number, ...signals: readonly AbortSignal[]): AbortSignal {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
  const either = AbortSignal.any([...signals, limit.signal]);
  onAbort(either, () => clearTimeout(timer));
  return either;
}
