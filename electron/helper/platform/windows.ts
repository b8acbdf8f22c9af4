import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { win32 } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { onlyRootCanChange } from '../../system/root-owned.ts';
import { adapters } from '../../system/windows/adapters.ts';
import { native } from '../../system/windows/native.ts';
import { listenOnPipe } from '../../system/windows/pipe.ts';
import { helperPipe } from '../../helper-client/address.ts';
import { cleanEnvironment } from '../../tunnels/openconnect/environment-posix.ts';
import { ownProgram } from '../own-program.ts';
import type { ListeningSocket, HelperPlatform } from './platform.ts';
import { calls } from './windows-calls.ts';
import { filePath, launcherScript, routesIn, routeArguments, userName, userSid } from './windows-formats.ts';

const data = win32.join(process.env['ProgramData'] ?? 'C:\\ProgramData', 'Causeway');
const installed = win32.dirname(process.execPath);
/** Part of the name of the script's pipe. If the name were predictable, another program could take it first, and no tunnel would work. */
const thisRun = randomBytes(8).toString('hex');

/**
 * Windows. When openconnect exits, its adapter goes away with its addresses, routes and name servers. Only the bypass routes
 * (to the gateway and to excluded networks) are left to remove.
 */
export const windows: HelperPlatform = {
  places: {
    config: win32.join(data, 'helper.json'),
    run: helperPipe,
    state: win32.join(data, 'state'),
    openconnect: win32.join(installed, 'openconnect.exe'),
    vpncScript: win32.join(installed, 'vpnc-script-win.js'),
  },
  user: z.string().check(z.refine((text) => userSid.test(text) || userName.test(text))),
  path: z.string().check(z.regex(filePath)),
  device: 'causeway0',
  mayServe: async () => (await native()).isElevated(),
  async makeStateFolder(path) {
    // Do not create the folders above it: in `ProgramData` everybody can make folders, and owns what is in them
    await mkdir(path).catch(() => undefined);
    return onlyRootCanChange(path);
  },
  nameOf: () => Promise.resolve(null),
  async socketsFor(users, run, log) {
    const known = await calls();
    return users.flatMap((name): ListeningSocket[] => {
      const sid = userSid.test(name) ? name : known.sidOf(name);
      if (sid === null) log(`there is no user ${name}`);
      return sid === null
        ? []
        : [{ name, open: (server) => listenOnPipe(server, `${run}-${sid}`, { owner: 'administrators', user: sid }) }];
    });
  },
  scriptSocket: (run) => ({
    name: 'script',
    open: (server) => listenOnPipe(server, windows.scriptAddress(run), { owner: 'administrators', user: null }),
  }),
  scriptAddress: (run) => `${run}-script-${thisRun}`,
  async scriptFor(args, state) {
    const file = win32.join(state, 'openconnect-script.js');
    await writeFile(file, launcherScript(args));
    return file;
  },
  async processControl() {
    return { environment: await environment(), folder: await systemFolder(), askToExit, reconnect: () => undefined, exitTimeoutMs: 6_000 };
  },
  async interrupt(pid, how) {
    // openconnect signs out on Ctrl-C and keeps the session on Ctrl-Break
    if (!(await calls()).press(pid, how === 'sign-out' ? 'ctrl-c' : 'ctrl-break')) process.kill(pid, 'SIGKILL');
  },
  async vpncScript(path) {
    const folder = await systemFolder();
    return { command: win32.join(folder, 'cscript.exe'), args: ['//Nologo', '//B', path], environment: await environment(), folder };
  },
  networkControl: null,
  async librariesOf(openconnect) {
    const folder = win32.dirname(openconnect);
    const libraries = (await readdir(folder)).filter((name) => /\.dll$/i.test(name));
    // wintun.dll, the adapter's driver, must be there and safe too
    return [...new Set([...libraries, 'wintun.dll'])].map((name) => win32.join(folder, name));
  },
  network: {
    async read() {
      return { routes: routesIn(await route('print', '-4')), links: [], resolver: { link: null, text: null } };
    },
    async changeRoute(verb, args) {
      await route(...routeArguments(verb, args));
    },
    removeLink: () => Promise.resolve(),
    restoreResolver: () => Promise.resolve(),
    forgetBackups: () => Promise.resolve(),
    traffic: async (device) => {
      const adapter = (await adapters()).named(device);
      return adapter && { received: adapter.received, sent: adapter.sent };
    },
  },
  boot: {
    now: () => String(upSince()),
    // The clock may be adjusted: a few seconds do not mean a restart
    isThis: (noted) => Math.abs(Number(noted) - upSince()) <= 20,
  },
  processes: {
    startOf: async (pid) => (await calls()).startOf(pid),
    nameOf: async (pid) => win32.basename((await calls()).programOf(pid) ?? '').replace(/\.exe$/i, ''),
  },
};

const upSince = (): number => Math.round(Date.now() / 1000 - uptime());

const systemFolder = async (): Promise<string> => (await native()).systemFolder();

/** A clean environment: nothing inherited, and only programs in the system's own folder. */
async function environment(): Promise<Readonly<Record<string, string>>> {
  const folder = await systemFolder();
  const root = win32.dirname(folder);
  return { ...cleanEnvironment, PATH: folder, SystemRoot: root, windir: root, ComSpec: win32.join(folder, 'cmd.exe'), PATHEXT: '.EXE' };
}

async function route(...args: string[]): Promise<string> {
  const command = win32.join(await systemFolder(), 'route.exe');
  const options = { env: await environment(), timeout: 5_000, windowsHide: true, encoding: 'latin1' as const };
  return (await promisify(execFile)(command, args, options)).stdout;
}

/** A process can have only one console. So another instance of this program attaches to openconnect's console. */
function askToExit(pid: number, how: 'detach' | 'sign-out'): void {
  const [program, ...args] = ownProgram();
  // If this fails, openconnect is killed a little later
  spawn(program, [...args, 'leave', String(pid), how], { stdio: 'ignore', windowsHide: true }).on('error', () => undefined);
}
