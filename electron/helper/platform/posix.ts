import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, readdir, readFile, readlink, realpath, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { tunnelMarks } from '../../../shared/tunnel-marks.ts';
import { helperProtocol } from '../../helper-client/protocol.ts';
import { signalled } from '../../tunnels/openconnect/process.ts';
import { cleanEnvironment } from '../../tunnels/openconnect/environment-posix.ts';
import type { TrafficCount } from '../../tunnels/tunnel.ts';
import type { NetworkState, Resolver } from '../network-state.ts';
import { bootId } from './boot-posix.ts';
import { ip } from './ip-posix.ts';
import { linuxNetwork } from './network-linux.ts';
import { trafficInNetstat } from './netstat-macos.ts';
import type { ListeningSocket, HelperPlatform } from './platform.ts';

const isMac = process.platform === 'darwin';
/** Where the pkg puts what runs as root (`build/macos/pkg/postinstall`). */
const macFolder = '/Library/PrivilegedHelperTools/org.causeway.helper';
const resolverFile = '/etc/resolv.conf';
/** Route conditions that the kernel prints but does not accept. */
const conditions = /\s(linkdown|dead|offload|trap|expires \d+sec)(?=\s|$)/g;

/** Linux and macOS. Routes and interfaces are read on Linux only. */
export const posix: HelperPlatform = {
  places: {
    config: '/etc/causeway/helper.json',
    run: isMac ? '/var/run/causeway' : helperProtocol.directory,
    state: isMac ? '/var/db/causeway' : '/var/lib/causeway',
    openconnect: isMac ? `${macFolder}/openconnect` : '/usr/sbin/openconnect',
    vpncScript: isMac ? `${macFolder}/vpnc-script` : '/usr/share/vpnc-scripts/vpnc-script',
  },
  user: z.string().check(z.regex(/^[a-z_][a-z0-9_.-]{0,31}$/)),
  path: z.string().check(z.regex(/^\/[A-Za-z0-9._/ +-]+$/), z.maxLength(300)),
  device: process.platform === 'linux' ? tunnelMarks.device : null,
  mayServe: () => Promise.resolve(process.getuid?.() === 0),
  // Only root can make folders there
  makeStateFolder: () => Promise.resolve(true),
  async nameOf(uid) {
    try {
      return (await promisify(execFile)('/usr/bin/id', ['-un', String(uid)], { timeout: 5_000, env: {} })).stdout.trim();
    } catch {
      return null;
    }
  },
  async socketsFor(users, run, log) {
    const found = await Promise.all(
      users.map(async (name): Promise<ListeningSocket[]> => {
        try {
          const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
          return [{ name, open: (server) => openSocket(server, run, `${name}.sock`, uid, gid) }];
        } catch {
          log(`there is no user ${name}`);
          return [];
        }
      }),
    );
    return found.flat();
  },
  scriptSocket: (run, user) => ({
    name: 'script',
    open: (server) => openSocket(server, run, scriptSocket, user?.uid ?? 0, user?.gid ?? 0),
  }),
  networkControl: isMac ? null : linuxNetwork,
  scriptAddress: (run) => join(run, scriptSocket),
  // A command line for openconnect's shell
  scriptFor: (args) => Promise.resolve(args.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')),
  processControl: () => Promise.resolve(signalled),
  interrupt: null,
  async librariesOf(openconnect) {
    // The folder of the file itself, not of a link to it: `$ORIGIN` of ld.so(8). A missing program is reported elsewhere
    const folder = dirname(await realpath(openconnect).catch(() => openconnect));
    const names = await readdir(folder).catch(() => []);
    return names.filter((name) => /\.(so(\.\d+)*|dylib)$/.test(name)).map((name) => join(folder, name));
  },
  vpncScript: (path) => Promise.resolve({ command: path, args: [], environment: cleanEnvironment, folder: '/' }),
  network: {
    read: readNetwork,
    async changeRoute(verb, route) {
      const [family = '-4', ...args] = route.split(' ');
      await ip(family, 'route', verb, ...args);
    },
    async removeLink(name) {
      await ip('link', 'del', 'dev', name).catch(() => undefined);
    },
    restoreResolver,
    async forgetBackups(pid) {
      const directory = '/var/run/vpnc';
      const names = await readdir(directory).catch(() => []);
      await Promise.all(names.filter((name) => name.endsWith(`.${pid}`)).map((name) => rm(join(directory, name), { force: true })));
    },
    async traffic(device) {
      if (isMac) return trafficOnMac(device);
      const read = async (name: string): Promise<number> => Number(await readFile(`/sys/class/net/${device}/statistics/${name}`, 'latin1'));
      try {
        const [received, sent] = await Promise.all([read('rx_bytes'), read('tx_bytes')]);
        return { received, sent };
      } catch {
        // The interface is going away
        return null;
      }
    },
  },
  boot: {
    now: () => bootId(),
    isThis: (noted) => noted === bootId(),
  },
  processes: {
    startOf: (pid) => Promise.resolve(readQuietly(`/proc/${pid}/stat`)?.split(') ')[1]?.split(' ')[19] ?? null),
    nameOf: (pid) => Promise.resolve(readQuietly(`/proc/${pid}/comm`)?.trim() ?? ''),
  },
};

const scriptSocket = '.script';

async function trafficOnMac(device: string): Promise<TrafficCount | null> {
  const options = { env: cleanEnvironment, timeout: 2_000, encoding: 'latin1' as const };
  try {
    const { stdout } = await promisify(execFile)('/usr/sbin/netstat', ['-I', device, '-b', '-n'], options);
    return trafficInNetstat(stdout, device);
  } catch {
    // The interface is going away
    return null;
  }
}

function readQuietly(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}

/** Asks the system, because users may come from a directory service and not only from a file. */
async function idOf(what: '-u' | '-g', name: string): Promise<number> {
  const { stdout } = await promisify(execFile)('/usr/bin/id', [what, name], { timeout: 5_000, env: {} });
  return z.number().check(z.int(), z.minimum(0)).parse(Number(stdout.trim()));
}

/** Opens a socket that only its user can use: mode 0600. */
async function openSocket(server: Server, directory: string, name: string, uid: number, gid: number): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  // Others may enter the folder but not list it
  await chmod(directory, 0o711);
  const path = join(directory, name);
  await rm(path, { force: true });
  // Create it with no access and then give it to its user. One socket at a time: umask applies to the whole process
  const former = process.umask(0o777);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(former);
  }
  // In this order neither call needs more privileges than root has here, and nobody else can connect in between
  await chmod(path, 0o600);
  await chown(path, uid, gid);
}

async function readNetwork(): Promise<NetworkState> {
  const routes = async (family: '-4' | '-6'): Promise<string[]> =>
    (await ip('-o', family, 'route', 'show', 'table', 'main'))
      .split('\n')
      .map((line) => line.replaceAll('\\', ' ').replace(conditions, '').replace(/\s+/g, ' ').trim())
      .filter(Boolean)
      .map((line) => `${family} ${line}`);
  const [four, six, links, resolver] = await Promise.all([routes('-4'), routes('-6'), ip('-o', 'link', 'show'), readResolver()]);
  const names = links.split('\n').flatMap((line) => /^\d+: ([^:@]+)[:@]/.exec(line)?.[1] ?? []);
  return { routes: [...four, ...six], links: names, resolver };
}

async function readResolver(): Promise<Resolver> {
  const isLink = await lstat(resolverFile).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  return {
    link: isLink ? await readlink(resolverFile) : null,
    text: await readFile(resolverFile, 'utf8').catch(() => null),
  };
}

async function restoreResolver(before: Resolver, after: Resolver | null): Promise<void> {
  const now = await readResolver();
  if (now.link === before.link && now.text === before.text) return;
  const isOurs =
    (now.text?.includes('#@VPNC_GENERATED@') ?? false) || (after !== null && now.link === after.link && now.text === after.text);
  if (!isOurs) return;
  if (now.link !== before.link) {
    await unlink(resolverFile);
    if (before.link !== null) await symlink(before.link, resolverFile);
  }
  // Write in place: a link's target keeps its owner and mode, and a mounted file cannot be replaced
  if (before.text !== null && (await readResolver()).text !== before.text) await writeFile(resolverFile, before.text);
}
