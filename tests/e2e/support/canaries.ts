import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { familyOf } from './processes.ts';

/** A place that secrets must not be in: its name, and what is in it. */
export type Place = readonly [name: string, content: Buffer];

/** How a secret may stand somewhere, by the name of the form. */
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
    // Where it stands in the middle of something, its first and last characters depend on what is beside it
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

/** Every secret that is in a place, as `name of the secret, form, in place`. */
export function findCanaries(places: readonly Place[], secrets: ReadonlyMap<string, string>): string[] {
  return [...secrets].flatMap(([name, secret]) => {
    const forms = [...formsOf(secret)];
    return places.flatMap(([place, content]) => {
      const found = forms.find(([, form]) => content.includes(form));
      return found ? [`${name}, ${found[0]}, in ${place}`] : [];
    });
  });
}

/** Every file below some folders, its name among its content: a secret may be in a name as well. */
export async function filesBelow(...folders: string[]): Promise<Place[]> {
  const listed = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true, withFileTypes: true })));
  const files = listed.flat().map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file): Promise<Place> => [
      file,
      Buffer.concat([Buffer.from(`${file}\n`), await readFile(file).catch(() => Buffer.alloc(0))]),
    ]),
  );
}

/** Arguments and environment of a process and of all that it started. Linux only. */
export async function processTexts(pid: number): Promise<Place[]> {
  const family = await familyOf(pid);
  const files = family.flatMap((entry) => [`/proc/${entry.pid}/cmdline`, `/proc/${entry.pid}/environ`]);
  return Promise.all(files.map(async (file): Promise<Place> => [file, await readFile(file).catch(() => Buffer.alloc(0))]));
}
