import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** One process in the kernel's table. The id alone may belong to another process a moment later. */
export interface ProcessEntry {
  pid: number;
  parent: number;
  /** In clock ticks since boot. Together with the id it identifies one process. */
  startedAt: string;
  command: string;
  /** It has ended, and its parent has not read its exit status. */
  ended: boolean;
}

/** Every process of this computer. Linux only. */
async function allProcesses(): Promise<ProcessEntry[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = async (id: string): Promise<ProcessEntry | null> => {
    const [line, command] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${id}/${file}`, 'utf8').catch(() => '')), // It may have ended meanwhile
    );
    // The name in brackets may itself contain spaces and brackets
    const fields = (line ?? '').slice((line ?? '').lastIndexOf(')') + 2).split(' ');
    const [state, parent, startedAt] = [fields[0], fields[1], fields[19]];
    if (state === undefined || parent === undefined || startedAt === undefined) return null;
    const ended = state === 'Z' || state === 'X';
    return { pid: Number(id), parent: Number(parent), startedAt, command: (command ?? '').replaceAll('\0', ' ').slice(0, 200), ended };
  };
  return (await Promise.all(ids.map(read))).filter((entry) => entry !== null);
}

/** A process and all its descendants. */
export async function familyOf(pid: number): Promise<ProcessEntry[]> {
  const all = await allProcesses();
  const family = all.filter((entry) => entry.pid === pid);
  for (const member of family) family.push(...all.filter((entry) => entry.parent === member.pid));
  return family;
}

/** Waits until none of them runs. Rejects with the command lines of those that remain. */
export async function allGone(family: readonly ProcessEntry[], withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const alive = (await allProcesses()).filter(
      (entry) => !entry.ended && family.some(({ pid, startedAt }) => entry.pid === pid && entry.startedAt === startedAt),
    );
    if (alive.length === 0) return;
    if (Date.now() > deadline) throw new Error(`left behind: ${alive.map(({ command }) => command).join('\n')}`);
    await pause(20);
  }
}
