import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RelaunchOptions } from 'electron';
import * as z from 'zod';
import { languagesOfEnvironment } from '../../shared/messages/languages.ts';
import { discard, headed, startChromium, type Chromium } from './chromium.ts';
import { followDownloads } from './downloads.ts';
import { Entry } from './entry.ts';
import { Pages } from './pages.ts';
import { NativeEmitter, isProcess, openWindows, preventable, report, stage } from './registry.ts';
import { SingleInstance } from './single-instance.ts';

/** `enter.mjs` puts Electron's own in its place. */
const endProcess = process.exit.bind(process);

/** Which app runs: `default_app/main.ts` reads it from the folder that Electron is given. */
export interface Identity {
  path: string;
  name: string;
  version: string;
}

/** As Electron reads them on Linux where a person looks on. Tests are not to depend on the environment. */
function languagesHere(): string[] {
  const named = headed ? languagesOfEnvironment(process.env) : null;
  return named === null || named.length === 0 ? ['en-US'] : named;
}

/** Electron's `app`. */
class App extends NativeEmitter {
  name: string;
  isPackaged = process.env['ELECTRON_DOUBLE_PACKAGED'] === '1';
  userAgentFallback = '';
  readonly dock = undefined;
  /** What tests read: calls that a desktop would have acted on. */
  readonly records = {
    protocolClients: new Set<string>(),
    loginItem: { openAtLogin: false } as { openAtLogin: boolean; openAsHidden?: boolean; args?: string[] },
    relaunches: 0,
    /** What the last of them was asked with. */
    relaunchedWith: null as RelaunchOptions | null,
    exitCode: null as number | null,
    badge: 0,
  };
  languages = languagesHere();

  private readonly switches: string[] = [];
  private readonly paths = new Map<string, string>();
  private readonly instance = new SingleInstance();
  private starting: Promise<{ chromium: Chromium; pages: Pages }> | null = null;
  private identity: Identity;
  private readiness: Promise<void> | null = null;
  private readonly entry = new Entry(isProcess);
  private quitting = false;
  private ownFolder: string | null = null;

  constructor() {
    super();
    const nobody = { path: process.cwd(), name: 'Electron', version: process.versions.electron };
    this.identity = isProcess ? nobody : identityOf(process.cwd());
    this.name = this.identity.name;
  }

  readonly commandLine = {
    appendSwitch: (name: string, value?: string): void => void this.switches.push(value === undefined ? `--${name}` : `--${name}=${value}`),
    appendArgument: (value: string): void => void this.switches.push(value),
    hasSwitch: (name: string): boolean =>
      argument(name) !== undefined || this.switches.some((each) => each === `--${name}` || each.startsWith(`--${name}=`)),
    getSwitchValue: (name: string): string => argument(name) ?? '',
  };

  // Chromium
  /** The browser, started when it is first needed. */
  async chromium(): Promise<Chromium> {
    return (await this.start()).chromium;
  }
  async pages(): Promise<Pages> {
    return (await this.start()).pages;
  }
  private start(): Promise<{ chromium: Chromium; pages: Pages }> {
    this.starting ??= this.startNow();
    return this.starting;
  }
  private async startNow(): Promise<{ chromium: Chromium; pages: Pages }> {
    const chromium = await startChromium(path.join(this.getPath('userData'), 'Chromium'), this.switches);
    const pages = new Pages(chromium);
    await pages.start();
    followDownloads(chromium.connection.root, this.getPath('downloads'));
    // What Playwright waits for when it launches an Electron
    if (isProcess) console.error(`DevTools listening on ${chromium.endpoint}`);
    return { chromium, pages };
  }

  // Ready
  whenReady(): Promise<void> {
    this.readiness ??= this.becomeReady();
    return this.readiness;
  }
  /** After the entry module, and never for an app that leaves before. */
  private async becomeReady(): Promise<void> {
    await this.entry.evaluated;
    if (this.isEnding()) await new Promise<never>(() => undefined);
    await this.start();
    stage.isReady = true;
    this.emit('will-finish-launching');
    this.emit('ready', {}, {});
  }
  startAs(identity: Identity): void {
    this.identity = identity;
    this.name = identity.name;
    this.entry.begin(endProcess);
  }
  entryEvaluated(): void {
    this.entry.over();
    // Ready comes whether or not anybody asks for it
    this.whenReady().catch(report);
  }
  isReady(): boolean {
    return stage.isReady;
  }

  // Who and where
  getName(): string {
    return this.name;
  }
  setName(name: string): void {
    this.name = name;
  }
  getVersion(): string {
    return this.identity.version;
  }
  getAppPath(): string {
    return this.identity.path;
  }
  getLocale(): string {
    return this.languages[0] ?? 'en-US';
  }
  getSystemLocale(): string {
    if (!stage.isReady) throw new Error('app.getSystemLocale() can only be called after app is ready');
    return this.getLocale();
  }
  getLocaleCountryCode(): string {
    return this.getLocale().split('-')[1] ?? '';
  }
  getPreferredSystemLanguages(): string[] {
    return [...this.languages];
  }
  getPath(name: string): string {
    const known = this.paths.get(name);
    if (known !== undefined) return known;
    if (!knownPaths.includes(name)) throw new Error(`Failed to get '${name}' path`);
    const folders: Record<string, string> = { temp: os.tmpdir(), home: os.homedir(), exe: process.execPath };
    const folder = folders[name] ?? (name === 'userData' ? this.defaultUserData() : path.join(this.getPath('userData'), name));
    this.paths.set(name, folder);
    // A folder that cannot be made is named all the same
    if (folders[name] === undefined && !existsSync(folder)) mkdirSync(folder, { recursive: true });
    return folder;
  }
  setPath(name: string, folder: string): void {
    if (!path.isAbsolute(folder)) throw new Error('Path must be absolute');
    if (!knownPaths.includes(name)) throw new Error('Failed to set path');
    this.paths.set(name, folder);
  }
  setAppLogsPath(folder?: string): void {
    if (folder !== undefined) this.setPath('logs', folder);
  }
  /** As on a command line, or a folder of this process's own that goes with it. */
  private defaultUserData(): string {
    const given = argument('user-data-dir') ?? process.env['ELECTRON_DOUBLE_USER_DATA'];
    if (given !== undefined) return path.resolve(given);
    this.ownFolder = mkdtempSync(path.join(os.tmpdir(), 'electron-double-'));
    return this.ownFolder;
  }

  // One instance
  requestSingleInstanceLock(additionalData?: unknown): boolean {
    const arrival = { argv: process.argv, cwd: process.cwd(), additionalData };
    return this.instance.request(this.getPath('userData'), arrival, (other) =>
      this.emit('second-instance', {}, other.argv, other.cwd, other.additionalData),
    );
  }
  hasSingleInstanceLock(): boolean {
    return this.instance.holds();
  }
  releaseSingleInstanceLock(): void {
    this.instance.release(this.getPath('userData'));
  }

  // The end
  quit(): void {
    if (this.quitting) return;
    const event = preventable({});
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    this.quitting = true;
    if (openWindows.size === 0) this.willQuit();
    for (const window of [...openWindows.values()]) window.close();
  }
  isQuitting(): boolean {
    return this.quitting;
  }
  /** `TerminateCurrentProcessImmediately`: no event, nothing is saved. */
  endAtOnce(): void {
    if (isProcess) process.kill(process.pid, 'SIGKILL');
    else this.records.exitCode = 0;
  }
  /** A window that does not close calls the quit off. */
  closeCancelled(): void {
    this.quitting = false;
  }
  /** Called by the last window as it goes. */
  allWindowsClosed(): void {
    if (this.records.exitCode !== null) return;
    if (this.quitting) this.willQuit();
    else if (!this.emit('window-all-closed')) this.quit();
  }
  private willQuit(): void {
    const event = preventable({});
    this.emit('will-quit', event);
    this.quitting = false;
    if (!event.defaultPrevented) this.exit(0);
  }
  /** At once: nothing is asked. */
  exit(code = 0): void {
    if (this.records.exitCode !== null) return;
    this.records.exitCode = code;
    this.quitting = true;
    for (const window of [...openWindows.values()]) window.destroy();
    this.emit('quit', {}, code);
    this.dispose()
      .catch(report)
      .finally(() => {
        if (isProcess) endProcess(code);
      });
  }
  /** The app is at its end: nothing that it waits for will happen any more. */
  isEnding(): boolean {
    return isProcess && this.records.exitCode !== null;
  }
  /** Closes what the double has opened; what `exit` ends with. */
  async dispose(): Promise<void> {
    await this.instance.delivered();
    await (await this.starting)?.chromium.close();
    this.releaseSingleInstanceLock();
    if (this.ownFolder !== null) await discard(this.ownFolder);
  }
  /** Recorded only: a real one starts the app anew once this process has left. */
  relaunch(options: RelaunchOptions = {}): boolean {
    this.records.relaunches += 1;
    this.records.relaunchedWith = options;
    return true;
  }

  // What a desktop would remember
  /** On Linux by the app's desktop file, which has to be installed (`SetDefaultWebClient` in `shell/browser/browser_linux.cc`). */
  setAsDefaultProtocolClient(scheme: string): boolean {
    if (process.platform === 'linux' && !hasDesktopFile(`${this.name.toLowerCase()}.desktop`)) return false;
    this.records.protocolClients.add(scheme);
    return true;
  }
  removeAsDefaultProtocolClient(scheme: string): boolean {
    return this.records.protocolClients.delete(scheme);
  }
  isDefaultProtocolClient(scheme: string): boolean {
    return this.records.protocolClients.has(scheme);
  }
  setLoginItemSettings(settings: { openAtLogin?: boolean; openAsHidden?: boolean; args?: string[] }): void {
    this.records.loginItem = { ...settings, openAtLogin: settings.openAtLogin ?? false };
  }
  getLoginItemSettings(): { openAtLogin: boolean; wasOpenedAtLogin: boolean; executableWillLaunchAtLogin: boolean } {
    const { openAtLogin } = this.records.loginItem;
    return { openAtLogin, wasOpenedAtLogin: false, executableWillLaunchAtLogin: openAtLogin };
  }
  setBadgeCount(count = 0): boolean {
    this.records.badge = count;
    return true;
  }

  // What has no effect here
  setAppUserModelId(): void {
    return;
  }
  setUserTasks(): boolean {
    return true;
  }
  setAboutPanelOptions(): void {
    return;
  }
  enableSandbox(): void {
    if (stage.isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
  }
  disableHardwareAcceleration(): void {
    if (stage.isReady) throw new Error('app.disableHardwareAcceleration() can only be called before app is ready');
  }
  setSecureKeyboardEntryEnabled(): void {
    return;
  }
  focus(): void {
    return;
  }
  show(): void {
    return;
  }
  hide(): void {
    return;
  }
  isAccessibilitySupportEnabled(): boolean {
    return false;
  }
}

/** Names that `App::GetPath` knows (`shell/browser/api/electron_api_app.cc`, `GetPathConstant`). */
const knownPaths: readonly string[] = [
  'appData',
  'userData',
  'sessionData',
  'home',
  'temp',
  'exe',
  'module',
  'desktop',
  'documents',
  'downloads',
  'music',
  'pictures',
  'videos',
  'recent',
  'logs',
  'crashDumps',
  'assets',
];

/** Of an app whose package lies in `folder`. */
function identityOf(folder: string): Identity {
  const { name, productName, version } = z
    .object({ name: z.string(), productName: z.optional(z.string()), version: z.string() })
    .parse(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')));
  return { path: folder, name: productName ?? name, version };
}

/** Whether a desktop file of this name is installed (freedesktop.org's Desktop Entry and Base Directory specifications). */
function hasDesktopFile(name: string): boolean {
  const own = process.env['XDG_DATA_HOME'] ?? path.join(os.homedir(), '.local/share');
  const folders = [own, ...(process.env['XDG_DATA_DIRS'] ?? '/usr/local/share:/usr/share').split(':')];
  return folders.some((folder) => existsSync(path.join(folder, 'applications', name)));
}

/** The value of `--name=value` among this process's arguments; empty for a bare `--name`. */
function argument(name: string): string | undefined {
  const found = process.argv.find((each) => each === `--${name}` || each.startsWith(`--${name}=`));
  return found?.slice(name.length + 3);
}

export const app = new App();
