import * as z from 'zod/mini';
import { failureSchema } from './failure.ts';

/**
 * What the check of a connection finds. The command line's `doctor` and the window's **Check my connection** show the same
 * findings; `messages/finding-message.ts` puts them into words.
 */

/** What can be said without a failure, and what to do. Their sentences are in `messages/en/check.ts`. */
export const factNames = [
  'app',
  'noApp',
  'installed',
  'notInstalled',
  'policy',
  'keychain',
  'reached',
  'clock',
  'clockOff',
  'noOtherVpn',
  'helper',
  'provedBySystem',
  'provedByPins',
  'provedByAuthority',
  'signInPage',
  'noProfile',
  'updatesOn',
  'updateReady',
  'updatesByApp',
  'updatesByOthers',
  'updatesNot',
  'updatesOff',
  'updatesOffByPolicy',
  'alwaysOn',
  'alwaysPaused',
  'alwaysWaiting',
  'alwaysAsks',
  'alwaysNeedsApp',
] as const;
export type FactName = (typeof factNames)[number];
export const adviceNames = [
  'install',
  'onlyOtherGateways',
  'policyDetails',
  'setClock',
  'onlySystemTunnels',
  'startApp',
  'addProfile',
  'switchUpdatesOn',
  'connectYourself',
  'startForAlways',
] as const;
export type AdviceName = (typeof adviceNames)[number];

const paramsSchema = z.record(z.string(), z.union([z.string(), z.number()]));

export const findingSchema = z.object({
  /** What was looked at: `gateway`, `clock`, `keychain`. */
  check: z.string(),
  result: z.enum(['ok', 'attention', 'missing']),
  says: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('fact'), fact: z.enum(factNames), params: paramsSchema }),
    z.object({ kind: z.literal('failure'), failure: failureSchema }),
  ]),
  /** What to do. Null where there is nothing, or where the failure says it. `instead`: in place of the failure's own advice. */
  todo: z.nullable(z.object({ advice: z.enum(adviceNames), params: paramsSchema, instead: z.boolean() })),
  /** Whether nobody can connect before this is solved. */
  prevents: z.boolean(),
});
export type Finding = z.infer<typeof findingSchema>;

/** The check as the window shows it. */
export const checkStateSchema = z.object({
  running: z.boolean(),
  /** Why it ended early: the person stopped it, or it took too long. */
  cut: z.nullable(z.enum(['stopped', 'late'])),
  findings: z.array(findingSchema),
  /** When the last finding came, in epoch milliseconds. Null if there has been no check in this run. */
  at: z.nullable(z.number()),
});
export type CheckState = z.infer<typeof checkStateSchema>;
