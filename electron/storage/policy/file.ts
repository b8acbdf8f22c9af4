import { constants, lstat, open } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { policyVersion, type PolicyFaultDetail } from '../../../shared/policy/keys.ts';
import { onlyRootCanChange } from '../../system/root-owned.ts';
import { repeatedKeys } from './repeated-keys.ts';
import { absent, type PolicySource } from './source.ts';

/** More than twenty profiles of the largest size need less. */
export const maxPolicyBytes = 2 * 1024 * 1024;

/** The path of the policy file on a system. */
export function policyFile(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): string {
  if (platform === 'win32') return path.win32.join(env['ProgramData'] ?? 'C:\\ProgramData', 'Causeway', 'policy.json');
  return platform === 'darwin' ? '/Library/Application Support/Causeway/policy.json' : '/etc/causeway/policy.json';
}

const record = z.record(z.string(), z.unknown());

/**
 * Reads the policy file: what it enforces, and its `defaults`. A file that others than root could have written is
 * `untrusted`, one that is too large or no JSON object `unreadable`. A key that stands twice is a fault. Never rejects.
 */
export async function readPolicyFile(file: string): Promise<{ enforced: PolicySource; defaults: PolicySource }> {
  const none = { enforced: absent(file, 'enforced'), defaults: absent(`${file} (defaults)`, 'default') };
  const refused = (state: 'untrusted' | 'unreadable', detail?: string) => ({
    ...none,
    enforced: { ...none.enforced, state, ...(detail !== undefined && { detail }) },
  });
  const start = await readStart(file);
  if (start.kind === 'absent') return none;
  // Where a link leads is not known if it leads nowhere: its folder says who could have made it
  if (!(await onlyRootCanChange(start.kind === 'failed' && start.isLink ? path.dirname(file) : file)))
    return (await isHidden(file)) ? refused('unreadable', 'EACCES') : refused('untrusted');
  if (start.kind === 'failed') return refused('unreadable', start.detail);
  const entries = record.safeParse(parse(start.text));
  if (!entries.success) return refused('unreadable', 'no JSON object' satisfies PolicyFaultDetail);
  const { version, defaults, ...values } = entries.data;
  // Editors look there for the schema
  delete values['$schema'];
  const isKnown = version === undefined || version === policyVersion;
  const isNewer = typeof version === 'number' && version > policyVersion;
  const repeated = repeatedKeys(start.text);
  const isRepeated = repeated.some(([first, second]) => first === 'defaults' && second === undefined);
  const read = defaults === undefined || isRepeated ? null : record.safeParse(defaults);
  const faults = [
    ...faultsAt(repeated.flatMap(([first, second]) => (first === 'defaults' && second !== undefined ? [] : [first]))),
    ...(isKnown ? [] : [{ key: 'version', why: isNewer ? ('newer' as const) : ('wrong' as const) }]),
    ...(read && !read.success ? [{ key: 'defaults', why: 'wrong' as const }] : []),
  ];
  return {
    enforced: { ...none.enforced, state: 'read', values, faults },
    defaults: read?.success
      ? {
          ...none.defaults,
          state: 'read',
          values: read.data,
          faults: faultsAt(repeated.flatMap(([first, second]) => (first === 'defaults' && second !== undefined ? [second] : []))),
        }
      : none.defaults,
  };
}

const faultsAt = (keys: readonly string[]) => [...new Set(keys)].map((key) => ({ key, why: 'repeated' as const }));

/** `isLink`: it is a link that leads nowhere. */
type Start = { kind: 'absent' } | { kind: 'failed'; detail: string; isLink?: boolean } | { kind: 'read'; text: string };

/** The file's text without a byte order mark, if it is not too large. */
async function readStart(file: string): Promise<Start> {
  try {
    // O_NONBLOCK: do not wait on a named pipe of that name. Windows has no such flag, and there it counts as 0
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile()) return { kind: 'failed', detail: 'not a file' satisfies PolicyFaultDetail };
    if (stat.size > maxPolicyBytes) return { kind: 'failed', detail: 'larger than 2 MiB' satisfies PolicyFaultDetail };
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(maxPolicyBytes) });
    return { kind: 'read', text: buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '') };
  } catch (error) {
    const code = codeOf(error);
    const leadsNowhere = ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code);
    if (leadsNowhere && (await isLink(file))) return { kind: 'failed', detail: code, isLink: true };
    return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'absent' } : { kind: 'failed', detail: code };
  }
}

/** A link to what is not there, such as a share that is not mounted, is a policy that cannot be read, and not none. */
const isLink = (file: string): Promise<boolean> =>
  lstat(file).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );

/**
 * Whether a file is in a folder that this person may not enter and that only root can change, as `mkdir` makes it where root's
 * umask is 077. Nobody else could have written it then, so it is no reason to go on as if there were no policy.
 */
async function isHidden(file: string): Promise<boolean> {
  const code = await lstat(file).then(() => null, codeOf);
  return code === 'EACCES' && onlyRootCanChange(path.dirname(file));
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unreadable');

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
