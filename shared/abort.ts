/**
 * Calls `stop` once `signal` aborts; soon after this call where it has aborted already, which tells nobody who begins to
 * listen. The function that comes back takes that back.
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

/** Resolves once `signal` has aborted. It listens until then: not for many waits under one signal that lives long. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    onAbort(signal, resolve);
  });
}

/** Waits for `ms` milliseconds, or until `signal` aborts. True where the time has passed. Never rejects. */
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
