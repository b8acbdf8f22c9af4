import type * as Promises from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { onlyRootCanChange } from '../../../electron/system/root-owned.ts';

/** Who may do what on a Mac, as `ls -ld` shows it there: owner, mode, and where a link leads. Root is 0, the person is 501. */
const mac: Readonly<Record<string, readonly [owner: number, mode: number, link?: string]>> = {
  '/': [0, 0o755],
  '/Applications': [0, 0o775],
  '/Applications/Causeway.app': [501, 0o755],
  '/Applications/Causeway.app/Contents': [501, 0o755],
  '/Applications/Causeway.app/Contents/openconnect': [501, 0o755],
  '/Library': [0, 0o755],
  '/Library/Application Support': [0, 0o755],
  '/Library/Application Support/Causeway': [0, 0o755],
  '/Library/Application Support/Causeway/policy.json': [0, 0o644],
  '/Library/PrivilegedHelperTools': [0, 0o1755],
  '/Library/PrivilegedHelperTools/org.causeway.helper': [0, 0o755],
  '/Library/PrivilegedHelperTools/openconnect': [0, 0o755],
  '/etc': [0, 0o755, 'private/etc'],
  '/private': [0, 0o755],
  '/private/etc': [0, 0o755],
  '/private/etc/causeway': [0, 0o755],
  '/private/etc/causeway/helper.json': [0, 0o644],
  '/private/tmp': [0, 0o1777],
  '/private/tmp/openconnect': [0, 0o755],
  '/tmp': [0, 0o755, 'private/tmp'],
  '/usr': [0, 0o755],
  '/usr/local': [0, 0o755],
  '/usr/local/bin': [501, 0o775],
  '/usr/local/bin/openconnect': [501, 0o755, '../Cellar/openconnect'],
  '/usr/local/Cellar': [501, 0o775],
  '/usr/local/Cellar/openconnect': [501, 0o555],
  '/opt': [0, 0o755],
  '/opt/homebrew': [501, 0o755],
  '/opt/homebrew/openconnect': [0, 0o755],
};

const fileOf = vi.hoisted(() => ({ look: (path: string): readonly [number, number, string?] => [0, path.length] }));
fileOf.look = (path) => {
  const found = mac[path];
  if (!found) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
  return found;
};
vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof Promises>()),
  lstat: async (path: string) => {
    const [uid, mode, link] = fileOf.look(path);
    return { uid, mode, isSymbolicLink: () => link !== undefined };
  },
  readlink: async (path: string) => fileOf.look(path)[2] ?? '',
}));

describe.skipIf(process.platform === 'win32')('on a Mac', () => {
  test.each([
    '/Library/PrivilegedHelperTools/org.causeway.helper',
    '/Library/PrivilegedHelperTools/openconnect',
    '/Library/Application Support/Causeway/policy.json',
    '/etc/causeway/helper.json',
  ])('on a Mac, %s belongs to root alone', async (path) => {
    expect(await onlyRootCanChange(path)).toBe(true);
  });

  test.each([
    // Administrators of the Mac may replace what is in it, and every app is one person's
    '/Applications/Causeway.app/Contents/openconnect',
    '/Applications',
    // Homebrew's are whoever installed it's
    '/usr/local/bin/openconnect',
    '/opt/homebrew/openconnect',
    '/tmp/openconnect',
    '/Library/PrivilegedHelperTools/absent',
  ])('on a Mac, %s does not belong to root alone', async (path) => {
    expect(await onlyRootCanChange(path)).toBe(false);
  });
});
