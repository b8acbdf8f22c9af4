import { platform } from './platform/current.ts';

/**
 * Undoes a tunnel's changes to routes, and nothing else: a network joined meanwhile keeps its routes. Logs what cannot be
 * undone, such as a route of an interface that is gone.
 */
export async function restoreRoutes(
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
