import type { Dirent } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { familyOf } from './processes.ts';

/** A place that must not hold secrets: its name and its content. */
export type Place = readonly [name: string, content: Buffer];

/** The encoded forms of a secret, by name. */
export function formsOf(secret: string): Map<string, Buffer> {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const everyByte = hex.replaceAll(/../g, '%$&');
  return new Map([
    ['plain', bytes],
    ['in JSON', Buffer.from(JSON.stringify(secret).slice(1, -1))],
    ['percent-encoded', Buffer.from(encodeURIComponent(secret))],
    ['percent-encoded form', Buffer.from(new URLSearchParams([['', secret]]).toString().slice(1))],
    ['percent-encoded byte by byte', Buffer.from(everyByte)],
    ['PERCENT-ENCODED byte by byte', Buffer.from(everyByte.toUpperCase())],
    ['hex', Buffer.from(hex)],
    ['HEX', Buffer.from(hex.toUpperCase())],
    ['UTF-16LE', Buffer.from(secret, 'utf16le')],
    ['UTF-16BE', Buffer.from(secret, 'utf16le').swap16()],
    // In the middle of a longer text, its first and last characters depend on what surrounds it
    ...[0, 1, 2].flatMap((before): [string, Buffer][] => {
      const padded = Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64')
        .replaceAll('=', '');
      const firm = padded.slice(before === 0 ? 0 : before + 1, (before + bytes.length) % 3 === 0 ? undefined : -1);
      return [
        [`base64 +${before}`, Buffer.from(firm)],
        [`base64url +${before}`, Buffer.from(firm.replaceAll('+', '-').replaceAll('/', '_'))],
      ];
    }),
  ]);
}

/** Every secret found in a place, as `name of the secret, form, in place`. */
export function findCanaries(places: readonly Place[], secrets: ReadonlyMap<string, string>): string[] {
  return [...secrets].flatMap(([name, secret]) => {
    const forms = [...formsOf(secret)];
    return places.flatMap(([place, content]) => {
      const found = forms.find(([, form]) => content.includes(form));
      return found ? [`${name}, ${found[0]}, in ${place}`] : [];
    });
  });
}

/**
 * The result of looking at a file or folder, or `gone` if it no longer exists, because a running browser's files come and
 * go. Other errors are errors.
 */
export async function unlessGone<T>(look: Promise<T>, gone: T): Promise<T> {
  return look.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return gone;
    throw error;
  });
}

/** Everything below a folder, folders included, that exists during the search. */
export async function entriesBelow(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory());
  const deeper = await Promise.all(folders.map(({ name }) => unlessGone(entriesBelow(path.join(folder, name)), [])));
  return [...entries, ...deeper.flat()];
}

/** Every file below some folders. The content includes the file's name, because a secret may be in a name or in a link's target. */
export async function filesBelow(...folders: string[]): Promise<Place[]> {
  const entries = (await Promise.all(folders.map(entriesBelow))).flat();
  return Promise.all(
    entries.map(async (entry): Promise<Place> => {
      const file = path.join(entry.parentPath, entry.name);
      const nothing = Buffer.alloc(0);
      const content = entry.isFile()
        ? unlessGone(readFile(file), nothing)
        : entry.isSymbolicLink()
          ? unlessGone(readlink(file, 'buffer'), nothing)
          : nothing;
      return [file, Buffer.concat([Buffer.from(`${file}\n`), await content])];
    }),
  );
}

/** Arguments and environment of a process and of all its descendants. Linux only. */
export async function processTexts(pid: number): Promise<Place[]> {
  const family = await familyOf(pid);
  const files = family.flatMap((entry) => [`/proc/${entry.pid}/cmdline`, `/proc/${entry.pid}/environ`]);
  return Promise.all(files.map(async (file): Promise<Place> => [file, await readFile(file).catch(() => Buffer.alloc(0))]));
}
