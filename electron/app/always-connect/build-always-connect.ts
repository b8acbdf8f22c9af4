import type { ApplicationDeps } from '../application-deps.ts';
import type { Parts } from '../parts.ts';
import { AlwaysConnect } from './always-connect.ts';

/** Builds always-connect. */
export function buildAlwaysConnect(parts: Parts, deps: ApplicationDeps, changed: () => void): AlwaysConnect {
  const { environment, now, random, log } = deps;
  return new AlwaysConnect({
    isWanted: () => parts.preferences.alwaysConnect,
    campus: () => parts.profileStore.selected?.id ?? null,
    isBusy: () => parts.isBusy || parts.profileStore.preview !== null,
    access: () => parts.controller.state,
    connect: (profileId) => parts.connectByItself(profileId),
    end: () => parts.controller.disconnect(),
    acknowledge: () => parts.controller.acknowledge(),
    isOnCampus: (profileId, signal) => parts.controller.isOnCampus(parts.profileStore.find(profileId), signal),
    environment,
    now,
    random,
    changed,
    log,
    stop: parts.stop,
  });
}
