import * as z from 'zod/mini';
import { platform } from './platform/here.ts';

/** How names are looked up: the file, or what a link in its place leads to. */
const resolverSchema = z.object({ link: z.nullable(z.string()), text: z.nullable(z.string()) });
export type Resolver = z.infer<typeof resolverSchema>;

export const networkSchema = z.object({
  /** As the system's own command writes and reads them: `-4 …` or `-6 …` of `ip route`, on Windows the words of `route`. */
  routes: z.array(z.string().check(z.maxLength(1000))).check(z.maxLength(10_000)),
  links: z.array(z.string().check(z.maxLength(64))).check(z.maxLength(10_000)),
  resolver: resolverSchema,
});
export type NetworkState = z.infer<typeof networkSchema>;

/** What changed from one state to the other. */
export function difference(before: NetworkState, after: NetworkState): { added: string[]; removed: string[] } {
  const [old, now] = [new Set(before.routes), new Set(after.routes)];
  return { added: after.routes.filter((route) => !old.has(route)), removed: before.routes.filter((route) => !now.has(route)) };
}

/**
 * Takes back what a tunnel changed, and only that: a network that was joined meanwhile keeps its routes. What cannot be
 * put back (its interface is gone) is told to `log`.
 */
export async function putRoutesBack(
  change: { added: readonly string[]; removed: readonly string[] },
  log: (line: string) => void,
): Promise<void> {
  const routesNow = async (): Promise<Set<string>> => new Set((await platform.network.read()).routes);
  const present = await routesNow();
  for (const route of change.added) if (present.has(route) && !change.removed.includes(route)) await tryRoute('del', route, log);
  const left = await routesNow();
  for (const route of change.removed) if (!left.has(route) && !change.added.includes(route)) await tryRoute('add', route, log);
}

async function tryRoute(verb: 'add' | 'del', route: string, log: (line: string) => void): Promise<void> {
  await platform.network
    .changeRoute(verb, route)
    .catch((error: unknown) => log(`route ${verb} ${route}: ${String(error).split('\n')[0] ?? ''}`));
}
