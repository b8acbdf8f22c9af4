import { failureOf } from '../../shared/failure.ts';
import { Secrets } from '../../electron/storage/secrets.ts';

/**
 * Applies the steps from the command line to the real keychain, in a process of its own, because the native code keeps the
 * first session bus that it meets. Prints each result, as a JSON array.
 */
const secrets = new Secrets();
const steps: Record<string, (...args: string[]) => Promise<unknown>> = {
  availability: () => secrets.availability(),
  get: (profile = '', user = '') => secrets.get(profile, user),
  set: (profile = '', user = '', password = '') => secrets.set(profile, user, password),
  delete: (profile = '', user = '') => secrets.delete(profile, user),
};

const outcomes: unknown[] = [];
for (const step of process.argv.slice(2)) {
  const [name = '', ...args] = step.split(' ');
  outcomes.push(
    await steps[name]?.(...args).then(
      (value) => value ?? null,
      (error: unknown) => failureOf(error).code,
    ),
  );
}
process.stdout.write(JSON.stringify(outcomes));
