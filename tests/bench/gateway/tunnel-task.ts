import * as z from 'zod';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';

/** What the process inside the client's namespace is to measure. */
export interface TunnelTask {
  /** How often each contender is measured. */
  rounds: number;
  /** How often each is started only to see how long that takes. */
  starts: number;
  /** Whether a tun device takes part. */
  withKernel: boolean;
  /** How much later everything arrives on the way to the gateway, in each direction. Null: at once. */
  delayMs: number | null;
  /** A ticket for each start. */
  grants: OpenConnectGrant[];
}

export const tunnelTaskSchema: z.ZodType<TunnelTask> = z.object({
  rounds: z.number(),
  starts: z.number(),
  withKernel: z.boolean(),
  delayMs: z.nullable(z.number()),
  grants: z.array(z.custom<OpenConnectGrant>((value) => typeof value === 'object' && value !== null && 'cookie' in value)),
});

/** By what was measured, then by contender: the values of all rounds. */
export type TunnelFigures = Record<string, Record<string, number[]>>;
export const tunnelFiguresSchema: z.ZodType<TunnelFigures> = z.record(z.string(), z.record(z.string(), z.array(z.number())));
