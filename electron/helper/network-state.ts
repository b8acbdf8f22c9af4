import * as z from 'zod/mini';

/** `resolv.conf`: its text, and its target if it is a link. */
const resolverSchema = z.object({ link: z.nullable(z.string()), text: z.nullable(z.string()) });
export type Resolver = z.infer<typeof resolverSchema>;

export const networkSchema = z.object({
  /** In the format of the system's own command: `-4 …` or `-6 …` of `ip route`, on Windows the arguments of `route`. */
  routes: z.array(z.string().check(z.maxLength(1000))).check(z.maxLength(10_000)),
  links: z.array(z.string().check(z.maxLength(64))).check(z.maxLength(10_000)),
  resolver: resolverSchema,
});
export type NetworkState = z.infer<typeof networkSchema>;

/** The routes that were added and removed between two states. */
export function difference(before: NetworkState, after: NetworkState): { added: string[]; removed: string[] } {
  const [old, now] = [new Set(before.routes), new Set(after.routes)];
  return { added: after.routes.filter((route) => !old.has(route)), removed: before.routes.filter((route) => !now.has(route)) };
}
