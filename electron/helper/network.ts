import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, readFile, readlink, symlink, unlink, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { cleanEnvironment } from '../tunnels/openconnect/words.ts';

/** How names are looked up: the file, or what a link in its place leads to. */
const resolverSchema = z.object({ link: z.nullable(z.string()), text: z.nullable(z.string()) });
export type Resolver = z.infer<typeof resolverSchema>;

export const networkSchema = z.object({
  /** `-4 …` or `-6 …`, as `ip route` writes and reads them. */
  routes: z.array(z.string().check(z.maxLength(1000))).check(z.maxLength(10_000)),
  links: z.array(z.string().check(z.maxLength(64))).check(z.maxLength(10_000)),
  resolver: resolverSchema,
});
export type NetworkState = z.infer<typeof networkSchema>;

const resolverFile = '/etc/resolv.conf';
/** What the kernel says of a route's condition, and does not take back. */
const conditions = /\s(linkdown|dead|offload|trap|expires \d+sec)(?=\s|$)/g;
const ipPath = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'].find((path) => existsSync(path)) ?? null;

async function ip(...words: string[]): Promise<string> {
  if (ipPath === null) return '';
  return (await promisify(execFile)(ipPath, words, { env: cleanEnvironment, timeout: 5_000, maxBuffer: 64 * 1024 * 1024 })).stdout;
}

/** Routes, interfaces and name look-up as they are now. Routes and interfaces on Linux only. */
export async function readNetwork(): Promise<NetworkState> {
  const routes = async (family: '-4' | '-6'): Promise<string[]> =>
    (await ip('-o', family, 'route', 'show', 'table', 'main'))
      .split('\n')
      .map((line) => line.replaceAll('\\', ' ').replace(conditions, '').replace(/\s+/g, ' ').trim())
      .filter(Boolean)
      .map((line) => `${family} ${line}`);
  const [four, six, links, resolver] = await Promise.all([routes('-4'), routes('-6'), ip('-o', 'link', 'show'), readResolver()]);
  const names = links.split('\n').flatMap((line) => /^\d+: ([^:@]+)[:@]/.exec(line)?.[1] ?? []);
  return { routes: [...four, ...six], links: names, resolver };
}

async function readResolver(): Promise<Resolver> {
  const isLink = await lstat(resolverFile).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  return {
    link: isLink ? await readlink(resolverFile) : null,
    text: await readFile(resolverFile, 'utf8').catch(() => null),
  };
}

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
  const routesNow = async (): Promise<Set<string>> => new Set((await readNetwork()).routes);
  const present = await routesNow();
  for (const route of change.added) if (present.has(route) && !change.removed.includes(route)) await tryRoute('del', route, log);
  const left = await routesNow();
  for (const route of change.removed) if (!left.has(route) && !change.added.includes(route)) await tryRoute('add', route, log);
}

async function tryRoute(verb: 'add' | 'del', route: string, log: (line: string) => void): Promise<void> {
  const [family = '-4', ...words] = route.split(' ');
  await ip(family, 'route', verb, ...words).catch((error: unknown) => log(`route ${verb} ${route}: ${String(error).split('\n')[0] ?? ''}`));
}

/** Removes an interface that outlived its tunnel. */
export async function removeLink(name: string): Promise<void> {
  await ip('link', 'del', 'dev', name).catch(() => undefined);
}

/** Puts name look-up back, unless somebody else has changed it since: `after` is what the tunnel made of it. */
export async function putResolverBack(before: Resolver, after: Resolver | null): Promise<void> {
  const now = await readResolver();
  if (now.link === before.link && now.text === before.text) return;
  const isOurs =
    (now.text?.includes('#@VPNC_GENERATED@') ?? false) || (after !== null && now.link === after.link && now.text === after.text);
  if (!isOurs) return;
  if (now.link !== before.link) {
    await unlink(resolverFile);
    if (before.link !== null) await symlink(before.link, resolverFile);
  }
  // In place: a link's target keeps its owner and mode, and a file that is mounted there cannot be replaced
  if (before.text !== null && (await readResolver()).text !== before.text) await writeFile(resolverFile, before.text);
}
