import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inMegabytes, sizesOf, wrongIn } from '../tests/packages/contents.ts';
import { debInCopyOfSystem, lintianOn } from '../tests/packages/deb.ts';
import { endsWhereCutShort, signsInToCampus, signsInToGateway } from '../tests/packages/linux.ts';
import { msiUnderWine, wrongInArm64 } from '../tests/packages/msi.ts';
import { standInForElectron } from '../tests/packages/stand-in.ts';
import { workerUnderWine } from '../tests/packages/wine.ts';
import { makeDeb } from './deb/deb.ts';
import { wrongNatives } from './native-contents.ts';
import { buildNative } from './native.ts';
import { packageProject, publisher, stageProject } from './package.ts';
import { layoutIn, packageAt, type Package } from './release/packed.ts';
import { wrongInApp, wrongInInstaller } from './release/read-back.ts';
import { ensureSystemTools, lintianTools, packageTools } from './system.ts';
import { parseTarget, type Target } from './targets.ts';
import { PlainError, reportingErrors } from './report-errors.ts';

/**
 * `npm run package:check`, on Debian, with npm's registry only: packages the app for every system around a stand-in for
 * Electron, checks the packages' contents, and runs them as far as possible here.
 */
const failed: string[] = [];
/** Also what takes minutes: `npm run package:check -- --long`. */
const { long } = parseArgs({ options: { long: { type: 'boolean', default: false } } }).values;

/** One line if it holds, otherwise the reasons: those that `act` returns, or what it throws. */
async function check(what: string, act: () => Promise<unknown> | readonly string[]): Promise<void> {
  const startedAt = Date.now();
  let reasons: string[];
  try {
    const found = await act();
    reasons = Array.isArray(found) ? found.map(String) : [];
  } catch (error) {
    reasons = [error instanceof Error ? error.message : String(error)];
  }
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `${reasons.length === 0 ? 'ok     ' : 'failed '} ${what} (${seconds} s)${reasons.map((reason) => `\n        ${reason}`).join('')}`,
  );
  if (reasons.length > 0) failed.push(what);
}

/** Packages one target around a stand-in. */
async function pack(target: Target): Promise<Package> {
  const folder = await stageProject(target);
  const electron = resolve(folder, 'electron');
  rmSync(electron, { recursive: true, force: true });
  standInForElectron(electron, target);
  const native = join(folder, 'out', 'native');
  rmSync(native, { recursive: true, force: true });
  // Those of other systems are built along with their installers: each is a copy of Node with parts to download
  if (target.platform === 'linux') await buildNative(native, { target, modules: join(folder, 'node_modules'), built: '', partial: false });
  // Both need a Mac
  const withoutMac = ['-c.electronFuses.resetAdHocDarwinSignature=false', '-c.mac.notarize=false'];
  await packageProject(folder, target, ['--dir', `-c.electronDist=${electron}`, ...withoutMac], true);
  return packageAt(layoutIn(join(folder, 'out', 'installers')), target);
}

/** Packages a target and checks the result. Null if packaging failed. */
async function packAndLook(target: Target): Promise<Package | null> {
  const { name } = target;
  const packed: Package[] = [];
  await check(`${name}: is packed`, async () => void packed.push(await pack(target)));
  const [made] = packed;
  if (!made) return null;
  await check(`${name}: holds what it should and nothing else`, () => wrongIn(made));
  await check(`${name}: its fuses and its archive's hash are as configured`, () => wrongInApp(made));
  const { app, natives, tooMuch } = sizesOf(made);
  await check(`${name}: the app beyond Electron is ${inMegabytes(app)}, of 12 MB at most`, () => (tooMuch ? ['too much'] : []));
  console.log(`        ${name}: its natives are ${inMegabytes(natives)}`);
  return made;
}

async function onLinux(): Promise<void> {
  const made = await packAndLook(parseTarget('linux-x64'));
  if (!made) return;
  await check('linux-x64: signs in to a campus and keeps the password in the keychain', () => signsInToCampus(made));
  await check('linux-x64: signs in to ocserv through the packed worker', () => signsInToGateway(made));
  await check('linux-x64: its natives are those of native.json, each with its licence', () =>
    wrongNatives(join(made.resources, 'native'), made.target),
  );
  const [older, newer] = ['0.1.0', '0.2.0'].map((version) => debOf(made, version));
  if (older === undefined || newer === undefined) return;
  await check(
    "linux-x64: its deb's fuses and its archive's hash are as configured",
    async () => (await wrongInInstaller(older, made.target)) ?? ['it was not unpacked'],
  );
  if (process.getuid?.() === 0)
    await check('linux-x64: its deb installs, upgrades, goes back and is purged, and its command line finds our OpenConnect', () =>
      debInCopyOfSystem(older, newer),
    );
  else console.log('SKIPPED, the deb is installed by root only');
  if (long) await check('linux-x64: lintian has nothing to say about its deb', () => lintianOn(older));
  await check('linux-x64: an archive cut short is named, and the app ends', () => endsWhereCutShort(made));
}

/** A deb of a packed layout, not compressed, as of some version. */
function debOf({ resources }: Package, version: string): string {
  const layout = join(resources, '..');
  const file = join(layout, '..', `causeway_${version}.deb`);
  makeDeb({ layout, version, architecture: 'amd64', ...publisher(), compression: 'none' }, file);
  return file;
}

async function onWindows(): Promise<void> {
  const windows = await packAndLook(parseTarget('win32-x64'));
  if (!windows) return;
  // Wine mostly waits
  await Promise.all([
    check('win32-x64: the packed worker loads koffi under Wine', () => workerUnderWine(windows)),
    check('win32-x64: its MSI installs, upgrades, repairs and goes under Wine', () => msiUnderWine(windows)),
  ]);
}

async function onOthers(): Promise<void> {
  const arm = await packAndLook(parseTarget('win32-arm64'));
  if (arm)
    await check('win32-arm64: the tables of its MSI are as they should be', () => wrongInArm64(arm, resolve(arm.resources, '../..')));
  for (const name of ['darwin-x64', 'darwin-arm64']) await packAndLook(parseTarget(name));
}

await reportingErrors(async () => {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new PlainError('The packages are checked on Linux (x64).');
  ensureSystemTools([...packageTools, ...(long ? lintianTools : [])]);
  execFileSync(process.execPath, ['--import', 'tsx', 'build/bundle.ts'], { stdio: 'inherit' });
  await Promise.all([onLinux(), onWindows(), onOthers()]);
  console.log(failed.length === 0 ? '\nThe packages are as they should be.' : `\nNot as it should be:\n${failed.join('\n')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
});
