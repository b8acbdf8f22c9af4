import { covers, halvesOf, isOne, prefixOf, prefixText, type Prefix } from './ip-prefix.ts';
import type { NetworkRequest } from './network-request.ts';

/** A route of this computer that does not belong to the tunnel. */
export interface Route {
  readonly to: Prefix;
  /** The next router. Null: the network is directly connected. */
  readonly via: string | null;
  readonly device: string;
  readonly metric: number;
}

/** This computer's network, against which a gateway's request is checked. */
export interface LocalNetwork {
  /** The tunnel's interface. */
  readonly device: string;
  /** The addresses that openconnect is connected to, according to the kernel. */
  readonly peers: readonly string[];
  readonly routes: readonly Route[];
  /** The local network's name servers. */
  readonly nameServers: readonly string[];
  /** This computer's own addresses. */
  readonly addresses: readonly string[];
}

/** A route that bypasses the tunnel. */
export interface BypassRoute {
  readonly to: Prefix;
  readonly via: string | null;
  readonly device: string;
}

/** The changes to make for a gateway. */
export interface Plan {
  /** The interface's MTU: at least the minimum of its address families. */
  readonly mtu: number;
  /** The packet size for routes through the tunnel, if the path to the gateway allows less than `mtu`. */
  readonly packetSize: number | null;
  /** Single addresses. The networks behind them are routes. */
  readonly addresses: readonly Prefix[];
  readonly through: readonly Prefix[];
  readonly bypass: readonly BypassRoute[];
  readonly nameServers: readonly string[];
  readonly domains: readonly string[];
  /** What was refused, for the log. */
  readonly refused: readonly string[];
}

const usualMtu = 1400;
const leastMtu = { 4: 576, 6: 1280 } as const;

/** Special addresses that no campus can own: loopback, link-local, multicast, unspecified (RFC 6890). */
const specialBlocks = [
  '127.0.0.0/8',
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::1/128',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  '::ffff:0:0/96',
].flatMap((text) => prefixOf(text) ?? []);

/**
 * Decides which of a gateway's requests to carry out. Throws the reason if this cannot be that gateway's tunnel: its address
 * is not the one that openconnect is connected to, or the tunnel's own address is not allowed. Single routes that a gateway
 * may not set are refused and listed: special addresses, and routes that would send the local router or name servers into
 * the tunnel. If a larger block contains one of those, that one gets a bypass route.
 */
export function planNetwork(wanted: NetworkRequest, here: LocalNetwork): Plan {
  const gateway = peerOf(wanted, here);
  const refused: string[] = wanted.leftOut === 0 ? [] : [`${wanted.leftOut} more, too many or of no known shape`];
  const networks = wanted.addresses.map((text) => ownAddress(text, here));
  const addresses = networks.map(({ address }) => address);
  const families = new Set(addresses.map(({ family }) => family));
  const excluded = excludedBlocks(here);
  const blocks = wanted.include.flatMap((text) => prefixOf(text) ?? []);
  const bypass: BypassRoute[] = [];
  const through: Prefix[] = [];
  const addBypass = (to: Prefix): void => {
    const existing = routeTo(to, here.routes);
    if (existing && !bypass.some((each) => prefixText(each.to) === prefixText(to)))
      bypass.push({ to, via: existing.via, device: existing.device });
  };
  const addThrough = (block: Prefix): void => {
    const why = families.has(block.family)
      ? refusalReason(block, gateway, excluded, here.routes)
      : 'the tunnel has no address of that kind';
    if (why !== null) {
      refused.push(`${prefixText(block)}: ${why}`);
      return;
    }
    for (const each of excluded) if (covers(block, each.address)) addBypass(each.address);
    through.push(block);
  };
  // A gateway on this computer (a forwarding proxy) needs no bypass
  if (!isSpecial(gateway)) addBypass(gateway);
  for (const family of families) {
    const ofFamily = blocks.filter((block) => block.family === family);
    const isWhole = ofFamily.length === 0 || ofFamily.some(({ length }) => length === 0);
    // Keep the computer's default route: two routes for its halves take precedence
    if (isWhole) through.push(...halvesOf({ family, bits: 0n, length: 0 }));
    else for (const server of wanted.nameServers.flatMap((text) => prefixOf(text) ?? [])) if (server.family === family) addThrough(server);
  }
  for (const { network } of networks) if (network.length > 0 && !isOne(network)) addThrough(network);
  for (const block of blocks) if (block.length > 0) addThrough(block);
  for (const block of wanted.exclude.flatMap((text) => prefixOf(text) ?? [])) {
    if (block.length === 0 || isSpecial(block)) refused.push(`${prefixText(block)} left out of the tunnel`);
    else addBypass(block);
  }
  const nameServers = wanted.nameServers.filter((text) => {
    const server = prefixOf(text);
    // Without a tunnel address of its family, the server would be asked outside the tunnel
    if (server && !isSpecial(server) && families.has(server.family)) return true;
    refused.push(`name server ${text}`);
    return false;
  });
  const least = families.has(6) ? leastMtu[6] : leastMtu[4];
  const packetSize = Math.max(leastMtu[4], wanted.mtu ?? usualMtu);
  const mtu = Math.max(least, packetSize);
  return {
    mtu,
    packetSize: packetSize < mtu ? packetSize : null,
    addresses,
    through: unique(through),
    bypass,
    nameServers,
    domains: wanted.domains,
    refused,
  };
}

/** The route to a block without the tunnel: the most specific one, then the one with the lowest metric. */
export function routeTo(to: Prefix, routes: readonly Route[]): Route | null {
  const [best] = routes
    .filter((route) => covers(route.to, to))
    .sort((one, other) => other.to.length - one.to.length || one.metric - other.metric);
  return best ?? null;
}

/** The gateway's address. Throws if openconnect is not connected to it. */
function peerOf({ gateway }: NetworkRequest, { peers }: LocalNetwork): Prefix {
  const address = gateway === null ? null : prefixOf(gateway);
  if (!address) throw new Error('no gateway was named');
  if (!peers.some((peer) => isSame(peer, address))) throw new Error(`openconnect is not connected to ${gateway ?? ''}`);
  return address;
}

function ownAddress(text: string, here: LocalNetwork): { address: Prefix; network: Prefix } {
  const [address, network] = [prefixOf(text.split('/')[0] ?? ''), prefixOf(text)];
  if (!address || !network || isSpecial(address)) throw new Error(`${text} is not a valid address for a tunnel`);
  const taken = [...here.addresses, ...here.peers, ...here.nameServers, ...here.routes.flatMap(({ via }) => via ?? [])];
  if (taken.some((each) => isSame(each, address))) throw new Error(`another interface already has ${text}`);
  return { address, network };
}

interface ExcludedBlock {
  readonly address: Prefix;
  readonly what: string;
}

/** Local addresses that a gateway may not send into its tunnel: routers and name servers. */
function excludedBlocks({ routes, nameServers }: LocalNetwork): ExcludedBlock[] {
  const all = [
    ...routes.map(({ via }) => ({ text: via ?? '', what: 'router' })),
    ...nameServers.map((text) => ({ text, what: 'name server' })),
  ];
  return all.flatMap(({ text, what }) => {
    const address = prefixOf(text);
    return address && !isSpecial(address) ? [{ address, what }] : [];
  });
}

/** Why a gateway may not have a route for a block. Null: it may. */
function refusalReason(block: Prefix, gateway: Prefix, excluded: readonly ExcludedBlock[], routes: readonly Route[]): string | null {
  if (isSpecial(block)) return 'not a campus’s';
  if (covers(block, gateway) && isOne(block)) return 'the gateway itself';
  for (const { address, what } of excluded) {
    if (!covers(block, address)) continue;
    const now = routeTo(address, routes);
    if (isOne(block) || (now && now.to.length > 0 && block.length >= now.to.length)) return `the local network's ${what}`;
  }
  return null;
}

const isSpecial = (block: Prefix): boolean => specialBlocks.some((each) => covers(each, block));

const isSame = (text: string, address: Prefix): boolean => {
  const other = prefixOf(text);
  return other !== null && isOne(other) && other.family === address.family && other.bits === address.bits;
};

const unique = (blocks: readonly Prefix[]): Prefix[] => [...new Map(blocks.map((block) => [prefixText(block), block])).values()];
