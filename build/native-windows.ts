import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parts, type Bench, type Part } from './native-recipe.ts';
import { readNative, verify, type Archive } from './native.ts';
import { crossTools, ensureSystemTools } from './system.ts';

/**
 * Makes openconnect for Windows (x64) and its libraries on Debian, from the sources that `native.json` pins:
 * `node --import tsx build/native-windows.ts [folder]`. What it makes goes into the folder, by default `out/native-windows`,
 * where `build/native.ts` takes it from on Windows. Sources and parts that are made are kept for the next run.
 */
const host = 'x86_64-w64-mingw32';
const sourcesFolder = 'out/native-sources';
/** The same wherever the clone is: the linker puts imports in the order of their libraries' paths. */
const workFolder = '/var/tmp/causeway-native';
const headers = join(import.meta.dirname, 'include');
/** Of everything that notes a time: that of OpenConnect 9.12. */
const sourceDate = '1684540800';

/** What of the parts' installation is shipped; their licences come along. */
const shipped: readonly (readonly [from: string, pattern: RegExp])[] = [
  ['sbin', /^openconnect\.exe$/],
  ['bin', /^lib(gmp|nettle|hogweed|gnutls|openconnect)-\d+\.dll$/],
];

/** A pinned archive of Debian's, by apt's own way to it; kept for the next run. */
function fetchSource(source: Archive): string {
  const { name, url, sha256 } = source;
  if (url === null || sha256 === null) throw new Error(`${name} has no pin`);
  const file = resolve(sourcesFolder, sha256);
  if (!existsSync(file)) {
    mkdirSync(sourcesFolder, { recursive: true });
    execFileSync('/usr/lib/apt/apt-helper', ['download-file', url, `${file}.part`, `SHA256:${sha256}`], { stdio: 'inherit' });
    verify(source, readFileSync(`${file}.part`));
    copyFileSync(`${file}.part`, file);
    rmSync(`${file}.part`);
  }
  verify(source, readFileSync(file));
  return file;
}

class Workshop {
  private readonly sources = new Map(readNative().components.flatMap((each) => (each.how === 'source' ? [[each.name, each]] : [])));
  private readonly work = resolve(workFolder);
  private readonly prefix = join(this.work, 'prefix');
  /** Grows with each part: what one was made from, and what was made before it. */
  private key = execFileSync(`${host}-gcc-win32`, ['--version'], { encoding: 'utf8' });

  constructor(private readonly jobs: number) {}

  make(part: Part): void {
    const source = this.pin(part.source);
    const patches = this.sources.get(part.source.replace(/-source$/, '-patches'));
    const folder = join(this.work, part.source);
    const bench = this.bench(folder, source.version);
    const steps = part.steps(bench);
    const own = steps.flat().filter((word) => word.startsWith(headers));
    this.key = hash([this.key, source.sha256, patches?.sha256, steps, own.map((file) => readFileSync(file, 'utf8'))]);
    const stamp = join(this.work, `${part.source}.made`);
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === this.key) return;
    console.log(`Making ${part.source} ${source.version}`);
    const log = join(this.work, `${part.source}.log`);
    rmSync(stamp, { force: true });
    rmSync(log, { force: true });
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    this.run(folder, log, 'tar', ['-xf', fetchSource(source), '--strip-components=1']);
    if (patches) this.mend(folder, log, patches);
    for (const [program, ...words] of steps) this.run(folder, log, program, words);
    writeFileSync(stamp, this.key);
  }

  /** Copies what is shipped of what was made, and its names. */
  ship(folder: string): string[] {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'licences'), { recursive: true });
    const files = shipped.flatMap(([from, pattern]) =>
      readdirSync(join(this.prefix, from)).flatMap((name) => (pattern.test(name) ? [join(this.prefix, from, name)] : [])),
    );
    const names = files.map((file) => file.slice(dirname(file).length + 1));
    files.forEach((file, index) => {
      const to = join(folder, names[index] ?? '');
      this.run(this.work, join(this.work, 'strip.log'), `${host}-strip`, ['--strip-unneeded', '-o', resolve(to), file]);
    });
    const licences = parts.map(({ source, licence }) => {
      const name = `licences/${source.replace(/-source$/, '')}.txt`;
      copyFileSync(join(this.work, source, licence), join(folder, name));
      return name;
    });
    return [...names, ...licences];
  }

  /** Runs a program, its words in the log; where it fails, the log's end is the error. */
  private run(cwd: string, log: string, program: string, words: readonly string[]): void {
    const out = openSync(log, 'a');
    const plain = { PATH: process.env['PATH'], HOME: this.work, LC_ALL: 'C', TZ: 'UTC' };
    const env = { ...plain, SOURCE_DATE_EPOCH: sourceDate, MAKEFLAGS: `-j${this.jobs}` };
    const { status, error } = spawnSync(program, words, { cwd, env, stdio: ['ignore', out, out] });
    closeSync(out);
    if (error) throw error;
    if (status !== 0) throw new Error(`${program} ${words.join(' ')}\n${readFileSync(log, 'utf8').slice(-3000)}\nAll of it is in ${log}`);
  }

  private bench(source: string, version: string): Bench {
    return {
      source,
      version,
      headers,
      prefix: this.prefix,
      host,
      compiler: `${host}-gcc-win32 -static-libgcc`,
      flags: `-O2 -ffile-prefix-map=${this.work}=.`,
      link: '-Wl,--no-insert-timestamp',
    };
  }

  private pin(name: string): Archive {
    const source = this.sources.get(name);
    if (!source) throw new Error(`native.json does not pin ${name}`);
    return source;
  }

  /** Debian's patches: above all what was found unsafe since. */
  private mend(folder: string, log: string, patches: Archive): void {
    this.run(folder, log, 'tar', ['-xf', fetchSource(patches)]);
    const series = readFileSync(join(folder, 'debian/patches/series'), 'utf8').split('\n');
    for (const name of series.filter((line) => /^[^#\s]/.test(line)))
      this.run(folder, log, 'patch', ['-p1', '-i', `debian/patches/${name.trim()}`]);
  }
}

const hash = (facts: unknown): string => createHash('sha256').update(JSON.stringify(facts)).digest('hex');

/** Makes everything that is not made yet; the names of the files in the folder. */
export function buildForWindows(folder: string, jobs = availableParallelism()): string[] {
  ensureSystemTools(crossTools);
  mkdirSync(workFolder, { recursive: true, mode: 0o700 });
  if (statSync(workFolder).uid !== process.getuid?.()) throw new Error(`${workFolder} is somebody else's`);
  const workshop = new Workshop(jobs);
  for (const part of parts) workshop.make(part);
  return workshop.ship(folder);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2] ?? 'out/native-windows';
  for (const name of buildForWindows(folder)) {
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    console.log(`${sha256}  ${name}`);
  }
}
