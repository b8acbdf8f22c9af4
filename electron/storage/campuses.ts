import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { plainLine } from '../../shared/plain-text.ts';
import { readProfile, type ReadProfile } from '../../shared/profile.ts';

/** A campus whose profile ships in the app: a file of `campuses/`. CONTRIBUTING.md says how to add one. */
export interface ShippedCampus {
  /** The names to find it by, in any language. The first one is shown. */
  readonly names: readonly string[];
  /** The domains of its web and mail addresses. Hosts below them count too. */
  readonly domains: readonly string[];
  readonly read: ReadProfile;
  /** Where the facts of the profile were read. `keys` are places in the profile, such as `portal.hosts`. */
  readonly sources: readonly { keys: readonly string[]; from: string; read: string }[];
  /** The day on which somebody signed in with this profile, or null if nobody has. */
  readonly signedIn: string | null;
}

/** The day on which a fact of these sources was last read. */
export const lastRead = (sources: ShippedCampus['sources']): string =>
  sources
    .map(({ read }) => read)
    .sort()
    .at(-1) ?? '';

const day = z.iso.date();
const text = z.string().check(z.overwrite(plainLine), z.trim(), z.minLength(1), z.maxLength(300));
const campusFileSchema = z.strictObject({
  version: z.literal(1),
  names: z.array(text).check(z.minLength(1), z.maxLength(20)),
  domains: z.array(z.string().check(z.regex(/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/))).check(z.minLength(1), z.maxLength(20)),
  profile: z.record(z.string(), z.unknown()),
  sources: z.array(z.strictObject({ keys: z.array(text), from: text, read: day, says: z.optional(text) })).check(z.minLength(1)),
  signedIn: z.nullable(day),
});

/** Reads one file of `campuses/`. Throws when the file breaks its format, or as {@link readProfile} throws. */
export function readCampus(json: string): ShippedCampus {
  const { names, domains, profile, sources, signedIn } = campusFileSchema.parse(JSON.parse(json));
  return {
    names,
    domains,
    read: readProfile(JSON.stringify(profile)),
    sources: sources.map(({ keys, from, read }) => ({ keys, from, read })),
    signedIn,
  };
}

/**
 * All campuses that ship in the app, in the order of their file names. Reads the folder at the first call only. Logs and
 * skips a file that cannot be read: the person can still add their campus by its address. The function that it returns
 * never rejects.
 */
export function campusesIn(folder: string, log: (line: string) => void): () => Promise<readonly ShippedCampus[]> {
  let reading: Promise<readonly ShippedCampus[]> | null = null;
  return () => (reading ??= readAll(folder, log));
}

async function readAll(folder: string, log: (line: string) => void): Promise<readonly ShippedCampus[]> {
  const campuses: ShippedCampus[] = [];
  try {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    for (const file of files) {
      try {
        campuses.push(readCampus(await readFile(path.join(folder, file), 'utf8')));
      } catch (error) {
        log(`campuses: ${file} cannot be used: ${String(error)}`);
      }
    }
  } catch (error) {
    log(`campuses: ${String(error)}`);
  }
  return campuses;
}
