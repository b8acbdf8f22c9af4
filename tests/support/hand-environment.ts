import type { Environment } from '../../electron/access/environment.ts';

/** An environment whose events a test fires by hand. */
export function handEnvironment(): Environment & { suspend(): void; resume(): void; networkChange(): void } {
  const listeners = { suspend: new Set<() => void>(), resume: new Set<() => void>(), network: new Set<() => void>() };
  const add = (set: Set<() => void>) => (listener: () => void) => {
    set.add(listener);
    return () => set.delete(listener);
  };
  const fire = (set: Set<() => void>) => () => {
    for (const listener of set) listener();
  };
  return {
    onSuspend: add(listeners.suspend),
    onResume: add(listeners.resume),
    onNetworkChange: add(listeners.network),
    suspend: fire(listeners.suspend),
    resume: fire(listeners.resume),
    networkChange: fire(listeners.network),
  };
}
