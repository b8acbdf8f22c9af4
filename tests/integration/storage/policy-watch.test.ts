import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readPolicyFile } from '../../../electron/storage/policy/file.ts';
import { LivePolicy } from '../../../electron/storage/policy/live-policy.ts';
import { watchFile } from '../../../electron/storage/policy/watch-file.ts';

/** Only root can make a file that only root can have made. */
describe.skipIf(process.getuid?.() !== 0)('a policy file that changes while Causeway runs', () => {
  let folder: string;
  let file: string;
  let policy: LivePolicy;
  let stop: () => void;
  beforeEach(async () => {
    folder = await mkdtemp('/run/causeway-policy-');
    await chmod(folder, 0o755);
    file = path.join(folder, 'causeway', 'policy.json');
    const places = {
      async read() {
        const { enforced, defaults } = await readPolicyFile(file);
        return [enforced, defaults];
      },
      watch: (changed: () => void) => watchFile(file, changed),
    };
    policy = await LivePolicy.open(places, 'linux');
    stop = policy.watch();
  });
  afterEach(async () => {
    stop();
    await rm(folder, { recursive: true, force: true });
  });
  const certificates = () => policy.current.policy.certificates;
  const enforce = (value: string) => writeFile(file, JSON.stringify({ certificates: value }), { mode: 0o644 });

  test('a file that appears with its folder counts, is replaced, and goes with its folder', async () => {
    expect(certificates()).toBe('ask');
    await mkdir(path.dirname(file));
    await enforce('strict');
    await expect.poll(certificates).toBe('strict');
    // As editors and administrators' tools replace a file
    await writeFile(`${file}.new`, JSON.stringify({ certificates: 'ask', oldTls: 'allow' }), { mode: 0o644 });
    await rename(`${file}.new`, file);
    await expect.poll(certificates).toBe('ask');
    expect(policy.current.policy.oldTls).toBe('allow');
    await rm(path.dirname(file), { recursive: true });
    await expect.poll(() => policy.current.policy.oldTls).toBe('refuse');
    // The same name, and another folder
    await mkdir(path.dirname(file));
    await enforce('strict');
    await expect.poll(certificates).toBe('strict');
  });

  test('a file that is cut off, or that others may write all of a sudden, counts as it was before', async () => {
    await mkdir(path.dirname(file));
    await enforce('strict');
    await expect.poll(certificates).toBe('strict');
    await writeFile(file, '{"certificates": "as');
    await expect.poll(() => policy.current.notices.map(({ code }) => code)).toEqual(['policy-unreadable']);
    expect(certificates()).toBe('strict');
    expect(policy.current.policy.addProfiles).toBe(true);
    await chmod(file, 0o666);
    await expect.poll(() => policy.current.notices.map(({ code }) => code)).toEqual(['policy-ignored']);
    expect(certificates()).toBe('strict');
    await rm(file);
    await expect.poll(certificates).toBe('ask');
    expect(policy.current.notices).toEqual([]);
  });

  test('readings that overlap end with what was written last', async () => {
    await mkdir(path.dirname(file));
    for (let round = 0; round < 20; round += 1) {
      await enforce(round % 2 === 0 ? 'strict' : 'ask');
      void policy.refresh();
    }
    await enforce('strict');
    await Promise.all([policy.refresh(), policy.refresh()]);
    expect(certificates()).toBe('strict');
  });
});
