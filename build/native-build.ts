import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromPool, type PoolFile } from './debian-pool.ts';
import { licenceOf, parts, type BuildSetup, type Part } from './native-recipe.ts';
import { readNative, type Archive } from './native-pins.ts';

/** The timestamp for everything that records one, so that builds are reproducible. */
const sourceDate = '1684540800';
const ownPatches = join(import.meta.dirname, 'patches');

/** The tools and the target of a build. */
export type Tools = Pick<BuildSetup, 'platform' | 'host' | 'compiler' | 'link'> & {
  flags: string;
  /** Identifies the tools: the version of the compiler, and of the system libraries that are linked in. */
  versions: string;
};

const hash = (facts: unknown): string => createHash('sha256').update(JSON.stringify(facts)).digest('hex');

/** Builds the recipe's parts in a folder, in order, from pinned sources only. */
export class NativeBuild {
  private readonly sources = new Map(readNative().components.flatMap((each) => (each.how === 'source' ? [[each.name, each]] : [])));
  readonly prefix: string;
  readonly parts: readonly Part[];

  constructor(
    private readonly tools: Tools,
    /** A full path. */
    readonly work: string,
    private readonly bases: readonly string[],
    private readonly jobs: number,
  ) {
    this.prefix = join(work, 'prefix');
    this.parts = parts.filter(({ only }) => only === undefined || only.includes(tools.platform));
  }

  /** The key of each part: its inputs, and the keys of the parts before it. The last part's key stands for everything. */
  keys(): string[] {
    let key = this.tools.versions;
    return this.parts.map((part) => {
      const [source, patches] = [this.pin(part.source), this.patchesOf(part)];
      const steps = part.steps(this.setup(part, source.version));
      const files = ownPatchesOf(part).map((file) => readFileSync(file, 'utf8'));
      key = hash([key, source.sha256, patches?.sha256, steps, files]);
      return key;
    });
  }

  /** Builds what is missing. Throws if a source cannot be had, or if a step fails, with that step's output. */
  async make(): Promise<void> {
    const keys = this.keys();
    for (const [index, part] of this.parts.entries()) await this.makePart(part, keys[index] ?? '');
  }

  /** Runs a program and logs its output. If it fails, the end of the log is the error. */
  run(cwd: string, log: string, program: string, args: readonly string[]): void {
    const out = openSync(log, 'a');
    const plain = { PATH: process.env['PATH'], HOME: this.work, LC_ALL: 'C', TZ: 'UTC' };
    const env = { ...plain, SOURCE_DATE_EPOCH: sourceDate, MAKEFLAGS: `-j${this.jobs}` };
    const { status, error } = spawnSync(program, args, { cwd, env, stdio: ['ignore', out, out] });
    closeSync(out);
    if (error) throw error;
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}\n${readFileSync(log, 'utf8').slice(-3000)}\nThe whole log: ${log}`);
  }

  /** Copies the licences of the finished parts into a folder, and returns their names. */
  licences(folder: string): string[] {
    mkdirSync(join(folder, 'licences'), { recursive: true });
    return this.parts.map((part) => {
      const name = licenceOf(part);
      copyFileSync(join(this.work, part.source, part.licence), join(folder, name));
      return name;
    });
  }

  private async makePart(part: Part, key: string): Promise<void> {
    const source = this.pin(part.source);
    const stamp = join(this.work, `${part.source}.made`);
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
    console.log(`Making ${part.source} ${source.version}`);
    const setup = this.setup(part, source.version);
    const folder = setup.source;
    const log = join(this.work, `${part.source}.log`);
    rmSync(stamp, { force: true });
    rmSync(log, { force: true });
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    this.run(folder, log, 'tar', ['-xf', await fromPool(source, this.bases), '--strip-components=1']);
    const patches = this.patchesOf(part);
    if (patches) await this.patch(folder, log, patches);
    for (const file of ownPatchesOf(part)) this.run(folder, log, 'patch', ['-p1', '--fuzz=0', '-i', file]);
    for (const [program, ...args] of part.steps(setup)) this.run(folder, log, program, args);
    writeFileSync(stamp, key);
  }

  private setup(part: Part, version: string): BuildSetup {
    const { tools, work, prefix } = this;
    const flags = `${tools.flags} -ffile-prefix-map=${work}=.`;
    return { ...tools, source: join(work, part.source), version, prefix, flags };
  }

  private patchesOf({ source }: Part): PoolFile | null {
    const name = source.replace(/-source$/, '-patches');
    return this.sources.has(name) ? this.pin(name) : null;
  }

  private pin(name: string): PoolFile & Archive {
    const source = this.sources.get(name);
    if (!source) throw new Error(`native.json does not pin ${name}`);
    const { at, sha256 } = source;
    if (at === null || sha256 === null || !at.startsWith('pool/')) throw new Error(`${name} has no pin in a Debian pool`);
    return { ...source, at, sha256 };
  }

  /** Debian's patches, mainly security fixes made since the release. */
  private async patch(folder: string, log: string, patches: PoolFile): Promise<void> {
    this.run(folder, log, 'tar', ['-xf', await fromPool(patches, this.bases)]);
    const series = readFileSync(join(folder, 'debian/patches/series'), 'utf8').split('\n');
    for (const name of series.filter((line) => /^[^#\s]/.test(line)))
      this.run(folder, log, 'patch', ['-p1', '-i', `debian/patches/${name.trim()}`]);
  }
}

const ownPatchesOf = ({ patches = [] }: Part): string[] => patches.map((name) => join(ownPatches, name));
