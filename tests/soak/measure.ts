import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Client } from '../e2e/support/client.ts';
import { familyOf } from '../e2e/support/processes.ts';

/** What the app holds, in the units that the keys name. */
export interface Held {
  /** Heap and buffers of the main process, after a collection. */
  readonly mainHeapMiB: number;
  /**
   * Without V8's young generation: V8 gives that up to 32 MiB while the process is busy, and takes it back after some idle minutes
   * (seen: 160 MiB after 1,000 connections, 122 three minutes later).
   */
  readonly mainRssMiB: number;
  /** The window's heap, after a collection. */
  readonly windowHeapMiB: number;
  /** Of the other processes of ours together: the worker, what it started. Chromium's own are left out. */
  readonly childRssMiB: number;
  readonly descriptors: number;
  readonly sockets: number;
  readonly timers: number;
  /** What keeps the main process's loop busy, besides timers. */
  readonly handles: number;
  readonly childProcesses: number;
  readonly listeningPorts: number;
  readonly profileFiles: number;
  readonly profileMiB: number;
}
export const heldKeys = [
  'mainHeapMiB',
  'mainRssMiB',
  'windowHeapMiB',
  'childRssMiB',
  'descriptors',
  'sockets',
  'timers',
  'handles',
  'childProcesses',
  'listeningPorts',
  'profileFiles',
  'profileMiB',
] as const satisfies (keyof Held)[];

const mib = 1024 * 1024;
const insideSchema = z.object({ heap: z.number(), young: z.number(), resources: z.array(z.string()) });

/** Looks at a running client from inside and outside. Linux only. */
export async function held(client: Client): Promise<Held> {
  const pid = client.electron.process().pid ?? 0;
  const inside = insideSchema.parse(
    await client.electron.evaluate(() => {
      const v8 = process.getBuiltinModule('node:v8');
      const vm = process.getBuiltinModule('node:vm');
      v8.setFlagsFromString('--expose-gc');
      const collect: unknown = vm.runInNewContext('gc');
      if (typeof collect === 'function') for (let round = 0; round < 3; round++) Reflect.apply(collect, undefined, []);
      const { heapUsed, external } = process.memoryUsage();
      const young = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
      return { heap: heapUsed + external, young: young?.physical_space_size ?? 0, resources: process.getActiveResourcesInfo() };
    }),
  );
  const family = (await familyOf(pid)).filter((member) => !member.ended && !/chrom/i.test(member.command));
  const children = family.filter((member) => member.pid !== pid);
  const [rss, childRss, descriptors, files, windowHeapMiB] = await Promise.all([
    rssOf(pid),
    Promise.all(children.map((child) => rssOf(child.pid))),
    descriptorsOf(pid),
    filesIn(client.userData),
    windowHeap(client),
  ]);
  const isTimer = (name: string): boolean => /^(Timeout|Immediate)$/.test(name);
  return {
    mainHeapMiB: inside.heap / mib,
    mainRssMiB: (rss - inside.young) / mib,
    windowHeapMiB,
    childRssMiB: childRss.reduce((total, bytes) => total + bytes, 0) / mib,
    descriptors: descriptors.length,
    sockets: descriptors.filter((target) => target.startsWith('socket:')).length,
    timers: inside.resources.filter(isTimer).length,
    handles: inside.resources.filter((name) => !isTimer(name)).length,
    childProcesses: children.length,
    listeningPorts: (await listeningPorts(pid)).length,
    profileFiles: files.count,
    profileMiB: files.bytes / mib,
  };
}

async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
}

async function descriptorsOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const targets = await Promise.all((await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => '')));
  return targets.filter((target) => target !== '');
}

/** The state of a listening socket in `/proc/net/tcp`. */
const listening = '0A';

/** The TCP ports on which a process listens. */
export async function listeningPorts(pid: number): Promise<number[]> {
  const inodes = new Set((await descriptorsOf(pid)).flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'latin1').catch(() => '')));
  const rows = tables.flatMap((table) => table.split('\n').slice(1)).map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([, local = '', , state, , , , , , inode = '']) =>
    state === listening && inodes.has(inode) ? [parseInt(local.split(':')[1] ?? '', 16)] : [],
  );
}

async function filesIn(folder: string): Promise<{ count: number; bytes: number }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // What Chromium keeps beside our files is its own
  const ours = entries.filter((entry) => entry.isFile() && !/chromium|Cache|Default/i.test(entry.parentPath.slice(folder.length)));
  const sizes = await Promise.all(
    ours.map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return { count: ours.length, bytes: sizes.reduce((total, size) => total + size, 0) };
}

async function windowHeap({ window }: Client): Promise<number> {
  const session = await window.context().newCDPSession(window);
  try {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return usedSize / mib;
  } finally {
    await session.detach();
  }
}
