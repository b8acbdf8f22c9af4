import net from 'node:net';
import * as z from 'zod/mini';
import { byteString, readableOptions } from '../tunnels/openconnect/output.ts';
import { lengthOfMask } from './ip-prefix.ts';

/** Why openconnect runs its script (vpnc-script, "reason"). */
export const reasons = ['pre-init', 'connect', 'attempt-reconnect', 'reconnect', 'disconnect'] as const;

const address = z.string().check(z.refine((text) => net.isIP(text) !== 0));
const block = z.string().check(z.regex(/^[0-9a-fA-F.:]{2,45}\/\d{1,3}$/));
const domain = z.string().check(z.regex(/^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?$/));
/** More blocks than any campus gateway was seen to send. */
const maxBlocks = 500;
/** How many are read, to count those left out. */
const maxRead = 20_000;

/**
 * What a gateway requests of the system, as openconnect passes it to its script (vpnc-script, "List of parameters passed
 * through environment"). The script runs as openconnect's user and forwards the request to the helper, which does not trust
 * it: this schema checks the shape, and `network-plan.ts` checks the content.
 */
export const networkRequestSchema = z.strictObject({
  reason: z.enum(reasons),
  device: z.string().check(z.regex(/^[A-Za-z0-9._-]{1,15}$/)),
  /** The address that openconnect is connected to: the gateway's, or a proxy's. */
  gateway: z.nullable(address),
  /** The tunnel's own addresses with their prefix length, at most one per family. */
  addresses: z.array(block).check(z.maxLength(2)),
  mtu: z.nullable(z.number().check(z.int(), z.minimum(1), z.maximum(65_535))),
  nameServers: z.array(address).check(z.maxLength(8)),
  /** Search domains. */
  domains: z.array(domain).check(z.maxLength(32)),
  include: z.array(block).check(z.maxLength(maxBlocks)),
  exclude: z.array(block).check(z.maxLength(maxBlocks)),
  /** How many entries were left out: beyond the limits, or not a valid block, address or name. */
  leftOut: z.number().check(z.int(), z.minimum(0), z.maximum(1_000_000)),
  /** Seconds. */
  idleTimeout: z.string().check(z.regex(/^\d{0,10}$/)),
  /** Only the time left and the gateway's banner, one character per byte. */
  options: z.string().check(z.refine((text) => readableOptions(text) === text)),
});
export type NetworkRequest = z.infer<typeof networkRequestSchema>;

/** Reads the request from the environment of openconnect's script. Leaves out invalid values. Null: not such an environment. */
export function networkRequestFrom(environment: NodeJS.ProcessEnv): NetworkRequest | null {
  const word = (name: string): string => environment[name] ?? '';
  let leftOut = 0;
  const fits = <T>(schema: z.ZodMiniType<T>, values: unknown[], most: number): T[] => {
    const taken = values
      .flatMap((value) => {
        const parsed = schema.safeParse(value);
        return parsed.success ? [parsed.data] : [];
      })
      .slice(0, most);
    leftOut += values.length - taken.length;
    return taken;
  };
  const number = (text: string): number | null => (/^\d{1,5}$/.test(text) && Number(text) > 0 ? Number(text) : null);
  const list = (name: string): string[] => word(name).split(/[ ,]+/).filter(Boolean);
  const length4 = lengthOfMask(word('INTERNAL_IP4_NETMASK')) ?? 32;
  const length6 = word('INTERNAL_IP6_NETMASK').split('/')[1] ?? '128';
  const wanted = {
    reason: word('reason'),
    device: word('TUNDEV'),
    gateway: net.isIP(word('VPNGATEWAY')) === 0 ? null : word('VPNGATEWAY'),
    addresses: fits(
      block,
      [
        ...(net.isIPv4(word('INTERNAL_IP4_ADDRESS')) ? [`${word('INTERNAL_IP4_ADDRESS')}/${length4}`] : []),
        ...(net.isIPv6(word('INTERNAL_IP6_ADDRESS')) ? [`${word('INTERNAL_IP6_ADDRESS')}/${length6}`] : []),
      ],
      2,
    ),
    mtu: number(word('INTERNAL_IP4_MTU')),
    nameServers: fits(address, [...list('INTERNAL_IP4_DNS'), ...list('INTERNAL_IP6_DNS')], 8),
    domains: fits(domain, [...list('CISCO_DEF_DOMAIN'), ...list('CISCO_SPLIT_DNS')], 32),
    include: fits(block, [...blocksOf(environment, 'CISCO_SPLIT_INC'), ...blocksOf(environment, 'CISCO_IPV6_SPLIT_INC')], maxBlocks),
    exclude: fits(block, [...blocksOf(environment, 'CISCO_SPLIT_EXC'), ...blocksOf(environment, 'CISCO_IPV6_SPLIT_EXC')], maxBlocks),
    idleTimeout: /^\d{1,10}$/.test(word('IDLE_TIMEOUT')) ? word('IDLE_TIMEOUT') : '',
    options: readableOptions(byteString(word('CISCO_CSTP_OPTIONS'))),
  };
  const parsed = networkRequestSchema.safeParse({ ...wanted, leftOut });
  return parsed.success ? parsed.data : null;
}

/** Reads `NAME_0_ADDR` with `NAME_0_MASKLEN` and so on: as many as `NAME` says and the environment has. */
function blocksOf(environment: NodeJS.ProcessEnv, name: string): string[] {
  const count = Math.min(Number(environment[name] ?? 0) || 0, maxRead);
  return Array.from({ length: count }, (_, at) => {
    const address = environment[`${name}_${at}_ADDR`];
    return address === undefined ? [] : [`${address}/${environment[`${name}_${at}_MASKLEN`] ?? ''}`];
  }).flat();
}
