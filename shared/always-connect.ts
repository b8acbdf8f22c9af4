import * as z from 'zod/mini';
import { instantSchema } from './instant.ts';

/** What always-connect does now, for everything that people see. */
export const alwaysConnectSchema = z.discriminatedUnion('step', [
  /** The person does not want it, or there is no campus. */
  z.object({ step: z.literal('off') }),
  /** Nothing to do: an attempt, a session, or on campus; or something else on the screen comes first. */
  z.object({ step: z.literal('watching') }),
  /** The person has disconnected. It goes on at `until`, or when they connect. */
  z.object({ step: z.literal('paused'), until: instantSchema }),
  /** The campus could not be reached. The next try is at `until`, or when the network changes. */
  z.object({ step: z.literal('waiting'), until: instantSchema }),
  /** An attempt that nobody pressed Connect for has stopped at a question. `round` changes when it is worth a new notification. */
  z.object({ step: z.literal('asking'), round: z.number() }),
  /** Only the person can go on: the last attempt failed, or its question had no answer. */
  z.object({ step: z.literal('stopped'), round: z.number() }),
]);
export type AlwaysConnectState = z.infer<typeof alwaysConnectSchema>;
