import net from 'node:net';
import * as z from 'zod/mini';
import { byteString, readableOptions } from '../tunnels/openconnect/output.ts';
import { lengthOfMask } from './prefix.ts';

/** Why openconnect runs its script (vpnc-script, "reason"). */
export const reasons = ['pre-init', 'connect', 'attempt-reconnect', 'reconnect', 'disconnect'] as const;

const address = z.string().check(z.refine((text) => net.isIP(text) !== 0));
const block = z.string().check(z.regex(/^[0-9a-fA-F.:]{2,45}\/\d{1,3}$/));
const domain = z.string().check(z.regex(/^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?$/));
/** More blocks than a gateway of a campus has ever been seen to send. */
const maxBlocks = 500;
/** Of so many it is told how many were left out. */
const maxRead = 20_000;

/**
 * What a gateway wants of the system, as openconnect's script is told it (vpnc-script, "List of parameters passed through
 * environment"). Handed to the helper by the script, which runs as openconnect's user and is believed nothing: only what
 * has its shape comes through here, and what it asks for is checked after (`network-plan.ts`).
 */
export const networkRequestSchema = z.strictObject({
  reason: z.enum(reasons),
  device: z.string().check(z.regex(/^[A-Za-z0-9._-]{1,15}$/)),
  /** The address that openconnect is connected to: the gateway's, or a proxy's. */
  gateway: z.nullable(address),
  /** The tunnel's own addresses here, one of each family at most, with the length of their network. */
  addresses: z.array(block).check(z.maxLength(2)),
  mtu: z.nullable(z.number().check(z.int(), z.minimum(1), z.maximum(65_535))),
  nameServers: z.array(address).check(z.maxLength(8)),
  /** Names are completed with these. */
  domains: z.array(domain).check(z.maxLength(32)),
  include: z.array(block).check(z.maxLength(maxBlocks)),
  exclude: z.array(block).check(z.maxLength(maxBlocks)),
  /** How much more was sent: blocks beyond these, and what is no block, address or name. */
  leftOut: z.number().check(z.int(), z.minimum(0), z.maximum(1_000_000)),
  /** Seconds. */
  idleTimeout: z.string().check(z.regex(/^\d{0,10}$/)),
  /** Only the time left and the gateway's banner, one byte a letter. */
  options: z.string().check(z.refine((text) => readableOptions(text) === text)),
});
export type NetworkRequest = z.infer<typeof networkRequestSchema>;

/** Reads it from the environment of openconnect's script. What does not have its shape is left out; null: it is no script's environment. */
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

/** `NAME_0_ADDR` with `NAME_0_MASKLEN`, and so on: as many as `NAME` says, and no more than are there. */
function blocksOf(environment: NodeJS.ProcessEnv, name: string): string[] {
  const count = Math.min(Number(environment[name] ?? 0) || 0, maxRead);
  return Array.from({ length: count }, (_, at) => {
    const address = environment[`${name}_${at}_ADDR`];
    return address === undefined ? [] : [`${address}/${environment[`${name}_${at}_MASKLEN`] ?? ''}`];
  }).flat();
}
