import { covers, halvesOf, isOne, prefixOf, prefixText, type Prefix } from './prefix.ts';
import type { NetworkRequest } from './network-request.ts';

/** A route of this computer's that is not the tunnel's. */
export interface Route {
  readonly to: Prefix;
  /** The next router; null: the network is at hand. */
  readonly via: string | null;
  readonly device: string;
  readonly metric: number;
}

/** What of this computer a gateway's wishes are held against. */
export interface LocalNetwork {
  /** The tunnel's interface. */
  readonly device: string;
  /** Whom openconnect is connected to, by the kernel. */
  readonly peers: readonly string[];
  readonly routes: readonly Route[];
  /** Those of the networks that this computer is in. */
  readonly nameServers: readonly string[];
  /** Its addresses there. */
  readonly addresses: readonly string[];
}

/** A route round the tunnel. */
export interface BypassRoute {
  readonly to: Prefix;
  readonly via: string | null;
  readonly device: string;
}

/** What is done for a gateway. */
export interface Plan {
  /** The interface's: as long as its families need it to be. */
  readonly mtu: number;
  /** How long packets through the tunnel are to be, where that is less: the way to the gateway takes no longer ones. */
  readonly packetSize: number | null;
  /** Each with all its bits: what lies behind it is a route. */
  readonly addresses: readonly Prefix[];
  readonly through: readonly Prefix[];
  readonly bypass: readonly BypassRoute[];
  readonly nameServers: readonly string[];
  readonly domains: readonly string[];
  /** What is not done, for the log. */
  readonly refused: readonly string[];
}

const usualMtu = 1400;
const leastMtu = { 4: 576, 6: 1280 } as const;

/** Not a campus's to have: this computer itself, what is at hand only, many at once, nobody (RFC 6890). */
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
 * What of a gateway's wishes is done. Throws, with why, where it would be no tunnel of that gateway's: its address is not
 * the one that openconnect is connected to, or the tunnel's address is none that a gateway can give. A single route that
 * is not the gateway's to give is left out and named: loopback and its like, and whatever would lead the local network's
 * own router or name servers into the tunnel. Of a block that only has one of those in it, that one is led round it.
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
  // Nothing is led round a tunnel through this computer
  if (!isSpecial(gateway)) addBypass(gateway);
  for (const family of families) {
    const ofFamily = blocks.filter((block) => block.family === family);
    const isWhole = ofFamily.length === 0 || ofFamily.some(({ length }) => length === 0);
    // The computer's own default route stays where it is: two halves count before it
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
    // One of a family that the tunnel has no address of would be asked outside it, by whoever listens there
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

/** The way to a block without the tunnel: of the routes that lead there the most particular, then the one that costs least. */
export function routeTo(to: Prefix, routes: readonly Route[]): Route | null {
  const [best] = routes
    .filter((route) => covers(route.to, to))
    .sort((one, other) => other.to.length - one.to.length || one.metric - other.metric);
  return best ?? null;
}

/** The gateway's address. Throws where openconnect is not connected there. */
function peerOf({ gateway }: NetworkRequest, { peers }: LocalNetwork): Prefix {
  const address = gateway === null ? null : prefixOf(gateway);
  if (!address) throw new Error('no gateway was named');
  if (!peers.some((peer) => isSame(peer, address))) throw new Error(`openconnect is not connected to ${gateway ?? ''}`);
  return address;
}

function ownAddress(text: string, here: LocalNetwork): { address: Prefix; network: Prefix } {
  const [address, network] = [prefixOf(text.split('/')[0] ?? ''), prefixOf(text)];
  if (!address || !network || isSpecial(address)) throw new Error(`${text} is no address for a tunnel`);
  const taken = [...here.addresses, ...here.peers, ...here.nameServers, ...here.routes.flatMap(({ via }) => via ?? [])];
  if (taken.some((each) => isSame(each, address))) throw new Error(`${text} is somebody's already`);
  return { address, network };
}

interface ExcludedBlock {
  readonly address: Prefix;
  readonly what: string;
}

/** Whom of the local network a gateway may not lead into its tunnel by a route of their own. */
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

/** Why a block is not the gateway's to have; null: it may. */
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
