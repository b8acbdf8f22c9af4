import { readFileSync } from 'node:fs';
import type { LoadURLOptions } from 'electron';
import type { NetError } from './net-errors.ts';

/** The body and headers of a load that the app posts. */
export interface PostLoad {
  body: Buffer;
  headers: Record<string, string>;
}

/** What `loadURL`'s options post; null where it gets. */
export function postOf({ postData, extraHeaders }: LoadURLOptions): PostLoad | null {
  if (!postData) return null;
  const parts = postData.map((part) => ('bytes' in part ? part.bytes : readFileSync(part.filePath)));
  const lines = (extraHeaders ?? '').split('\n').filter((line) => line.includes(':'));
  const headers = lines.map((line): [string, string] => [
    line.slice(0, line.indexOf(':')).trim(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return { body: Buffer.concat(parts), headers: Object.fromEntries(headers) };
}

/** The error that `loadURL` rejects with, in Electron's words. */
export function loadError({ code, name }: NetError, url: string, cause: unknown): Error {
  return Object.assign(new Error(`${name} (${code}) loading '${url}'`, { cause }), { errno: code, code: name, url });
}
