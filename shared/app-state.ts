import * as z from 'zod/mini';
import { accessStateSchema } from './access-state.ts';
import { alwaysConnectSchema } from './always-connect.ts';
import { checkStateSchema } from './check.ts';
import { failureSchema } from './failure.ts';
import { plainLine } from './plain-text.ts';
import { policyStateSchema } from './policy/report.ts';
import { preferencesSchema } from './settings.ts';
import { recoveryStateSchema } from './recovery.ts';
import { steps } from './step.ts';
import { taskSchema } from './task.ts';
import { updateStateSchema } from './updates.ts';

/**
 * The one value from which the window, the tray and everything else that people see are derived. It crosses the bridge
 * whole on every change, so it never holds a password, a passcode, a ticket or anything typed.
 */

/** The portal's view beside our column. The guide follows `path`; the strip above it shows `host`. */
export const portalStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('closed') }),
  z.object({
    kind: z.literal('open'),
    host: z.string(),
    path: z.string(),
    loading: z.boolean(),
    canGoBack: z.boolean(),
    via: z.enum(['tunnel', 'direct']),
    /** Why the last page did not load, or why the last attempt to leave was denied. */
    failure: z.nullable(failureSchema),
  }),
]);
export type PortalState = z.infer<typeof portalStateSchema>;

/**
 * The stage of the sign-in that a page of the campus belongs to, by its host alone: the gateway's own pages before the
 * sign-in, a host that asks for the password, Duo's page, any other page that the profile allows, or the gateway's own pages
 * once the sign-in has been elsewhere (its notice, its question about other sessions).
 */
export const signInStepSchema = z.enum(['gateway', 'form', 'second-factor', 'other', 'last']);
export type SignInStep = z.infer<typeof signInStepSchema>;

/** The campus's own sign-in page beside our column. It holds the page's address without its query, and nothing from the page. */
export const signInPageStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('closed') }),
  z.object({
    kind: z.literal('open'),
    /** With its port, unless that is 443. */
    host: z.string(),
    path: z.string(),
    step: signInStepSchema,
    loading: z.boolean(),
    canGoBack: z.boolean(),
    /** Why the last page did not load. The page can be loaded again. */
    failure: z.nullable(failureSchema),
    /** What the page last tried to do and may not: open a window, download a file, fill the screen, use the camera or the like. */
    denied: z.nullable(z.enum(['window', 'download', 'full-screen', 'device'])),
    /** Hosts that the page asked for and that the profile does not list. `count` includes those that are not named here. */
    blocked: z.object({ named: z.array(z.string()), count: z.number() }),
    /** The page's form was to be filled in, and was left to the person. */
    formLeft: z.optional(z.boolean()),
  }),
]);
export type SignInPageState = z.infer<typeof signInPageStateSchema>;

/** What the window needs to know about a profile. */
export const profileSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  gateways: z.array(z.string()),
  labels: z.object({ userId: z.string(), password: z.string() }),
  portalHost: z.string(),
  portalPages: z.enum(['causeway.portal.v1', 'other']),
  recovery: z.nullable(z.enum(['causeway.recovery.v1', 'other'])),
  helpDesk: z.nullable(
    z.object({
      name: z.optional(z.string()),
      phone: z.optional(z.string()),
      email: z.optional(z.string()),
      address: z.optional(z.string()),
    }),
  ),
  trust: z.enum(['system', 'pin', 'authority']),
});
export type ProfileSummary = z.infer<typeof profileSummarySchema>;

/** Everything that a profile does. `path` is a place in a profile, such as `portal.hosts`. */
export const profileContentsSchema = z.object({
  /** The registered domain of the first gateway. Null if that is an address or a bare name. */
  domain: z.nullable(z.string()),
  /** Every host that it names. `outside`: not in the first gateway's domain. */
  destinations: z.array(z.object({ path: z.string(), shown: z.string(), outside: z.boolean() })),
  /** Every certificate of its bundle, with the fingerprint to compare. */
  authorities: z.array(z.object({ sha256: z.string(), subject: z.string().check(z.overwrite(plainLine)), validUntil: z.number() })),
  /** The server keys that it pins: SHA-256, base64. */
  pins: z.array(z.string()),
  /** Everything else in the profile. */
  settings: z.array(z.object({ path: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) })),
});
export type ProfileContents = z.infer<typeof profileContentsSchema>;

/** A profile that was read and waits for the person to accept it. */
export const profilePreviewSchema = z.object({
  profile: profileSummarySchema,
  /** Where it was read: an address or a file. Empty where it ships in the app. */
  source: z.string(),
  /** Whether the source is an address that the person typed. Otherwise a link, a file or Causeway itself brought it. */
  typed: z.boolean(),
  /**
   * What is known of a profile that ships in the app. `domain`: where the campus would publish its own. `from`: where its
   * facts were read. `lastRead`, `signedIn`: days, as `2026-11-29`; `signedIn` is null if nobody has signed in with it.
   */
  shipped: z.nullable(z.object({ domain: z.string(), from: z.array(z.string()), lastRead: z.string(), signedIn: z.nullable(z.string()) })),
  contents: profileContentsSchema,
  dropped: z.array(z.string()),
  /** The known profile with the same id, which this one would replace. */
  replaces: z.nullable(profileSummarySchema),
});
export type ProfilePreview = z.infer<typeof profilePreviewSchema>;

/** One of several campuses that match what a person typed. */
export const campusChoiceSchema = z.object({ id: z.string(), name: z.string(), domain: z.string() });
export type CampusChoice = z.infer<typeof campusChoiceSchema>;

/** A link, a quit, a restart to update, or a campus address with an untrusted certificate. Each needs a yes. */
export const confirmationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('connect'), profileId: z.string() }),
  z.object({ kind: z.literal('task'), task: taskSchema }),
  /** A campus that a link names. A yes fetches its profile and shows it before it is added. */
  z.object({ kind: z.literal('campus'), address: z.string() }),
  z.object({ kind: z.literal('quit') }),
  /** A restart as the version that is ready, which ends the session. */
  z.object({ kind: z.literal('update'), version: z.string() }),
  z.object({
    kind: z.literal('certificate'),
    host: z.string(),
    sha256: z.string(),
    subject: z.string().check(z.overwrite(plainLine)),
    issuer: z.string().check(z.overwrite(plainLine)),
    validUntil: z.number(),
  }),
]);
export type Confirmation = z.infer<typeof confirmationSchema>;

export const noticeSchema = z.object({ id: z.string(), failure: failureSchema });
export type AppNotice = z.infer<typeof noticeSchema>;

export const keepPageSchema = z.object({
  /** Whether the person can choose: profile and policy allow it, and it is really encrypted. */
  offered: z.boolean(),
  /** What the person chose. */
  wanted: z.boolean(),
  /** Why it is not offered although profile and policy allow it: this computer cannot encrypt it. */
  why: z.nullable(z.literal('no-encryption')),
  /** Where the choice is: on our Sign in screen if that fills the page in, else beside the page. */
  where: z.enum(['form', 'page']),
});
export type KeepPage = z.infer<typeof keepPageSchema>;

export const appStateSchema = z.object({
  access: accessStateSchema,
  /** What always-connect does now. */
  alwaysConnect: alwaysConnectSchema,
  /** The person's chosen task. It stays until the portal closes or they leave it. */
  task: z.nullable(taskSchema),
  portal: portalStateSchema,
  signInPage: signInPageStateSchema,
  recovery: recoveryStateSchema,
  /** A recovery passcode is in memory, ready for the second-factor screen and for Copy passcode. */
  heldPasscode: z.nullable(z.object({ expiresAt: z.number() })),
  profiles: z.array(profileSummarySchema),
  profileId: z.nullable(z.string()),
  preview: z.nullable(profilePreviewSchema),
  confirmation: z.nullable(confirmationSchema),
  /** A web proxy between here and a campus's profile or recovery site asks for user and password. */
  proxyQuestion: z.nullable(z.object({ id: z.string(), host: z.string(), failure: z.nullable(failureSchema) })),
  /** What counts of them, under the policy. */
  preferences: preferencesSchema,
  policy: policyStateSchema,
  updates: updateStateSchema,
  /** Settings are open over the rest of the window, from the window's own button, the tray or the menu. */
  settingsOpen: z.boolean(),
  /** The screen of Report a problem or Check my connection, if it is open. */
  support: z.nullable(z.enum(['report', 'check'])),
  check: checkStateSchema,
  /** The step that the person is at, or was at when it failed. Part of the code for the help desk. */
  step: z.enum(steps),
  saved: z.object({
    userId: z.nullable(z.string()),
    password: z.boolean(),
    /** A button can answer the open question with the password from the keychain, which was not sent by itself. */
    offered: z.boolean(),
    keychain: z.enum(['available', 'absent', 'locked']),
  }),
  /** The servers that only the person vouches for, and no authority. */
  acceptedHosts: z.array(z.string()),
  /** Whether a key for one-time codes is saved for the selected profile. `off` if profile or policy do not allow it. */
  keptCodes: z.enum(['off', 'none', 'kept']),
  /** Whether the sign-in on the campus's own page is kept for the selected profile. */
  keepPage: keepPageSchema,
  /** The profiles whose page sign-in is kept, with the time of their last use in epoch milliseconds; 0 if it cannot be read. */
  pageSignIns: z.array(z.object({ profileId: z.string(), usedAt: z.number() })),
  /** Notices that belong to no screen: a damaged settings file, a profile read in part. */
  notices: z.array(noticeSchema),
  /** `linksOpen`: whether the system opens `causeway://` links with this app. */
  about: z.object({
    version: z.string(),
    linksOpen: z.boolean(),
    platform: z.enum(['darwin', 'win32', 'linux']),
    /** The system's languages in order of preference, as BCP 47 tags. The browser's own list begins with that of Electron's texts. */
    languages: z.array(z.string()),
  }),
});
export type AppState = z.infer<typeof appStateSchema>;

/** Bytes through the tunnel since it opened, sampled every second. */
export const trafficSchema = z.object({ at: z.number(), received: z.number(), sent: z.number() });
export type TrafficSample = z.infer<typeof trafficSchema>;
