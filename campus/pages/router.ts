import type { Answer } from './reply.ts';
import type { Visit } from './visit.ts';

export type Handler = (visit: Visit) => Answer;
export type Method = 'GET' | 'POST';

interface Route {
  method: Method;
  segments: string[];
  handler: Handler;
}

/** What a request leads to: a handler with the named parts of its path, or why there is none. */
export type Match = { handler: Handler; params: Record<string, string> } | 'unknown-path' | 'wrong-method';

/** A table of routes. `:name` in a path takes one segment and hands it over decoded. */
export class Router {
  readonly #routes: Route[] = [];

  get(path: string, handler: Handler): this {
    this.#routes.push({ method: 'GET', segments: path.split('/'), handler });
    return this;
  }

  post(path: string, handler: Handler): this {
    this.#routes.push({ method: 'POST', segments: path.split('/'), handler });
    return this;
  }

  match(method: Method, path: string): Match {
    let known = false;
    for (const route of this.#routes) {
      const params = capture(route.segments, path.split('/'));
      if (!params) continue;
      known = true;
      if (route.method === method) return { handler: route.handler, params };
    }
    return known ? 'wrong-method' : 'unknown-path';
  }
}

function capture(pattern: string[], actual: string[]): Record<string, string> | null {
  if (pattern.length !== actual.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const given = actual[index] ?? '';
    if (!segment.startsWith(':')) {
      if (segment !== given) return null;
      continue;
    }
    const decoded = decode(given);
    if (!decoded) return null;
    params[segment.slice(1)] = decoded;
  }
  return params;
}

/** Null for an escape that stands for no text, which then is a path that nobody knows. */
function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
