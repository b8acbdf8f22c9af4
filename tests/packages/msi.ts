import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeMsi } from '../../build/msi/msi.ts';
import { readTable } from '../../build/msi/tables.ts';
import { packageAt, type Package } from '../../build/release/packed.ts';
import { wrongInApp, wrongInInstaller } from '../../build/release/read-back.ts';
import type { Target } from '../../build/targets.ts';
import { Wine } from '../wine/wine.ts';
import { filesBelow } from './contents.ts';

/** What `msiexec` returns, of which Wine passes on the last byte: a newer version is installed (ERROR_INSTALL_FAILURE). */
const refused = 1603 & 0xff;
const policy = '{"certificates":"strict"}';
const registryFile = 'C:\\registry.reg';

/**
 * Makes the MSI of a packed layout and installs it under Wine without a question, over itself, over an older version, and over
 * a newer one, which is refused; repairs it, and removes it. Returns what was not as it should be at which step.
 */
export async function msiUnderWine({ resources, target }: Package): Promise<string[]> {
  const wine = await Wine.bare();
  const wrong: string[] = [];
  const layout = join(resources, '..');
  const places = placesIn(wine);
  const expected = filesBelow(layout);
  const step = async (name: string, args: readonly string[], code: number, look: () => readonly string[] | Promise<readonly string[]>) => {
    const log = join(wine.prefix, 'msiexec.log');
    const child = wine.spawn('msiexec', [...args, '/qn'], log);
    await once(child, 'exit');
    const problems = child.exitCode === code ? [] : [`msiexec ended with ${child.exitCode ?? 'a signal'}: ${readFileSync(log, 'utf8')}`];
    wrong.push(...[...problems, ...(await look())].map((problem) => `${name}: ${problem}`));
  };
  try {
    for (const version of ['0.1.0', '0.2.0']) makeMsi({ layout, version, arch: 'x64' }, wine.path(`${version}.msi`));
    // As another build of the same version has it: with a product code of its own
    makeMsi({ layout, version: '0.1.0', arch: 'x64' }, wine.path('again.msi'));
    mkdirSync(wine.data, { recursive: true });
    writeFileSync(join(wine.data, 'policy.json'), policy);
    const properties = ['PROFILE=C:\\campus one.causeway', 'AUTOSTART=1', 'HELPER=1'];
    const install = (file: string): string[] => ['/i', `C:\\${file}.msi`];
    const installed = () => places.installed(expected, { Profile: 'C:\\\\campus one.causeway', Autostart: '1', Helper: '1' });
    await step('install', [...install('0.1.0'), ...properties], 0, installed);
    await step('the same version over itself', install('again'), 0, installed);
    await step('upgrade', install('0.2.0'), 0, async () => [...(await installed()), ...(await wrongInApp(places.app(target)))]);
    await step('downgrade', install('0.1.0'), refused, installed);
    const givenUp = ['REINSTALL=ALL', 'REINSTALLMODE=vamus', 'AUTOSTART=0', 'HELPER=0'];
    await step('autostart and helper given up', [...install('0.2.0'), ...givenUp], 0, () => places.startsNothing());
    rmSync(wine.path('Program Files/Causeway/resources/app.asar'));
    await step('repair', [...install('0.2.0'), 'REINSTALL=ALL', 'REINSTALLMODE=amus'], 0, () => places.files(expected));
    await step('remove', ['/x', 'C:\\0.2.0.msi'], 0, () => places.removed());
    return wrong;
  } finally {
    await wine.stop();
  }
}

/** What an MSI holds that nothing here can install, and its tables. Returns what is wrong with them. */
export async function wrongInArm64({ resources, target }: Package, folder: string): Promise<string[]> {
  const file = join(folder, 'arm64.msi');
  const layout = join(resources, '..');
  makeMsi({ layout, version: '0.1.0', arch: 'arm64' }, file);
  const count = readTable(file, 'File').rows.length;
  const narrow = readTable(file, 'Component').rows.filter((row) => (Number(row['Attributes']) & component64) === 0);
  const actions = readTable(file, 'CustomAction').rows.map((row) => row['Action']);
  return [
    ...(count === filesBelow(layout).length ? [] : [`it has ${count} files`]),
    ...narrow.map((row) => `${row['Component'] ?? ''} is registered for 32 bits`),
    ...(readTable(file, 'Property').rows.some((row) => row['Property'] === 'REBOOT' && row['Value'] === 'ReallySuppress')
      ? []
      : ['it may restart the computer']),
    ...(actions.includes('RegisterHelper') ? [] : ['it does not register the helper']),
    ...((await wrongInInstaller(file, target)) ?? ['it was not unpacked']),
  ];
}

/** `msidbComponentAttributes64bit`. */
const component64 = 256;

function placesIn(wine: Wine) {
  const program = wine.path('Program Files/Causeway');
  const task = wine.path('windows/system32/tasks/Causeway/Helper');
  const shortcut = wine.path(`users/${process.env['USER'] ?? 'root'}/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Causeway.lnk`);
  const command = '\\"C:\\\\Program Files\\\\Causeway\\\\Causeway.exe\\"';
  const files = (expected: readonly string[]): string[] => {
    const there = existsSync(program) ? filesBelow(program) : [];
    return [
      ...expected.filter((path) => !there.includes(path)).map((path) => `${path} is missing`),
      ...there.filter((path) => !expected.includes(path)).map((path) => `${path} does not belong there`),
    ];
  };
  const policyIsKept = (): string[] =>
    readFileSync(join(wine.data, 'policy.json'), 'utf8') === policy ? [] : ['the policy is not as it was'];
  const registry = async (): Promise<string> => {
    const file = wine.path('registry.reg');
    rmSync(file, { force: true });
    await once(wine.spawn('reg', ['export', 'HKLM\\Software', registryFile, '/y'], join(wine.prefix, 'reg.log')), 'exit');
    return readFileSync(file, 'utf16le');
  };
  return {
    files,
    app: (target: Target): Package => packageAt(program, target),
    async installed(expected: readonly string[], noted: Readonly<Record<string, string>>): Promise<string[]> {
      const text = await registry();
      const lines = [
        ...Object.entries(noted).map(([name, value]) => `"${name}"="${value}"`),
        `"Causeway"="${command} --hidden --start-for-everybody"`,
        `@="${command} \\"%1\\""`,
        '"URL Protocol"=""',
        '@="Causeway.Profile"',
        ...[1, 2].map((word) => `"FriendlyTypeName"="@C:\\\\Program Files\\\\Causeway\\\\resources\\\\native\\\\words.dll,-${word}"`),
      ];
      return [
        ...files(expected),
        ...lines.filter((line) => !text.includes(line)).map((line) => `the registry lacks ${line}`),
        ...[shortcut, task].filter((file) => !existsSync(file)).map((file) => `${file} is missing`),
        ...policyIsKept(),
      ];
    },
    async startsNothing(): Promise<string[]> {
      return [
        ...((await registry()).includes(`${command} --hidden`) ? ['it still starts by itself'] : []),
        ...(existsSync(task) ? ['the helper is still registered'] : []),
      ];
    },
    async removed(): Promise<string[]> {
      const text = await registry();
      return [
        ...[program, shortcut, task].filter((path) => existsSync(path)).map((path) => `${path} is left`),
        ...text
          .split('\n')
          .filter((line) => /causeway/i.test(line))
          .map((line) => `the registry still has ${line.trim()}`),
        ...policyIsKept(),
        ...readdirSync(wine.path('Program Files'))
          .filter((name) => /causeway/i.test(name))
          .map((name) => `${name} is left`),
      ];
    },
  };
}
