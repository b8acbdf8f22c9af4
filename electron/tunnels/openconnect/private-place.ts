import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Unix socket's path may have about a hundred bytes (unix(7)). */
const longestFolder = 70;

/** Where a process serves streams to this one: a socket in a folder that only this user can enter, or a Windows pipe. */
export function privatePlace(): { readonly path: string; remove(): void } {
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\causeway-${randomBytes(16).toString('hex')}`, remove: () => undefined };
  // mkdtemp(3) makes it with the mode 0700
  const folder = mkdtempSync(join(Buffer.byteLength(tmpdir()) > longestFolder ? '/tmp' : tmpdir(), 'causeway-'));
  return { path: join(folder, 'streams'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
