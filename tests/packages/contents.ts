import { closeSync, existsSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Package } from '../../build/release/packed.ts';
import type { Target } from '../../build/targets.ts';
import { filesOf } from './archive.mjs';

const mb = 1_000_000;
/** The app beyond Electron, without natives. */
const mostBytes = 12 * mb;

/** Our own files in the archive: each of these has to be there, and nothing else of ours may be. */
const ours: readonly RegExp[] = [
  /^package\.json$/,
  /^dist\/main\.mjs$/,
  /^dist\/main-part-[\w-]+\.mjs$/,
  /^dist\/preload\.cjs$/,
  /^dist\/openconnect-worker\.mjs$/,
  /^dist\/openconnect-thread\.mjs$/,
  /^dist\/openconnect-part-[\w-]+\.mjs$/,
  /^dist\/stack\.wasm$/,
  /^dist\/renderer\/index\.html$/,
  /^dist\/renderer\/assets\/[\w-]+\.js$/,
  /^dist\/renderer\/assets\/[\w-]+\.css$/,
  /^campuses\/[a-z0-9.-]+\.json$/,
  /^build\/updates\/updates\.json$/,
  /^build\/icons\/icon\.png$/,
  /^build\/icons\/tray\/[\w-]+(@2x)?\.png$/,
];

/** What the native packages consist of, for one target. */
function natives({ name, platform, arch }: Target): { unpacked: string[]; packed: string[] } {
  const koffi = `node_modules/@koromix/koffi-${name}`;
  return {
    unpacked: [`node_modules/keytar/prebuilds/${name}/keytar.node`, `${koffi}/${platform}_${arch}/koffi.node`],
    packed: [
      ...['package.json', 'LICENSE.md', 'lib/keytar.js'].map((file) => `node_modules/keytar/${file}`),
      ...['package.json', 'LICENSE.txt', 'index.js', 'src/koffi/index.js', 'src/koffi/src/static.js'].map(
        (file) => `node_modules/koffi/${file}`,
      ),
      ...['package.json', 'index.js'].map((file) => `${koffi}/${file}`),
    ],
  };
}

/** What is registered with the system, beside the natives. */
const registered: Readonly<Record<Target['platform'], readonly string[]>> = {
  linux: [],
  win32: ['causeway-helper.task.xml', 'words.dll'],
  darwin: ['org.causeway.helper.plist', 'uninstall'],
};

/** Chromium's languages: a computer in another one gets its words in English. Names of macOS, and of the others. */
const languages = {
  lproj: ['en', 'pt_BR', 'pt_PT', 'zh_CN', 'zh_TW'],
  pak: ['en-US', 'pt-BR', 'pt-PT', 'zh-CN', 'zh-TW'],
};

/** What is wrong with the languages that a package brings along. */
function wrongLanguages({ target: { platform }, resources }: Package): string[] {
  const ending = platform === 'darwin' ? 'lproj' : 'pak';
  const folder = platform === 'darwin' ? resources : join(resources, '..', 'locales');
  const found = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.endsWith(`.${ending}`)).sort();
  const expected = languages[ending].map((name) => `${name}.${ending}`);
  const wrong = found.join() === expected.join() ? [] : [`its languages are ${found.join(', ') || 'none'}`];
  const withoutWords = platform === 'darwin' ? expected.filter((name) => !existsSync(join(folder, name, 'InfoPlist.strings'))) : [];
  return [...wrong, ...withoutWords.map((name) => `${name} has no InfoPlist.strings`)];
}

/** How many bytes a whole archive has, by its own header. Throws where the header itself cannot be read. */
export function wholeSize(archive: string): number {
  return Math.max(...filesOf(archive).map(({ unpacked, offset, size }) => (unpacked ? 0 : offset + size)));
}

/** What is wrong with what a package holds, in sentences; none where all is as it should be. */
export function wrongIn(made: Package): string[] {
  const { target, resources } = made;
  const wrong = wrongLanguages(made);
  const archive = join(resources, 'app.asar');
  const files = filesOf(archive);
  const end = wholeSize(archive);
  if (lstatSync(archive).size < end) wrong.push(`app.asar is cut short: ${lstatSync(archive).size} of ${end} bytes`);
  const { unpacked, packed } = natives(target);
  const paths = new Set(files.map(({ path }) => path));
  for (const { path } of files)
    if (!unpacked.includes(path) && !packed.includes(path) && !ours.some((each) => each.test(path)))
      wrong.push(`app.asar holds ${path}, which does not belong there`);
  for (const path of [...unpacked, ...packed]) if (!paths.has(path)) wrong.push(`app.asar lacks ${path}`);
  for (const each of ours) if (![...paths].some((path) => each.test(path))) wrong.push(`app.asar has nothing like ${each.source}`);
  for (const file of files)
    if (file.unpacked !== unpacked.includes(file.path))
      wrong.push(`${file.path} is ${file.unpacked ? 'beside the archive' : 'in the archive, from which no system loads it'}`);
  const beside = filesBelow(`${archive}.unpacked`);
  for (const path of beside) if (!unpacked.includes(path)) wrong.push(`app.asar.unpacked holds ${path}, which does not belong there`);
  for (const path of unpacked)
    if (!beside.includes(path)) wrong.push(`app.asar.unpacked lacks ${path}`);
    else if (!isFor(join(`${archive}.unpacked`, path), target)) wrong.push(`${path} is not for ${target.name}`);
  for (const name of registered[target.platform])
    if (!existsSync(join(resources, 'native', name))) wrong.push(`resources/native lacks ${name}`);
  for (const name of readdirSync(resources))
    if (!/^(app\.asar|app\.asar\.unpacked|native|icon\.icns|electron\.icns|\w+\.lproj)$/.test(name)) wrong.push(`resources holds ${name}`);
  return wrong;
}

/** Which system and processor a library is for, by its first bytes: ELF, PE or Mach-O. */
function isFor(file: string, { platform, arch }: Target): boolean {
  const head = Buffer.alloc(4096);
  const open = openSync(file, 'r');
  readSync(open, head, 0, head.length, 0);
  closeSync(open);
  switch (platform) {
    case 'linux':
      return head.toString('latin1', 0, 4) === '\x7fELF' && head.readUInt16LE(18) === { x64: 0x3e, arm64: 0xb7 }[arch];
    case 'win32': {
      const header = head.readUInt32LE(0x3c);
      return head.toString('latin1', header, header + 2) === 'PE' && head.readUInt16LE(header + 4) === { x64: 0x8664, arm64: 0xaa64 }[arch];
    }
    case 'darwin':
      return head.readUInt32LE(0) === 0xfeedfacf && head.readUInt32LE(4) === { x64: 0x0100_0007, arm64: 0x0100_000c }[arch];
  }
}

/** How much of a package is the app, and how much its natives, beyond what stands in for Electron. */
export function sizesOf({ resources }: Package): { app: number; natives: number; tooMuch: boolean } {
  const size = (path: string): number => lstatSync(path).size;
  const files = filesBelow(resources).filter((path) => !/^(electron\.icns$|\w+\.lproj\/)/.test(path));
  const isNative = (path: string): boolean => path.startsWith('native/') || path.startsWith('app.asar.unpacked/');
  const sum = (some: readonly string[]): number => some.reduce((all, path) => all + size(join(resources, path)), 0);
  const app = sum(files.filter((path) => !isNative(path)));
  return { app, natives: sum(files.filter(isNative)), tooMuch: app > mostBytes };
}

export const inMegabytes = (bytes: number): string => `${(bytes / mb).toFixed(1)} MB`;

export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
}
