import * as z from 'zod/mini';

/** The systems that openconnect can report, of those that are computers (openconnect(8), `--os`). */
export const reportedSystemSchema = z.enum(['linux', 'linux-64', 'win', 'mac-intel']);

/** The value of the `User-Agent` header: one line of printable ASCII without spaces at its ends. */
export const userAgentSchema = z.string().check(z.regex(/^[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?$/));

/** The name and system that another vendor's gateway sees, the same at sign-in and in the tunnel. */
export const agentSchema = z.strictObject({ userAgent: userAgentSchema, system: reportedSystemSchema });
export type Agent = z.infer<typeof agentSchema>;

/** Some Cisco gateways accept only names that begin like this. OpenConnect has used such a name since 9.10. */
const ours = 'AnyConnect-compatible Causeway';
const systems: Readonly<Record<string, Agent['system']>> = { win32: 'win', darwin: 'mac-intel' };

/** This program's name and system, or those that the policy sets. @param platform as in `process.platform` */
export function agentFor(platform: string, policy: { userAgent?: string | null; reportedSystem?: Agent['system'] | null } = {}): Agent {
  return { userAgent: policy.userAgent ?? ours, system: policy.reportedSystem ?? systems[platform] ?? 'linux-64' };
}
