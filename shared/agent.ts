import * as z from 'zod/mini';

/** The systems that openconnect can say it runs on, of those that are computers (openconnect(8), `--os`). */
export const reportedSystemSchema = z.enum(['linux', 'linux-64', 'win', 'mac-intel']);

/** What goes into the header `User-Agent`: one line of printable ASCII that begins and ends with no blank. */
export const userAgentSchema = z.string().check(z.regex(/^[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?$/));

/** By what name a gateway of others gets to know this program, and on which system: the same at sign-in and in the tunnel. */
export const agentSchema = z.strictObject({ userAgent: userAgentSchema, system: reportedSystemSchema });
export type Agent = z.infer<typeof agentSchema>;

/** Some gateways of Cisco's let in only names that begin so; OpenConnect has called itself like this since 9.10. */
const ours = 'AnyConnect-compatible Causeway';
const systems: Readonly<Record<string, Agent['system']>> = { win32: 'win', darwin: 'mac-intel' };

/** The name and system of this program, and what policy says instead. @param platform as `process.platform` has it */
export function agentFor(platform: string, policy: { userAgent?: string | null; reportedSystem?: Agent['system'] | null } = {}): Agent {
  return { userAgent: policy.userAgent ?? ours, system: policy.reportedSystem ?? systems[platform] ?? 'linux-64' };
}
