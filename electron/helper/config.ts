import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { plainHost } from '../trust/host.ts';
import { isRootsAlone } from '../trust/root-owned.ts';
import { platform } from './platform/here.ts';

const gatewayPattern = /^((\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]{0,39}:[0-9A-Fa-f:.]{0,39}\]?)$/;

/**
 * Who may open a system tunnel, and where to: a file that only root can write. Whoever and whatever it does not name is
 * refused; without the file, everybody is.
 */
const configSchema = z.strictObject({
  users: z.array(platform.user).check(z.maxLength(1000)),
  /** Host names as a profile has them, `*.campus.example` for all below one, or IPv6 addresses with or without brackets. */
  gateways: z.array(z.string().check(z.regex(gatewayPattern))).check(z.maxLength(200)),
  /** Where the system's are not to be used. */
  openconnect: z.optional(platform.path),
  vpncScript: z.optional(platform.path),
});
export type HelperConfig = z.infer<typeof configSchema>;

/** Reads it anew. Throws where it is not root's alone, is missing or does not fit. */
export async function readConfig(path: string): Promise<HelperConfig> {
  if (!(await isRootsAlone(path)))
    throw new Error(`${path} has to be there, and the administrator's: nobody else may be able to change it, or a folder above it`);
  return configSchema.parse(JSON.parse(await readFile(path, 'utf8')));
}

/** What root's own command line says in place of the file: for a helper that is started once. */
export const configOf = (user: string, gateways: readonly string[]): HelperConfig => configSchema.parse({ users: [user], gateways });

/** Whether a tunnel may lead to that host. */
export function allowsGateway({ gateways }: HelperConfig, host: string): boolean {
  const name = plainHost(host);
  return gateways.some((entry) => {
    const allowed = plainHost(entry);
    return allowed.startsWith('*.') ? name.endsWith(allowed.slice(1)) && name.length > allowed.length - 1 : name === allowed;
  });
}
