import { open, stat } from 'node:fs/promises';
import path from 'node:path';

/** So much of a log goes into a report: enough for the last few sign-ins, and short enough to be read. */
const maxLines = 250;
const maxBytes = 96 * 1024;

/** The last lines of a log. The newest file is `file`, the one before it `file.1`. Empty if there is none. */
export async function logTail(file: string): Promise<string[]> {
  const newest = await tailOf(file);
  const lines = newest.length >= maxLines ? newest : [...(await tailOf(`${file}.1`)), ...newest];
  return lines.slice(-maxLines);
}

/** The app's log in its folder. */
export const appLog = (userData: string): string => path.join(userData, 'logs', 'causeway.log');

async function tailOf(file: string): Promise<string[]> {
  const size = (await stat(file).catch(() => null))?.size ?? 0;
  if (size === 0) return [];
  try {
    await using handle = await open(file);
    const start = Math.max(0, size - maxBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n').filter(Boolean);
    // The first one is cut
    return start > 0 ? lines.slice(1) : lines;
  } catch (error) {
    return [`(${error instanceof Error ? error.message : 'unreadable'})`];
  }
}
