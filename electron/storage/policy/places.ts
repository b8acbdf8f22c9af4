import { policyFile, readPolicyFile } from './file.ts';
import type { PolicyPlaces } from './live-policy.ts';
import { readPreferencePolicy, watchPreferencePolicy } from './preferences.ts';
import { readRegistryPolicy, watchRegistryPolicy } from './registry.ts';
import { watchFile } from './watch-file.ts';

/** The places of this computer's policy, best first: what is enforced for the computer, then for the person, then defaults. */
export function policyPlaces(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): PolicyPlaces {
  const file = policyFile(platform, env);
  const watch = (changed: () => void): (() => void) => watchFile(file, changed);
  if (platform === 'win32')
    return {
      async read() {
        const [{ machine, machineDefaults, user, userDefaults, installer }, { enforced, defaults }] = await Promise.all([
          readRegistryPolicy(),
          readPolicyFile(file),
        ]);
        const [ruled, chosen] = user.byPerson ? [[], [user]] : [[user], []];
        return [machine, enforced, ...ruled, machineDefaults, defaults, userDefaults, ...chosen, installer];
      },
      watch: all(watch, watchRegistryPolicy),
    };
  if (platform === 'darwin')
    return {
      async read() {
        const [{ managed, others }, { enforced, defaults }] = await Promise.all([readPreferencePolicy(), readPolicyFile(file)]);
        return [managed, enforced, defaults, others];
      },
      watch: all(watch, watchPreferencePolicy),
    };
  return {
    async read() {
      const { enforced, defaults } = await readPolicyFile(file);
      return [enforced, defaults];
    },
    watch,
  };
}

type Watch = PolicyPlaces['watch'];
const all =
  (...watches: readonly Watch[]): Watch =>
  (changed) => {
    const stops = watches.map((watch) => watch(changed));
    return () => {
      for (const stop of stops) stop();
    };
  };
