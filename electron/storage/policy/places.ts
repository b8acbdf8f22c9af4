import { readPolicyFile, policyFile } from './file.ts';
import type { PolicyPlaces } from './live-policy.ts';
import { watchFile } from './watch-file.ts';

/** The places of this computer's policy, best first. */
export function policyPlaces(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): PolicyPlaces {
  const file = policyFile(platform, env);
  return {
    async read() {
      const { enforced, defaults } = await readPolicyFile(file);
      return [enforced, defaults];
    },
    watch: (changed) => watchFile(file, changed),
  };
}
