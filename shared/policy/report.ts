import * as z from 'zod/mini';
import { policyFaults, policyKeys } from './keys.ts';
import { managedBySchema } from './schema.ts';

/** One key that the policy decides, as Settings and the command line show it. */
export const policyDecisionSchema = z.object({
  key: z.enum(policyKeys),
  /** A text, several texts in one line, or as JSON has it. */
  value: z.string(),
  /** The file, or the key of the registry or of the managed preferences. */
  place: z.string(),
  /** `enforced`: people cannot change it. `default`: it counts until they choose otherwise, if they can. */
  level: z.enum(['enforced', 'default']),
  /** Places that have the key too and do not count. */
  overrides: z.array(z.object({ place: z.string(), value: z.string() })),
});
export type PolicyDecision = z.infer<typeof policyDecisionSchema>;

/** A part of the policy that does not count. `key` is a path, or null where it is all of a place. */
export const policyFaultSchema = z.object({
  place: z.string(),
  key: z.nullable(z.string()),
  why: z.enum(policyFaults),
  detail: z.optional(z.string()),
});
export type PolicyFaultReport = z.infer<typeof policyFaultSchema>;

/** What the window needs to know of the policy. */
export const policyStateSchema = z.object({
  managedBy: z.nullable(managedBySchema),
  decisions: z.array(policyDecisionSchema),
  faults: z.array(policyFaultSchema),
  /** Whether people may add campuses. */
  addProfiles: z.boolean(),
  /** Whether people may save their password. */
  rememberPasswords: z.boolean(),
  /** The profiles of the policy, by id. People cannot remove them. */
  profiles: z.array(z.string()),
});
export type PolicyState = z.infer<typeof policyStateSchema>;
