import * as z from 'zod/mini';
import { appStateSchema, campusChoiceSchema, trafficSchema } from './app-state.ts';
import { connectionReportSchema, connectionSpans } from './connection.ts';
import { failureSchema, type Failure } from './failure.ts';
import { identitySchema } from './recovery.ts';
import { answerSchema, fieldValuesSchema } from './prompt.ts';
import { preferencesSchema } from './settings.ts';
import { taskSchema } from './task.ts';

/**
 * The bridge between the window and the main process: every call and event, with the schemas of its input and output.
 * Main's handlers, the preload and the renderer's client are derived from this value.
 */
const nothing = z.void();
const id = z.string().check(z.maxLength(100));

export const bridge = {
  calls: {
    getState: { in: nothing, out: appStateSchema },
    // The session
    connect: { in: z.object({ profileId: id }), out: nothing },
    answer: { in: z.object({ promptId: id, answer: answerSchema, remember: z.boolean() }), out: nothing },
    /** Opens the system's dialog for the person's certificate file. Null if they chose none. The answer to the prompt names the file. */
    chooseCertificate: { in: nothing, out: z.nullable(z.object({ file: z.string().check(z.maxLength(4096)) })) },
    /** Answers the open passcode or second-factor prompt with the recovery passcode held in memory. */
    answerWithHeldPasscode: { in: z.object({ promptId: id }), out: nothing },
    /** Answers the open sign-in with the password from the keychain. `chosen`: the form's selections. */
    answerWithSavedPassword: { in: z.object({ promptId: id, chosen: fieldValuesSchema }), out: nothing },
    /** The campus's own sign-in page: back, or load it again. Cancel is `disconnect`. */
    signInBack: { in: nothing, out: nothing },
    signInReload: { in: nothing, out: nothing },
    /** Copies the hosts that the page asked for and that the profile does not list, for IT. */
    copyBlockedHosts: { in: nothing, out: nothing },
    extend: { in: nothing, out: nothing },
    retryNow: { in: nothing, out: nothing },
    disconnect: { in: nothing, out: nothing },
    /** How the session went so far. Asking means that somebody looks, so the delay is measured more often. Null before the first session. */
    readConnection: { in: z.object({ span: z.enum(connectionSpans) }), out: z.nullable(connectionReportSchema) },
    /** Always-connect goes on at once, without waiting for the end of its pause or for the next try. */
    resumeAlwaysConnect: { in: nothing, out: nothing },
    /** Opens the network's own sign-in page in the system's browser. */
    openNetworkPage: { in: nothing, out: nothing },
    /** Dismisses an ending and shows the home screen. */
    acknowledge: { in: nothing, out: nothing },
    // Tasks and the portal
    startTask: { in: z.object({ task: taskSchema }), out: nothing },
    leaveTask: { in: nothing, out: nothing },
    openPortal: { in: nothing, out: nothing },
    closePortal: { in: nothing, out: nothing },
    portalBack: { in: nothing, out: nothing },
    portalReload: { in: nothing, out: nothing },
    /** Copies the recovery passcode to the clipboard for 60 s. */
    copyPasscode: { in: nothing, out: nothing },
    /** Returns the recovery passcode: the only secret that crosses the bridge to the page, because the person asked to see it. */
    revealPasscode: { in: nothing, out: z.object({ passcode: z.string() }) },
    // Recovery, in our own screens
    /** Verifies the identity, then gets the passcode with the password. */
    recoveryPasscode: { in: z.extend(identitySchema, { password: z.string().check(z.maxLength(1024)) }), out: nothing },
    recoveryBack: { in: nothing, out: nothing },
    /** Goes from the passcode to Add a new device. The gateway's next question for a second factor gets the passcode, once. */
    recoveryContinue: { in: nothing, out: nothing },
    // Profiles
    /**
     * Looks for a campus by its name, web address or an e-mail address there, and shows the preview of its profile. Returns the
     * campuses that match, if there are several.
     */
    previewAddress: {
      in: z.object({ address: z.string().check(z.maxLength(300)) }),
      out: z.object({ campuses: z.array(campusChoiceSchema) }),
    },
    /** Shows the preview of one of those campuses. */
    previewCampus: { in: z.object({ id }), out: nothing },
    /** Asks the campus of a preview that ships in the app for the profile that it publishes itself, and shows that one. */
    previewPublished: { in: nothing, out: nothing },
    previewFile: { in: nothing, out: nothing },
    acceptPreview: { in: nothing, out: nothing },
    declinePreview: { in: nothing, out: nothing },
    selectProfile: { in: z.object({ profileId: id }), out: nothing },
    removeProfile: { in: z.object({ profileId: id }), out: nothing },
    /** Answers the web proxy's question for user and password. Null declines, and cancels what needed the proxy. */
    answerProxy: {
      in: z.object({
        id,
        signIn: z.nullable(z.object({ user: z.string().check(z.maxLength(200)), password: z.string().check(z.maxLength(1024)) })),
      }),
      out: nothing,
    },
    // The rest
    confirm: { in: z.object({ yes: z.boolean() }), out: nothing },
    showSettings: { in: z.object({ open: z.boolean() }), out: nothing },
    changePreferences: { in: z.partial(preferencesSchema), out: nothing },
    /** Saves a key for one-time codes, an `otpauth://` address or base32, in the keychain, if that is allowed. */
    keepCodes: { in: z.object({ key: z.string().check(z.maxLength(2000)) }), out: nothing },
    forgetCodes: { in: nothing, out: nothing },
    forgetSignIn: { in: nothing, out: nothing },
    /** Whether to keep the sign-in on the campus's own page on this computer, if that is offered. `false` forgets it at once. */
    keepPageSignIn: { in: z.object({ keep: z.boolean() }), out: nothing },
    forgetPageSignIn: { in: z.object({ profileId: id }), out: nothing },
    /** Forgets that the person vouched for a server, so that its certificate is asked about again. */
    forgetCertificate: { in: z.object({ host: z.string().check(z.maxLength(300)) }), out: nothing },
    dismissNotice: { in: z.object({ id }), out: nothing },
    /** Copies code, time, gateway and version of the last failure for the help desk. */
    copyDetails: { in: nothing, out: nothing },
    openHelpDesk: { in: nothing, out: nothing },
    /** Opens the address of whoever manages this computer, from the policy. */
    openManager: { in: nothing, out: nothing },
    openLogs: { in: nothing, out: nothing },
    checkForUpdates: { in: nothing, out: nothing },
    /** Restarts as the version that is ready. Asks first while connected. */
    restartToUpdate: { in: nothing, out: nothing },
    /** Opens the page about the newer version in the browser. */
    openWhatsNew: { in: nothing, out: nothing },
    // When something does not work
    /** Opens Report a problem or Check my connection, or closes them. */
    showSupport: { in: z.object({ view: z.nullable(z.enum(['report', 'check'])) }), out: nothing },
    /** Checks the connection; the state has what it finds. Resolves at its end. */
    startCheck: { in: nothing, out: nothing },
    stopCheck: { in: nothing, out: nothing },
    /** Makes a report, after a check if the last one is old. Nothing is sent or saved. */
    makeReport: { in: nothing, out: z.object({ id, code: z.string(), text: z.string() }) },
    /** Copies the report that was shown. */
    copyReport: { in: z.object({ id }), out: nothing },
    /** Opens the system's dialog and saves the report that was shown there. False if the person cancelled. */
    saveReport: { in: z.object({ id }), out: z.object({ saved: z.boolean() }) },
  },
  events: {
    state: appStateSchema,
    traffic: trafficSchema,
  },
} as const;

export type Calls = typeof bridge.calls;
export type CallName = keyof Calls;
export type CallInput<N extends CallName> = z.infer<Calls[N]['in']>;
export type CallOutput<N extends CallName> = z.infer<Calls[N]['out']>;
export type EventName = keyof typeof bridge.events;
export type EventPayload<N extends EventName> = z.infer<(typeof bridge.events)[N]>;

export const callNames = Object.keys(bridge.calls) as CallName[];
export const eventNames = Object.keys(bridge.events) as EventName[];
export const callChannel = (name: CallName): string => `call:${name}`;
export const eventChannel = (name: EventName): string => `event:${name}`;

/** A reply on the bridge: a result, or a failure with its code. */
export type Reply<T> = { ok: true; value: T } | { ok: false; failure: Failure };
export function replySchema<T extends z.ZodMiniType>(value: T) {
  return z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), value }), z.object({ ok: z.literal(false), failure: failureSchema })]);
}

/** What the preload defines as `window.causeway`. */
export interface Bridge {
  call(name: CallName, input: unknown): Promise<unknown>;
  on(name: EventName, listener: (payload: unknown) => void): () => void;
}
