import { lstat, readlink } from 'node:fs/promises';
import type { PlatformPath } from 'node:path';

/** Linux follows forty links in one path (path_resolution(7)); more are a loop, or somebody's trick. */
const maxLinks = 40;

/** One thing on the way to a file that decides where the way leads, or what stands at its end. */
export interface PathStep {
  readonly path: string;
  /** `end`: what the path leads to. `holder`: the folder that holds it, or that holds a link. `above`: a folder further up. */
  readonly place: 'end' | 'link' | 'holder' | 'above';
}

/**
 * Everything that is passed on the way to a file, as the system walks it: each folder that a name is looked up in, each
 * link, and the end. Links are followed one by one, so that a link in the middle of a chain, and the folder that holds
 * it, are named too; `..` leads up from where a link led.
 *
 * Rejects where the path is not absolute, something is missing, or there are too many links.
 */
export async function hopsTo(path: string, system: PlatformPath): Promise<PathStep[]> {
  if (!system.isAbsolute(path)) throw new Error(`not an absolute path: ${path}`);
  const split = (text: string): string[] => text.split(system.sep === '/' ? '/' : /[\\/]/).filter((name) => name !== '' && name !== '.');
  const rootOf = (text: string): string => system.normalize(system.parse(text).root);
  let at = rootOf(path);
  const parents: string[] = [];
  const waiting = split(path.slice(system.parse(path).root.length));
  const found = new Map<string, PathStep['place']>();
  const add = (step: string, place: PathStep['place']): void => {
    if (place !== 'above' || !found.has(step)) found.set(step, place);
  };
  add(at, 'above');
  let links = 0;
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (name === '..') {
      at = parents.pop() ?? at;
      continue;
    }
    const next = system.join(at, name);
    const isLink = (await lstat(next)).isSymbolicLink();
    if (!isLink) {
      if (waiting.length === 0) add(at, 'holder');
      parents.push(at);
      at = next;
      add(at, 'above');
      continue;
    }
    links += 1;
    if (links > maxLinks) throw new Error(`too many links: ${path}`);
    add(at, 'holder');
    add(next, 'link');
    const target = await readlink(next);
    const root = system.parse(target).root;
    if (root !== '') {
      at = rootOf(system.isAbsolute(target) ? target : system.join(at, target));
      parents.length = 0;
      add(at, 'above');
    }
    waiting.unshift(...split(target.slice(root.length)));
  }
  add(at, 'end');
  return [...found].map(([step, place]) => ({ path: step, place }));
}
