import * as z from 'zod/mini';
import { isSigningIn, type AccessState } from './access-state.ts';
import type { AlwaysConnectState } from './always-connect.ts';
import { failureSchema, type Failure } from './failure.ts';

/** Where updates come from: what most people use, or versions that are tried first. */
export const updateChannels = ['stable', 'beta'] as const;
export type UpdateChannel = (typeof updateChannels)[number];

/** Who updates this installation, if Causeway does not do it itself. */
export const updatedBySchema = z.enum([
  /** Windows: it is installed for the whole computer, by the MSI or by an administrator. */
  'windows-computer',
  /** macOS: its files belong to the system's administrator, as the pkg leaves them. */
  'mac-computer',
  /** Linux: the distribution's package manager, by the deb. */
  'package-manager',
  /** The policy says so. */
  'policy',
]);
export type UpdatedBy = z.infer<typeof updatedBySchema>;

const version = z.string().check(z.maxLength(60));
/** A page on the web that says what is new. Opened in the browser only. */
const whatsNew = z.nullable(z.string().check(z.maxLength(500)));
/** Epoch milliseconds of the last check that got an answer. Null: there was none yet. */
const checkedAt = z.nullable(z.number());

/** What the window and the tray show of updates. */
export const updateStateSchema = z.discriminatedUnion('kind', [
  /**
   * Nothing is looked for. `person`: switched off in Settings. `policy`: by the policy. `build`: this build has no update
   * server or no key. `uninstalled`: Causeway runs from where it cannot replace itself (a disk image, a developer's folder).
   */
  z.object({ kind: z.literal('off'), why: z.enum(['person', 'policy', 'build', 'uninstalled']) }),
  z.object({ kind: z.literal('by-it'), by: updatedBySchema }),
  z.object({ kind: z.literal('idle'), checkedAt }),
  /** `failure`: why the check before this one failed. */
  z.object({ kind: z.literal('checking'), checkedAt, failure: z.optional(failureSchema) }),
  /** `received` and `size` in bytes. */
  z.object({ kind: z.literal('downloading'), version, received: z.number(), size: z.number(), whatsNew }),
  /** It is on this computer, and is installed when the app ends. `failure`: why no check has succeeded since. */
  z.object({ kind: z.literal('ready'), version, whatsNew, failure: z.optional(failureSchema) }),
  /** `retryAt`: when the next try is, in epoch milliseconds. */
  z.object({ kind: z.literal('failed'), failure: failureSchema, checkedAt, retryAt: z.nullable(z.number()) }),
]);
export type UpdateState = z.infer<typeof updateStateSchema>;

/** Why the last check that has ended failed. Null: it did not, or there was none. */
export const checkFailure = (state: UpdateState): Failure | null => ('failure' in state && state.failure ? state.failure : null);

/**
 * Whether a person's Restart now counts: never while somebody signs in. A question at which always-connect waits, and in which
 * nobody has answered anything, is nobody's sign-in.
 */
export const mayRestart = ({ access, alwaysConnect }: { access: AccessState; alwaysConnect: AlwaysConnectState }): boolean =>
  !isSigningIn(access) || alwaysConnect.step === 'asking';

/** What is noted of updates between runs. */
export const updateRecordSchema = z.object({
  /** The highest counter that was seen, by channel. It never falls. */
  counters: z.record(z.string().check(z.maxLength(20)), z.int().check(z.minimum(0))),
  /** When the last metadata that counted runs out, by channel, in epoch milliseconds. Versions before 0.1.0 did not note it. */
  expires: z.optional(z.record(z.string().check(z.maxLength(20)), z.int().check(z.minimum(0)))),
  /** The version whose installation was begun at the last exit. */
  begun: z.nullable(version),
});
export type UpdateRecord = z.infer<typeof updateRecordSchema>;

/** How updates are handled: by Causeway itself, by IT alone, or not at all. */
export const updateModes = ['automatic', 'it', 'off'] as const;
export type UpdateMode = (typeof updateModes)[number];
