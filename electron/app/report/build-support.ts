import { Proxies } from '../../net/proxy/lookup.ts';
import type { ApplicationDeps } from '../application-deps.ts';
import { CheckRun } from '../check/check-run.ts';
import { examine } from '../check/doctor.ts';
import { wantedUnder } from '../check/own-checks.ts';
import type { Parts } from '../parts.ts';
import { Support } from './support.ts';

/** Builds Report a problem and Check my connection, which looks at all campuses. */
export function buildSupport(parts: Parts, deps: ApplicationDeps, changed: () => void): Support {
  const { now, settings, desktop, localizer, versions } = deps;
  const proxies = deps.proxies ?? new Proxies();
  const check = new CheckRun({
    examine: (signal) =>
      examine({
        tools: deps.checkTools,
        secrets: deps.secrets,
        profiles: parts.profileStore.all,
        verifierFor: (profile) => parts.profileStore.verifierFor(profile),
        now,
        app: 'here',
        proxies,
        policy: parts.policy.inForce,
        oldTlsAllowed: parts.policy.policy.oldTls === 'allow',
        own: {
          updates: parts.updates.state,
          alwaysConnect: parts.alwaysConnect.state,
          wanted: wantedUnder(parts.policy.inForce, settings.get()),
        },
        signal,
      }),
    now,
    changed,
    stop: parts.stop,
  });
  return new Support({
    state: () => parts.state,
    now,
    settings,
    policy: () => parts.policy.inForce,
    desktop,
    check,
    history: parts.history,
    redactor: parts.redactor,
    proxies,
    localizer,
    versions,
    changed,
  });
}
