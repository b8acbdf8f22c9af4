import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import asar from '@electron/asar';
import { NtExecutable, NtExecutableResource } from 'resedit';
import * as z from 'zod';
import type { Package } from './packed.ts';
import { readPlist } from './plist.ts';

/**
 * What Electron compares before it runs the app: the SHA-256 of the archive's header, noted in the executable on Windows
 * and in Info.plist on macOS. It ends at once where they differ or nothing is noted (`HeaderIntegrity` in
 * `shell/common/asar/archive_win.cc` and `archive_mac.mm`). On Linux it compares nothing.
 */

/** Which of the notes does not fit the archive, in sentences. None on Linux, where nothing is noted. */
export function wrongIntegrity({ target, executable, resources }: Package): string[] {
  const archive = join(resources, 'app.asar');
  const header = createHash('sha256').update(asar.getRawHeader(archive).headerString).digest('hex');
  const contents = wrongContents(archive);
  switch (target.platform) {
    case 'linux':
      return contents;
    case 'win32':
      return [...differs(notedInExecutable(executable), header), ...contents];
    case 'darwin':
      return [...differs(notedInPlist(join(resources, '..', 'Info.plist')), header), ...contents];
  }
}

/** The hash that is noted, in lower case; or in a sentence why there is none. */
type Noted = { hash: string } | { wrong: string };

function differs(noted: Noted, header: string): string[] {
  if ('wrong' in noted) return [noted.wrong];
  return noted.hash === header ? [] : [`the noted hash of app.asar's header is ${noted.hash}, and it is ${header}`];
}

/** `file` is compared in lower case (`archive_win.cc`). */
const windowsNotes = z.array(z.object({ file: z.string(), alg: z.string(), value: z.string() }));

/** The resource `ELECTRONASAR` of the kind `INTEGRITY`. Windows looks for both names in capitals. */
function notedInExecutable(executable: string): Noted {
  const { entries } = NtExecutableResource.from(NtExecutable.from(readFileSync(executable), { ignoreCert: true }));
  const found = entries.filter(({ type, id }) => type === 'INTEGRITY' && id === 'ELECTRONASAR');
  const [resource] = found;
  if (resource === undefined || found.length > 1)
    return { wrong: `the executable has ${found.length} resources INTEGRITY/ELECTRONASAR instead of one` };
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(resource.bin).toString('utf8'));
  } catch {
    return { wrong: 'the resource INTEGRITY/ELECTRONASAR is no JSON' };
  }
  const notes = windowsNotes.safeParse(json);
  const note = notes.data?.find(({ file }) => file.toLowerCase() === String.raw`resources\app.asar`);
  if (note?.alg.toLowerCase() !== 'sha256') return { wrong: 'the resource INTEGRITY/ELECTRONASAR has no SHA-256 of resources\\app.asar' };
  return { hash: note.value.toLowerCase() };
}

const macNotes = z.object({
  ElectronAsarIntegrity: z.object({ 'Resources/app.asar': z.object({ algorithm: z.literal('SHA256'), hash: z.string() }) }),
});

function notedInPlist(file: string): Noted {
  const notes = macNotes.safeParse(readPlist(readFileSync(file, 'utf8')));
  if (!notes.success) return { wrong: 'Info.plist has no SHA-256 of Resources/app.asar in ElectronAsarIntegrity' };
  return { hash: notes.data.ElectronAsarIntegrity['Resources/app.asar'].hash };
}

const fileSchema = z.object({
  size: z.number(),
  offset: z.string(),
  integrity: z.object({ algorithm: z.literal('SHA256'), hash: z.string() }),
});
const folderSchema = z.object({ files: z.record(z.string(), z.unknown()) });

/** Which files in the archive are not what its header says. Electron looks at those that lie in it, not beside it. */
function wrongContents(archive: string): string[] {
  const { headerString, headerSize } = asar.getRawHeader(archive);
  const open = openSync(archive, 'r');
  const walk = (entry: unknown, path: string): string[] => {
    const folder = folderSchema.safeParse(entry);
    if (folder.success)
      return Object.entries(folder.data.files).flatMap(([name, inner]) => walk(inner, path === '' ? name : `${path}/${name}`));
    if (typeof entry === 'object' && entry !== null && ('link' in entry || 'unpacked' in entry)) return [];
    const file = fileSchema.safeParse(entry);
    if (!file.success) return [`app.asar has no SHA-256 of ${path}`];
    const content = Buffer.alloc(file.data.size);
    // The header's own size stands before it, in 8 bytes (https://github.com/electron/asar#format)
    readSync(open, content, 0, content.length, 8 + headerSize + Number(file.data.offset));
    const hash = createHash('sha256').update(content).digest('hex');
    return hash === file.data.integrity.hash ? [] : [`${path} in app.asar is not what the archive's header says`];
  };
  try {
    return walk(JSON.parse(headerString), '');
  } finally {
    closeSync(open);
  }
}
