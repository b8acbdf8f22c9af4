import { open } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { reportedSystemSchema, userAgentSchema, type Agent } from '../../shared/user-agent.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import { plainLine } from '../../shared/plain-text.ts';
import { onlyRootCanChange } from '../system/root-owned.ts';
import { withoutForbiddenPatterns } from './host-patterns.ts';
import { readProfileFile } from './profile-file.ts';

/** What this computer's administrator decides for everybody on it. A profile cannot change any of it. */
export interface Policy {
  /** The path of libopenconnect, instead of the installer's or the system's one. */
  readonly library: string | null;
  readonly openconnect: string | null;
  readonly ocproxy: string | null;
  /** A program that answers a gateway's host check. */
  readonly hostCheckWrapper: string | null;
  /** Whether a person may accept a server's certificate that nothing vouches for. `strict` refuses it instead of asking. */
  readonly certificates: 'ask' | 'strict';
  /** Whether people may sign in to a gateway whose TLS is too old ({@link findOldTls} of `net/old-tls.ts`). */
  readonly oldTls: 'refuse' | 'allow';
  /** The `User-Agent` that other makers' gateways see, at sign-in and in the tunnel. Null: our own. */
  readonly userAgent: string | null;
  /** The operating system that those gateways see. Null: the real one. */
  readonly reportedSystem: Agent['system'] | null;
  /** Whether people may save a key for one-time codes, if the campus's profile allows it too. */
  readonly keptCodes: boolean;
  /** Whether people may keep their sign-in on a campus's own page, if the campus's profile allows it too. */
  readonly keepPageSignIns: boolean;
  /** Whether a profile may allow hosts of its sign-in page by a pattern: `*.campus.example`. */
  readonly wildcardHosts: boolean;
  /** Whether the app refuses to start without Chromium's sandbox. An AppImage starts without one on systems that do not let programs create it. */
  readonly sandboxRequired: boolean;
  /** Profiles that everybody on this computer gets without being asked. */
  readonly profiles: readonly Profile[];
}

export const noPolicy: Policy = {
  library: null,
  openconnect: null,
  ocproxy: null,
  hostCheckWrapper: null,
  certificates: 'ask',
  oldTls: 'refuse',
  userAgent: null,
  reportedSystem: null,
  keptCodes: false,
  keepPageSignIns: true,
  wildcardHosts: false,
  sandboxRequired: false,
  profiles: [],
};

export interface ReadPolicy {
  policy: Policy;
  /** What to tell the person: `policy-ignored`, `policy-repaired` or null. */
  notice: Failure | null;
}

const maxBytes = 64 * 1024;
const maxProfiles = 20;

/** The programs that the policy names, in the form that the program search takes. */
export function programsOf({ openconnect, ocproxy }: Policy): { openconnect?: string; ocproxy?: string } {
  return { ...(openconnect !== null && { openconnect }), ...(ocproxy !== null && { ocproxy }) };
}

/** The path of the policy file on a system. */
export function policyFile(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): string {
  if (platform === 'win32') return path.win32.join(env['ProgramData'] ?? 'C:\\ProgramData', 'Causeway', 'policy.json');
  return platform === 'darwin' ? '/Library/Application Support/Causeway/policy.json' : '/etc/causeway/policy.json';
}

/**
 * Reads the policy. It ignores and reports a file that others than root could have written, and one that is not a JSON
 * object. It drops and names a bad or unknown key and keeps the rest. Without a file there is no policy. Never rejects.
 */
export async function readPolicy(file: string, platform: NodeJS.Platform): Promise<ReadPolicy> {
  const ignored = (detail: string): ReadPolicy => ({ policy: noPolicy, notice: { code: 'policy-ignored', params: { file }, detail } });
  let text: string;
  try {
    text = await readStart(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return code === 'ENOENT' || code === 'ENOTDIR' ? { policy: noPolicy, notice: null } : ignored(code || 'unreadable');
  }
  if (!(await onlyRootCanChange(file))) return ignored('others than an administrator could have written it');
  const entries = z.record(z.string(), z.unknown()).safeParse(parse(text));
  if (!entries.success) return ignored('no JSON object');
  return readEntries(entries.data, file, platform);
}

async function readEntries(entries: Record<string, unknown>, file: string, platform: NodeJS.Platform): Promise<ReadPolicy> {
  const { [platform === 'win32' ? 'win32' : 'posix']: paths } = path;
  const place = z.string().check(
    z.maxLength(4096),
    z.refine((text) => paths.isAbsolute(text) && !/\p{Cc}/u.test(text)),
  );
  const dropped = Object.keys(entries).filter((key) => !Object.hasOwn(noPolicy, key));
  const take = <T>(key: keyof Policy, schema: z.ZodMiniType<T>): T | null => {
    if (!Object.hasOwn(entries, key)) return null;
    const read = schema.safeParse(entries[key]);
    if (!read.success) dropped.push(key);
    return read.success ? read.data : null;
  };
  const wildcardHosts = take('wildcardHosts', z.boolean()) ?? false;
  const policy: Policy = {
    library: take('library', place),
    openconnect: take('openconnect', place),
    ocproxy: take('ocproxy', place),
    hostCheckWrapper: take('hostCheckWrapper', place),
    // An unknown value was probably meant to forbid something
    certificates: take('certificates', z.enum(['ask', 'strict'])) ?? (Object.hasOwn(entries, 'certificates') ? 'strict' : 'ask'),
    oldTls: take('oldTls', z.enum(['refuse', 'allow'])) ?? 'refuse',
    userAgent: take('userAgent', userAgentSchema),
    reportedSystem: take('reportedSystem', reportedSystemSchema),
    keptCodes: take('keptCodes', z.boolean()) ?? false,
    keepPageSignIns: take('keepPageSignIns', z.boolean()) ?? !Object.hasOwn(entries, 'keepPageSignIns'),
    wildcardHosts,
    sandboxRequired: take('sandboxRequired', z.boolean()) ?? Object.hasOwn(entries, 'sandboxRequired'),
    profiles: await managedProfiles(take('profiles', z.array(place).check(z.maxLength(maxProfiles))) ?? [], wildcardHosts, dropped),
  };
  const keys = dropped
    .map((key) => plainLine(key).slice(0, 60))
    .join(', ')
    .slice(0, 500);
  return { policy, notice: dropped.length === 0 ? null : { code: 'policy-repaired', params: { file, key: keys } } };
}

/** Reads the profiles in these files. Drops and names each one that cannot be read or that others than root could have written, and each unused key. */
async function managedProfiles(files: readonly string[], wildcardHosts: boolean, dropped: string[]): Promise<Profile[]> {
  const profiles: Profile[] = [];
  for (const [index, file] of files.entries()) {
    const read = (await onlyRootCanChange(file)) ? await readProfileFile(file).catch(() => null) : null;
    if (read) {
      const kept = withoutForbiddenPatterns(read, wildcardHosts);
      profiles.push(kept.profile);
      dropped.push(...kept.dropped.map((key) => `profiles.${index}.${key}`));
    } else dropped.push(`profiles.${index}`);
  }
  return profiles;
}

async function readStart(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(maxBytes) });
    return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
  } finally {
    await handle.close();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
