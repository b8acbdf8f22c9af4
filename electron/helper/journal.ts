import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { retryWhileLocked } from '../system/locked-files.ts';
import { restoreRoutes } from './network.ts';
import { networkSchema, type NetworkState, type Resolver } from './network-state.ts';
import { platform } from './platform/current.ts';
import { runVpncScript, type ScriptEnvironment } from './vpnc-script.ts';

/**
 * What was there before a tunnel changed it, on disk before anything is changed, so that it can be put back whoever
 * dies. Kept over a restart of the computer: `resolv.conf` survives one, routes do not.
 */
const journalSchema = z.object({
  boot: z.string(),
  vpncScript: z.string(),
  before: networkSchema,
  added: z.array(z.string()),
  removed: z.array(z.string()),
  after: z.nullable(networkSchema.shape.resolver),
  /** What the script was told when it connected; null: it was not yet. */
  environment: z.nullable(z.record(z.string(), z.string())),
  device: z.string(),
});
export type Journal = z.infer<typeof journalSchema>;

const fileIn = (directory: string): string => join(directory, 'journal.json');

/** openconnect's process, and when it started: its number may belong to another one later. A file of its own, since the script writes the other. */
const runnerSchema = z.object({ boot: z.string(), pid: z.number(), startedAt: z.nullable(z.string()) });
const runnerFileIn = (directory: string): string => join(directory, 'openconnect.json');

/** Begins one: on disk when this resolves, with what was there before. */
export async function beginJournal(directory: string, begun: { vpncScript: string; device: string }): Promise<NetworkState> {
  const before = await platform.network.read();
  await writeJournal(directory, {
    ...begun,
    boot: platform.boot.now(),
    before,
    added: [],
    removed: [],
    after: null,
    environment: null,
  });
  return before;
}

/** Notes the process that the journal is kept for. */
export async function noteRunner(directory: string, pid: number): Promise<void> {
  const startedAt = await platform.processes.startOf(pid);
  await writeAtomically(runnerFileIn(directory), JSON.stringify({ boot: platform.boot.now(), pid, startedAt }));
}

/** That process, if the computer was not started anew since. */
export async function readRunner(directory: string): Promise<{ pid: number; startedAt: string | null } | null> {
  try {
    const runner = runnerSchema.parse(JSON.parse(await readFile(runnerFileIn(directory), 'utf8')));
    return platform.boot.isThis(runner.boot) ? runner : null;
  } catch {
    return null;
  }
}

/** The one that is open; null: none, or what is there cannot be read, which leaves nothing to go by. */
export async function readJournal(directory: string): Promise<Journal | null> {
  try {
    return journalSchema.parse(JSON.parse(await readFile(fileIn(directory), 'utf8')));
  } catch {
    return null;
  }
}

export async function writeJournal(directory: string, journal: Journal): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeAtomically(fileIn(directory), JSON.stringify(journal));
}

async function writeAtomically(file: string, text: string): Promise<void> {
  const beside = `${file}.new`;
  const handle = await open(beside, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await retryWhileLocked(() => rename(beside, file));
  // The name is to outlive a power cut too: `resolv.conf` does. Windows has no such call and needs none
  if (process.platform === 'win32') return;
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Notes how names are about to be looked up. */
export async function noteNames(directory: string, after: Resolver): Promise<void> {
  const journal = await readJournal(directory);
  if (!journal) throw new Error('no journal');
  await writeJournal(directory, { ...journal, after });
}

/** Adds what a run of the script changed. */
export async function noteChange(
  directory: string,
  journal: Journal,
  change: { added: string[]; removed: string[]; after: NetworkState; environment: ScriptEnvironment },
): Promise<void> {
  const add = (list: string[], more: string[]): string[] => [...new Set([...list, ...more])];
  await writeJournal(directory, {
    ...journal,
    // What one run took away and the next put back is as it was
    added: add(journal.added, change.added).filter((route) => !journal.before.routes.includes(route)),
    removed: add(journal.removed, change.removed).filter((route) => journal.before.routes.includes(route)),
    after: change.after.resolver,
    environment: change.environment,
  });
}

/**
 * Puts back what an open journal says, after its openconnect is gone, and closes it. Where the script was not told that
 * the tunnel is down, it is now: it may have told other programs of it. Whether there was one.
 */
export async function restoreNetwork(directory: string, log: (line: string) => void): Promise<boolean> {
  const journal = await readJournal(directory);
  if (!journal) return false;
  const sameBoot = platform.boot.isThis(journal.boot);
  if (sameBoot && journal.environment) await runVpncScript(journal.vpncScript, { ...journal.environment, reason: 'disconnect' }, log);
  const { networkControl } = platform;
  if (sameBoot && networkControl) await networkControl.clear(journal.device, await networkControl.user());
  if (sameBoot) {
    if ((await platform.network.read()).links.includes(journal.device) && !journal.before.links.includes(journal.device))
      await platform.network.removeLink(journal.device);
    await restoreRoutes(journal, log);
  }
  await platform.network.restoreResolver(journal.before.resolver, journal.after);
  const runner = await readRunner(directory);
  if (runner) await platform.network.forgetBackups(runner.pid);
  await Promise.all([fileIn(directory), runnerFileIn(directory)].map((file) => retryWhileLocked(() => rm(file, { force: true }))));
  return true;
}
