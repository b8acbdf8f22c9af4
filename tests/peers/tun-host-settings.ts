import * as z from 'zod';

const record = z.object({
  A: z.array(z.string()).default([]),
  AAAA: z.array(z.string()).default([]),
  alias: z.string().optional(),
  /** Seconds. */
  ttl: z.number().default(60),
});
export const tunHostSettings = z.object({ mtu: z.number(), records: z.record(z.string(), record) });
export type TunHostSettings = z.input<typeof tunHostSettings>;

/** Addresses of the host behind the tun device. */
export const tunHost = {
  address: '10.9.0.1',
  address6: 'fd09::1',
  /** Ours in the tunnel. */
  own: '10.9.0.2',
  own6: 'fd09::2',
  /** Name servers: one that answers, one that says nothing, one that fails, and one beside which somebody sends false answers. */
  servers: { good: '10.9.0.53', mute: '10.9.0.54', failing: '10.9.0.55', lying: '10.9.0.56' },
  otherPort: 5353,
  /** Bytes that can be compared without sending them twice. */
  bytes: (count: number): Buffer => {
    const bytes = Buffer.alloc(count);
    for (let at = 0, value = 1; at < count; at++) {
      value = (value * 1_103_515_245 + 12_345) & 0x7fff_ffff;
      bytes[at] = value >> 16;
    }
    return bytes;
  },
} as const;
