import { lstat, readlink } from 'node:fs/promises';
import type { PlatformPath } from 'node:path';

/** Linux follows at most forty links in one path (path_resolution(7)). More are a loop or an attack. */
const maxLinks = 40;

/** One folder, link or file that decides where a path leads. */
export interface PathStep {
  readonly path: string;
  /** `end`: what the path leads to. `holder`: the folder that holds it, or that holds a link. `above`: a folder further up. */
  readonly place: 'end' | 'link' | 'holder' | 'above';
}

/**
 * Lists every step of a path as the system resolves it: each folder in which a name is looked up, each link, and the end.
 * Links are followed one by one, so that each link of a chain is listed, with its folder. `..` goes up from a link's target.
 *
 * Rejects if the path is not absolute, if something is missing, or if there are too many links.
 */
export async function stepsTo(path: string, system: PlatformPath): Promise<PathStep[]> {
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
