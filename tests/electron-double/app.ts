import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { discard, startChromium, type Chromium } from './chromium.ts';
import { followDownloads } from './downloads.ts';
import { Pages } from './pages.ts';
import { isProcess, openWindows, preventable, report } from './registry.ts';
import { SingleInstance } from './single-instance.ts';

/** Electron's `app`. */
class App extends EventEmitter {
  name = 'Causeway';
  isPackaged = process.env['ELECTRON_DOUBLE_PACKAGED'] === '1';
  userAgentFallback = '';
  readonly dock = undefined;
  /** What tests read: calls that a desktop would have acted on. */
  readonly records = {
    protocolClients: new Set<string>(),
    loginItem: { openAtLogin: false } as { openAtLogin: boolean; openAsHidden?: boolean; args?: string[] },
    relaunches: 0,
    exitCode: null as number | null,
    badge: 0,
  };
  languages = ['en-US'];

  private readonly switches: string[] = [];
  private readonly paths = new Map<string, string>();
  private readonly instance = new SingleInstance();
  private starting: Promise<{ chromium: Chromium; pages: Pages }> | null = null;
  private readiness: Promise<void> | null = null;
  private evaluated: () => void = () => undefined;
  /** Within a test there is no entry module to wait for. */
  private readonly entry = isProcess ? new Promise<void>((resolve) => (this.evaluated = resolve)) : Promise.resolve();
  private isReadyNow = false;
  private quitting = false;
  private ownFolder: string | null = null;

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

  // Ready: once the entry module has been evaluated, top-level awaits and all (`JoinAppCode` in Electron's node_bindings.cc)
  /** Called by `enter.mjs`. */
  entryEvaluated(): void {
    this.evaluated();
    if (this.records.exitCode === null) this.whenReady().catch(report);
  }
  whenReady(): Promise<void> {
    this.readiness ??= this.entry.then(async () => {
      await this.start();
      this.isReadyNow = true;
      this.emit('ready', {}, {});
    });
    return this.readiness;
  }
  isReady(): boolean {
    return this.isReadyNow;
  }

  // Who and where
  getName(): string {
    return this.name;
  }
  setName(name: string): void {
    this.name = name;
  }
  getVersion(): string {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(path.join(this.getAppPath(), 'package.json'), 'utf8')));
    return version;
  }
  /** The folder of the package that the main script belongs to. */
  getAppPath(): string {
    let folder = path.dirname(path.resolve(process.argv[1] ?? '.'));
    while (!existsSync(path.join(folder, 'package.json')) && folder !== path.dirname(folder)) folder = path.dirname(folder);
    return folder;
  }
  getLocale(): string {
    return this.languages[0] ?? 'en-US';
  }
  getSystemLocale(): string {
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
    const folders: Record<string, string> = { temp: os.tmpdir(), home: os.homedir(), exe: process.execPath };
    const folder = folders[name] ?? (name === 'userData' ? this.defaultUserData() : path.join(this.getPath('userData'), name));
    this.paths.set(name, folder);
    if (folders[name] === undefined) mkdirSync(folder, { recursive: true });
    return folder;
  }
  setPath(name: string, folder: string): void {
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
    for (const window of [...openWindows.values()]) window.close();
    if (openWindows.size > 0) this.quitting = false;
    else this.willQuit();
  }
  /** Called by the last window as it goes. */
  allWindowsClosed(): void {
    if (this.quitting) return;
    if (!this.emit('window-all-closed')) this.quit();
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
        if (isProcess) process.exit(code);
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
  relaunch(): void {
    this.records.relaunches += 1;
  }

  // What a desktop would remember
  setAsDefaultProtocolClient(scheme: string): boolean {
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
    return;
  }
  disableHardwareAcceleration(): void {
    return;
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

/** The value of `--name=value` among this process's arguments; empty for a bare `--name`. */
function argument(name: string): string | undefined {
  const found = process.argv.find((each) => each === `--${name}` || each.startsWith(`--${name}=`));
  return found?.slice(name.length + 3);
}

// Electron's loop never counts as empty: a main process that waits for what cannot come hangs, and does not end
if (isProcess) setInterval(() => undefined, 60_000);

export const app = new App();
