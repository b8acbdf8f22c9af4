import path from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { breaches, promisedBy } from '../../../build/electron-contract.ts';
import { unreadable, usesOfElectron, type Use } from '../../../build/electron-uses.ts';

/** The check that every use of Electron stands in the contract of its double, on planted uses. */
const planted = path.resolve('electron/planted.ts');
const typesOnly = path.resolve('electron/planted-window.ts');

const sources: Readonly<Record<string, string>> = {
  [typesOnly]: `import { BaseWindow } from 'electron';
export const made = () => ({ window: new BaseWindow({ width: 10 }) });
`,
  [planted]: `import { app as ours, session, type WebContents } from 'electron';
import { once } from 'node:events';
import { made } from './planted-window.ts';

const { window } = made();
window.flashFrame(true);
window.on('moved', () => undefined);
export const { getSize } = window;
export function parameter(contents: WebContents, name: 'stop' | 'reload'): void {
  contents['setZoomLevel'](2);
  contents[name]();
  contents.once('dom-ready', () => undefined);
}
ours.setLoginItemSettings({ openAtLogin: true });
const settings = { execPath: '/x' };
ours.relaunch(settings);
ours.on('gpu-info-update', () => undefined);
export const event = async (contents: WebContents): Promise<unknown> => once(contents, 'did-start-navigation');
interface Ours { getTitle(): string }
const titleOf = (page: Ours): string => page.getTitle();
export const passed = (contents: WebContents): string => titleOf(contents);
session.defaultSession.on('will-download', (_event, { getFilename }) => void getFilename());
ours.on('child-process-gone', ours_listener);
function ours_listener(_event: unknown, details: { exitCode: number }): void { void details; }
export const unknownEvent = (contents: WebContents, name: string): void => void contents.removeAllListeners(name as 'focus' | 'blur');
let taken: number;
({ id: taken } = window);
export const took = (): number => taken;
export const reflected = (): unknown => Reflect.get(window, 'getOpacity');
`,
};

let uses: Use[] = [];
const names = (): string[] => uses.map(({ name }) => name);

beforeAll(() => {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: ['node'],
  };
  const host = ts.createCompilerHost(options);
  const withPlanted: ts.CompilerHost = {
    ...host,
    fileExists: (file) => file in sources || host.fileExists(file),
    readFile: (file) => sources[file] ?? host.readFile(file),
    getSourceFile: (file, target, ...rest) => {
      const text = sources[file];
      return text === undefined ? host.getSourceFile(file, target, ...rest) : ts.createSourceFile(file, text, target);
    },
  };
  const program = ts.createProgram([planted], options, withPlanted);
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
  uses = usesOfElectron(program, (file) => file in sources);
}, 120_000);

describe('a use of Electron is found', () => {
  test.each([
    ['of a member that arrives by inference', 'BaseWindow.flashFrame', 6],
    ['of an event by its name', "BaseWindow 'moved'", 7],
    ['of a member that is taken apart', 'BaseWindow.getSize', 8],
    ['of a member in brackets', 'WebContents.setZoomLevel', 10],
    ['of members by the names that a variable may hold', 'WebContents.reload', 11],
    ['of an event of a parameter', "WebContents 'dom-ready'", 12],
    ['of an option in a literal', 'Settings.openAtLogin', 14],
    ['of an option in a variable of a type of ours', 'RelaunchOptions.execPath', 16],
    ['of an event through an alias', "App 'gpu-info-update'", 17],
    ["of an event by Node's once", "WebContents 'did-start-navigation'", 18],
    ['of a member by an interface of ours', 'WebContents.getTitle', 21],
    ['of a member that a listener takes apart', 'DownloadItem.getFilename', 22],
    ['of a member by the parameter of a function of ours', 'Details.exitCode', 23],
    ['of an event that may be one of two', "WebContents 'blur'", 25],
    ['of a member by an assignment that takes apart', 'BaseWindow.id', 27],
    ['of a member by reflection', 'BaseWindow.getOpacity', 29],
  ])('a use of Electron is found: %s', (_how, name, line) => {
    expect(uses).toContainEqual({ name, file: path.join('electron', 'planted.ts'), line });
  });

  test('a use of an option and of a constructor in another file is found', () => {
    expect(names()).toEqual(expect.arrayContaining(['BaseWindow.new', 'BaseWindowConstructorOptions.width']));
  });
});

describe('the contract', () => {
  const table = ['## `BaseWindow`', '', '| Member | We rely on |', '| --- | --- |', "| `flashFrame`, `'moved'` | it flashes |"].join('\n');
  const used = (name: string): Use => ({ name, file: 'electron/x.ts', line: 3 });

  test('the contract names members and events by the heading above them', () => {
    expect(promisedBy(table)).toEqual([
      { name: 'BaseWindow.flashFrame', line: 5 },
      { name: "BaseWindow 'moved'", line: 5 },
    ]);
  });

  test('a use without a row, and a row without a use, break the contract, each with its place', () => {
    expect(breaches([used('BaseWindow.flashFrame'), used('BaseWindow.getSize')], promisedBy(table), 'README.md')).toEqual([
      "electron/x.ts:3 BaseWindow.getSize is not in the contract of Electron's double (README.md)",
      "README.md:5 BaseWindow 'moved' is used nowhere any more",
    ]);
    expect(breaches([used('BaseWindow.flashFrame'), used("BaseWindow 'moved'")], promisedBy(table), 'README.md')).toEqual([]);
  });

  test('an event whose name is only known at run time breaks the contract', () => {
    const name = `BaseWindow '${unreadable}'`;
    expect(breaches([used(name)], [{ name, line: 1 }], 'README.md')).toHaveLength(1);
  });
});
