import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { isRootsAlone } from '../trust/root-owned.ts';

/**
 * Who may open a system tunnel, and where to: a file that only root can write. Whoever and whatever it does not name is
 * refused; without the file, everybody is.
 */
export const configPath = '/etc/causeway/helper.json';

const absolutePath = z.string().check(z.regex(/^\/[A-Za-z0-9._/ +-]+$/), z.maxLength(300));
const configSchema = z.strictObject({
  users: z.array(z.string().check(z.regex(/^[a-z_][a-z0-9_.-]{0,31}$/))).check(z.maxLength(1000)),
  /** Host names as a profile has them, or `*.campus.example` for all below one. */
  gateways: z.array(z.string().check(z.regex(/^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/))).check(z.maxLength(200)),
  /** Where the system's are not to be used. */
  openconnect: z.optional(absolutePath),
  vpncScript: z.optional(absolutePath),
});
export type HelperConfig = z.infer<typeof configSchema>;

/** Reads it anew. Throws where it is not root's alone, is missing or does not fit. */
export async function readConfig(path: string): Promise<HelperConfig> {
  if (!(await isRootsAlone(path))) throw new Error(`${path} has to be there, root's, and writable by root only, as all folders above it`);
  return configSchema.parse(JSON.parse(await readFile(path, 'utf8')));
}

/** What root's own command line says in place of the file: for a helper that is started once. */
export const configOf = (user: string, gateways: readonly string[]): HelperConfig => configSchema.parse({ users: [user], gateways });

/** Whether a tunnel may lead to that host. */
export function allowsGateway({ gateways }: HelperConfig, host: string): boolean {
  const name = host.toLowerCase();
  return gateways.some((entry) => {
    const allowed = entry.toLowerCase();
    return allowed.startsWith('*.') ? name.endsWith(allowed.slice(1)) && name.length > allowed.length - 1 : name === allowed;
  });
}

export interface LocalUser {
  name: string;
  uid: number;
  gid: number;
}

/** The users of the configuration that this computer knows. */
export async function usersOf({ users }: HelperConfig, log: (line: string) => void): Promise<LocalUser[]> {
  const found = await Promise.all(
    users.map(async (name): Promise<LocalUser[]> => {
      try {
        const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
        return [{ name, uid, gid }];
      } catch {
        log(`nobody here is called ${name}`);
        return [];
      }
    }),
  );
  return found.flat();
}

/** The system's own answer: users may come from a directory as well as from a file. */
async function idOf(what: '-u' | '-g', name: string): Promise<number> {
  const { stdout } = await promisify(execFile)('/usr/bin/id', [what, name], { timeout: 5_000, env: {} });
  return z.number().check(z.int(), z.minimum(0)).parse(Number(stdout.trim()));
}
