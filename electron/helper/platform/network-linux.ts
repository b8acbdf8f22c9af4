import { execFile } from 'node:child_process';
import { constants, existsSync, readFileSync } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { tunnelMarks } from '../../../shared/tunnel-marks.ts';
import { peersOf } from '../../tunnels/openconnect/sockets-linux.ts';
import { cleanEnvironment } from '../../tunnels/openconnect/environment-posix.ts';
import { routeTo, type Plan, type Route, type LocalNetwork } from '../network-plan.ts';
import type { Resolver } from '../network-state.ts';
import { halvesOf, isOne, prefixOf, prefixText, type Prefix } from '../ip-prefix.ts';
import { ip } from './ip-posix.ts';
import type { NetworkControl, TunnelUser } from './platform.ts';

/** Created by the package (`build/services/causeway-vpn.conf`). */
const userName = 'causeway-vpn';
const setpriv = '/usr/bin/setpriv';
const resolvectl = '/usr/bin/resolvectl';
const resolverFile = '/etc/resolv.conf';

/** Marks our bypass routes, so that we can remove them after any crash. */
const protocol = tunnelMarks.routeProtocol;

/** The routing table for TCP to the gateway. UDP does not use it: datagrams detect their own size and must not be cut. */
const shortPacketTable = protocol;
/** Every path accepts this size (RFC 8200, 5: IPv6's minimum MTU). */
const minimumMtu = 1280;
/** Bytes of IP and TCP headers, by address family. */
const headers = { 4: 40, 6: 60 } as const;

/** Linux: the helper changes the network itself, from the requests that openconnect's script forwards. */
export const linuxNetwork: NetworkControl = {
  async user() {
    const number = async (what: '-u' | '-g'): Promise<number> =>
      z
        .number()
        .check(z.int(), z.minimum(1))
        .parse(Number((await promisify(execFile)('/usr/bin/id', [what, userName], { timeout: 5_000, env: {} })).stdout.trim() || '0'));
    try {
      return { uid: await number('-u'), gid: await number('-g') };
    } catch {
      return null;
    }
  },
  program: setpriv,
  // Changing the user drops all capabilities, and none can be regained
  args: ({ uid, gid }) => [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--inh-caps=-all', '--no-new-privs', '--'],
  async makeDevice(device, { uid }) {
    // Remove one of ours left from an earlier run. Another owner's interface stays and makes this fail
    if (ownerOf(device) === uid) await ip('link', 'del', 'dev', device);
    await ip('tuntap', 'add', 'dev', device, 'mode', 'tun', 'user', String(uid));
    await ip('link', 'set', 'dev', device, 'up');
  },
  localNetwork,
  async limitPacketSize(addresses, { routes }) {
    for (const to of addresses.flatMap((text) => prefixOf(text) ?? [])) {
      const path = routeTo(to, routes);
      if (!path) continue;
      const args = [...(path.via === null ? [] : ['via', path.via]), 'dev', path.device];
      const bounds = ['mtu', String(minimumMtu), 'advmss', String(minimumMtu - headers[to.family])];
      await ip(family(to), 'route', 'replace', prefixText(to), ...args, ...bounds, 'proto', protocol, 'table', shortPacketTable);
      const rule = ['ipproto', 'tcp', 'to', prefixText(to), 'lookup', shortPacketTable, 'protocol', protocol];
      await ip(family(to), 'rule', 'add', ...rule).catch((error: unknown) => {
        if (!alreadyExists(error)) throw error;
      });
    }
  },
  async carryOut(plan, device) {
    await ip('link', 'set', 'dev', device, 'mtu', String(plan.mtu));
    for (const address of plan.addresses)
      await ip(family(address), 'addr', 'replace', prefixText(address), 'dev', device, ...(address.family === 6 ? ['nodad'] : []));
    await addBypassRoutes(plan);
    for (const block of plan.through) await addTunnelRoute(block, device, plan.packetSize);
  },
  addBypassRoutes,
  namesFor({ nameServers, domains }, before) {
    if (nameServers.length === 0 || isResolved(before)) return null;
    // Keep the other options, but replace the name servers
    const rest = (before.text ?? '').split('\n').filter((line) => /^\s*options\s/.test(line));
    const search = [...domains, ...(/^[ \t]*search[ \t]+(\S.*)$/m.exec(before.text ?? '')?.[1]?.split(/\s+/) ?? [])].slice(0, 6);
    return [
      tunnelMarks.resolver,
      ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
      // The resolver uses at most three (resolv.conf(5))
      ...nameServers.slice(0, 3).map((server) => `nameserver ${server}`),
      ...rest,
      '',
    ].join('\n');
  },
  async setNames(plan, device, text) {
    if (plan.nameServers.length === 0) return;
    // Write in place: the file may be a mount or the target of a link
    if (text !== null) await writeFile(resolverFile, text);
    else {
      const isWhole = plan.through.some(({ length }) => length === 1);
      await run(resolvectl, 'dns', device, ...plan.nameServers);
      await run(resolvectl, 'domain', device, ...plan.domains, ...(isWhole || plan.domains.length === 0 ? ['~.'] : []));
    }
  },
  async clear(device, user) {
    if (ownerOf(device) === user?.uid) await ip('link', 'del', 'dev', device).catch(() => undefined);
    for (const each of ['-4', '-6']) {
      await ip(each, 'rule', 'flush', 'protocol', protocol).catch(() => undefined);
      await ip(each, 'route', 'flush', 'table', 'all', 'proto', protocol).catch(() => undefined);
    }
  },
  async canChangeNames() {
    if (isResolved({ link: null, text: readQuietly(resolverFile) })) return true;
    try {
      await access(resolverFile, constants.W_OK);
      return true;
    } catch (error) {
      return !(error instanceof Error && 'code' in error && error.code === 'EROFS');
    }
  },
};

const family = (block: Prefix): '-4' | '-6' => (block.family === 4 ? '-4' : '-6');

async function addBypassRoutes({ bypass }: Pick<Plan, 'bypass'>): Promise<void> {
  for (const { to, via, device } of bypass) {
    const path = [...(via === null ? [] : ['via', via]), 'dev', device];
    await ip(family(to), 'route', 'add', prefixText(to), ...path, 'proto', protocol).catch((error: unknown) => {
      // An existing route is fine: the bypass was copied from it
      if (!alreadyExists(error)) throw error;
    });
  }
}

/** Adds a route through the tunnel. If another route to exactly that block exists, adds its two halves, which take precedence; the other stays. */
async function addTunnelRoute(block: Prefix, device: string, packets: number | null): Promise<void> {
  const bounds = packets === null ? [] : ['mtu', String(packets), 'advmss', String(packets - headers[block.family])];
  try {
    await ip(family(block), 'route', 'add', prefixText(block), 'dev', device, ...bounds);
  } catch (error) {
    if (!alreadyExists(error) || isOne(block)) throw error;
    for (const half of halvesOf(block)) await ip(family(half), 'route', 'add', prefixText(half), 'dev', device, ...bounds);
  }
}

const alreadyExists = (error: unknown): boolean => error instanceof Error && error.message.includes('File exists');

const rowSchema = z.object({
  dst: z.string(),
  gateway: z.optional(z.string()),
  via: z.optional(z.object({ host: z.string() })),
  dev: z.optional(z.string()),
  metric: z.optional(z.number()),
  protocol: z.optional(z.string()),
  nexthops: z.optional(z.array(z.object({ gateway: z.optional(z.string()), dev: z.string() }))),
});
const linkSchema = z.object({ ifname: z.string(), addr_info: z.optional(z.array(z.object({ local: z.optional(z.string()) }))) });

async function localNetwork(device: string, { uid }: TunnelUser, before: Resolver): Promise<LocalNetwork> {
  const json = async <T>(schema: z.ZodMiniType<T>, ...args: string[]): Promise<T[]> =>
    z.array(schema).parse(JSON.parse((await ip('-j', ...args)) || '[]'));
  const routes = async (version: 4 | 6): Promise<Route[]> =>
    (await json(rowSchema, `-${version}`, 'route', 'show', 'table', 'main')).flatMap((row) => {
      const first = row.nexthops?.[0];
      const to = prefixOf(row.dst === 'default' ? (version === 4 ? '0.0.0.0/0' : '::/0') : row.dst);
      const through = row.dev ?? first?.dev;
      if (!to || through === undefined || through === device || row.protocol === protocol) return [];
      return [{ to, via: row.gateway ?? row.via?.host ?? first?.gateway ?? null, device: through, metric: row.metric ?? 0 }];
    });
  const [four, six, links, peers] = await Promise.all([routes(4), routes(6), json(linkSchema, 'addr', 'show'), peersOf(uid)]);
  const addresses = links
    .filter(({ ifname }) => ifname !== device)
    .flatMap(({ addr_info = [] }) => addr_info.flatMap(({ local }) => local ?? []));
  return { device, peers, routes: [...four, ...six], nameServers: nameServersIn(before), addresses };
}

/** The local network's name servers. If systemd-resolved is used, it lists them in a file. */
function nameServersIn(before: Resolver): string[] {
  const text = isResolved(before) ? (readQuietly('/run/systemd/resolve/resolv.conf') ?? '') : (before.text ?? '');
  return [...text.matchAll(/^[ \t]*nameserver[ \t]+([0-9a-fA-F.:]+)[ \t\r]*$/gm)].map(([, server = '']) => server);
}

/** Whether systemd-resolved resolves names. It takes a tunnel's name servers per interface and drops them with the interface. */
const isResolved = ({ link, text }: Resolver): boolean =>
  existsSync(resolvectl) &&
  ((link?.includes('systemd/resolve/') ?? false) || /^[ \t]*nameserver[ \t]+127\.0\.0\.5[34][ \t\r]*$/m.test(text ?? ''));

/** The owner of a tun interface, according to the kernel. Null: no owner, or no such interface. */
function ownerOf(device: string): number | null {
  const text = readQuietly(`/sys/class/net/${device}/owner`)?.trim();
  return text === undefined || !/^\d+$/.test(text) ? null : Number(text);
}

function readQuietly(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(command, args, { env: cleanEnvironment, timeout: 5_000 });
}
