import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { buildCommandLine } from './command-line.ts';
import { fromPool, poolBases } from './debian-pool.ts';
import { buildHelper } from './helper.ts';
import { ensureOpenConnect, madeForLinux } from './native-linux.ts';
import { buildForMac } from './native-macos.ts';
import { readNative, type Archive, type Built } from './native-pins.ts';
import { nodeFor } from './npm-file.ts';
import { tarFor } from './tar.ts';
import type { Target } from './targets.ts';

/**
 * Collects what a target's installers contain besides the app: helper, command line, and for other vendors' gateways what
 * `native.json` pins, which is openconnect's programs and libraries, and on Windows the driver's library.
 * `build/package.ts` calls it before electron-builder. Downloads need the Internet. A missing pin ends it, unless the
 * package is `partial`. openconnect for Windows is built from its pinned sources on Debian by `build/native-windows.ts`.
 * Pass in the folder that it writes; its files must match their pins too.
 */
/** Throws unless these bytes match the pin. */
export function verify({ name, sha256 }: { name: string; sha256: string | null }, bytes: Buffer): void {
  if (sha256 === null) throw new Error(`${name} has no pin yet: put its address and SHA-256 into build/native.json`);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${name} does not match its pin: ${found} instead of ${sha256}`);
}

/** Where {@link fetchComponent} gets archives. */
export interface Sources {
  /** Addresses of Debian pools. See `build/debian-pool.ts`. */
  pools: readonly string[];
  get?: typeof fetch;
}

/** Gets an archive and extracts the pinned files. */
export async function fetchComponent(component: Archive, folder: string, { pools, get = fetch }: Sources): Promise<void> {
  const { name, at, sha256, files = [], licence } = component;
  if (at === null || sha256 === null) throw new Error(`${name} has no pin yet: put its address and SHA-256 into build/native.json`);
  const bytes = at.startsWith('pool/') ? readFileSync(await fromPool({ name, at, sha256 }, pools)) : await download(name, at, get);
  verify(component, bytes);
  const work = mkdtempSync(join(tmpdir(), 'native-'));
  try {
    writeFileSync(join(work, 'archive'), bytes);
    execFileSync(tarFor(process.platform), ['-xf', join(work, 'archive'), '-C', work], { stdio: 'inherit' });
    mkdirSync(folder, { recursive: true });
    for (const { from, to } of files) {
      mkdirSync(dirname(join(folder, to)), { recursive: true });
      copyFileSync(join(work, placeOf(from, work)), join(folder, to));
      chmodSync(join(folder, to), to.startsWith('licences/') ? 0o644 : 0o755);
    }
    if (licence !== undefined) putLicence(folder, name, join(ownLicences, licence));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const ownLicences = join(import.meta.dirname, 'licences');

function putLicence(folder: string, name: string, file: string): void {
  mkdirSync(join(folder, 'licences'), { recursive: true });
  copyFileSync(file, join(folder, 'licences', `${name}.txt`));
}

async function download(name: string, address: string, get: typeof fetch): Promise<Buffer> {
  const response = await get(address);
  if (!response.ok) throw new Error(`${name}: ${response.status} from ${address}`);
  return Buffer.from(await response.arrayBuffer());
}

/** A file's path in an unpacked archive: the named one, or the only one with that name in any folder. */
function placeOf(wanted: string, work: string): string {
  if (existsSync(join(work, wanted))) return wanted;
  const found = readdirSync(work, { recursive: true, encoding: 'utf8' }).filter((path) => basename(path) === wanted);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${wanted} is in ${found.length} places of the archive`);
  return only;
}

/** Takes files that were built elsewhere and passed in, if they match their pins. */
export function takeBuilt({ name, files }: Built, from: string, folder: string): void {
  for (const file of files) {
    const made = join(from, file.name);
    if (!existsSync(made)) throw new Error(`${name}: ${made} does not exist; build/native-windows.ts builds it on Debian`);
    verify(file, readFileSync(made));
    const to = join(folder, file.name);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(made, to);
  }
}

export interface NativeOptions {
  target: Target;
  /** The target's `node_modules`, with the native parts for that system and processor. */
  modules: string;
  /** The folder that `build/native-windows.ts` wrote. */
  built: string;
  /** Leaves out, with a message, what has no pin or was not passed in. For trying an installer, not for distribution. */
  partial: boolean;
  /** A Debian pool to use instead of this computer's own package source. */
  pool?: string | null;
}

/** Fills a folder with all native parts of a target except the npm packages. */
export async function buildNative(folder: string, { target, modules, built, partial, pool = null }: NativeOptions): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const isFor = ({ platform, arch }: Archive | Built): boolean =>
    platform === target.platform && (arch === undefined || arch === target.arch);
  for (const component of readNative().components.filter(isFor)) {
    try {
      if (component.how === 'fetch') await fetchComponent(component, folder, { pools: poolBases(pool) });
      if (component.how === 'built') takeBuilt(component, built, folder);
    } catch (error) {
      if (!partial) throw error;
      console.log(`left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (target.platform === 'linux') await takeLinuxs(folder, target, pool);
  if (target.platform === 'darwin') await takeMacs(folder, { target, partial, pool });
  const node = await nodeFor(target);
  takeNodesLicence(folder, partial);
  await buildHelper(folder, { target, modules, node });
  await buildCommandLine(folder, { target, modules, node });
}

/** Helper and command line are copies of Node, whose licence also has those of everything inside it. It is the same for all systems. */
function takeNodesLicence(folder: string, partial: boolean): void {
  const beside = join(dirname(process.execPath), 'LICENSE');
  const found = [beside, join(dirname(process.execPath), '..', 'LICENSE'), '/usr/share/doc/nodejs/LICENSE'].find((file) =>
    existsSync(file),
  );
  if (found !== undefined) putLicence(folder, 'node', found);
  else if (partial) console.log("left out: Node's licence, which this installation of Node does not bring along");
  else throw new Error(`Node's licence is not beside ${process.execPath}: use Node's own archive of version ${process.versions.node}`);
}

/** Our own openconnect, built here for this processor. The package depends on the distribution's, which is used where ours is missing. */
async function takeLinuxs(folder: string, target: Target, pool: string | null): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== target.arch) console.log(`left out: openconnect for ${target.name} is made there`);
  else if (await ensureOpenConnect(pool)) cpSync(madeForLinux, folder, { recursive: true, dereference: true });
}

/** Our own openconnect for macOS, built on a Mac with this processor. */
async function takeMacs(
  folder: string,
  { target, partial, pool }: { target: Target; partial: boolean; pool: string | null },
): Promise<void> {
  try {
    if (process.platform !== 'darwin' || process.arch !== target.arch) throw new Error(`openconnect for ${target.name} is made there`);
    await buildForMac(folder, pool);
  } catch (error) {
    if (!partial) throw error;
    console.log(`left out: ${error instanceof Error ? error.message : String(error)}`);
  }
}
