import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { retryWhileLocked } from '../system/locked-files.ts';
import { restoreRoutes } from './network.ts';
import { networkSchema, type NetworkState, type Resolver } from './network-state.ts';
import { platform } from './platform/current.ts';
import { runVpncScript, type ScriptEnvironment } from './vpnc-script.ts';

/**
 * The network's state before a tunnel changed it. It is on disk before anything changes, so that the state can be restored
 * after any crash. It is kept across a reboot: changes to `resolv.conf` survive one, routes do not.
 */
const journalSchema = z.object({
  boot: z.string(),
  vpncScript: z.string(),
  before: networkSchema,
  added: z.array(z.string()),
  removed: z.array(z.string()),
  after: z.nullable(networkSchema.shape.resolver),
  /** The script's variables when it connected. Null: it has not connected yet. */
  environment: z.nullable(z.record(z.string(), z.string())),
  device: z.string(),
});
export type Journal = z.infer<typeof journalSchema>;

const fileIn = (directory: string): string => join(directory, 'journal.json');

/** openconnect's process and its start time, since the number may be reused. It is a separate file because the script writes the journal. */
const runnerSchema = z.object({ boot: z.string(), pid: z.number(), startedAt: z.nullable(z.string()) });
const runnerFileIn = (directory: string): string => join(directory, 'openconnect.json');

/** Starts a journal. When this resolves, the state from before is on disk. */
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

/** Records the openconnect process that the journal belongs to. */
export async function noteRunner(directory: string, pid: number): Promise<void> {
  const startedAt = await platform.processes.startOf(pid);
  await writeAtomically(runnerFileIn(directory), JSON.stringify({ boot: platform.boot.now(), pid, startedAt }));
}

/** That process, unless the computer was restarted since. */
export async function readRunner(directory: string): Promise<{ pid: number; startedAt: string | null } | null> {
  try {
    const runner = runnerSchema.parse(JSON.parse(await readFile(runnerFileIn(directory), 'utf8')));
    return platform.boot.isThis(runner.boot) ? runner : null;
  } catch {
    return null;
  }
}

/** The open journal. Null: there is none, or it cannot be read. */
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
  // Sync the folder too, so that the file survives a power cut as `resolv.conf` does. Windows has no such call and needs none
  if (process.platform === 'win32') return;
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Records the resolver that is about to be set. */
export async function noteNames(directory: string, after: Resolver): Promise<void> {
  const journal = await readJournal(directory);
  if (!journal) throw new Error('no journal');
  await writeJournal(directory, { ...journal, after });
}

/** Records what a run of the script changed. */
export async function noteChange(
  directory: string,
  journal: Journal,
  change: { added: string[]; removed: string[]; after: NetworkState; environment: ScriptEnvironment },
): Promise<void> {
  const add = (list: string[], more: string[]): string[] => [...new Set([...list, ...more])];
  await writeJournal(directory, {
    ...journal,
    // What one run removed and the next put back is unchanged
    added: add(journal.added, change.added).filter((route) => !journal.before.routes.includes(route)),
    removed: add(journal.removed, change.removed).filter((route) => journal.before.routes.includes(route)),
    after: change.after.resolver,
    environment: change.environment,
  });
}

/**
 * Restores the state in an open journal after its openconnect is gone, and removes the journal. If the script did not yet
 * run with `disconnect`, runs it now, since it may have told other programs about the tunnel. Resolves with whether there
 * was a journal.
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
