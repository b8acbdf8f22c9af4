import * as z from 'zod/mini';

/**
 * Whether trying the same thing again makes sense: at once (`now`), after the person or the campus has
 * changed something (`later`), or not at all (`never`).
 */
export type Retry = 'now' | 'later' | 'never';

/**
 * The failure catalogue. Everything that a person may meet has a code here and a sentence in
 * `shared/words/`: what happened, and what to do about it. `{name}` placeholders of a sentence are
 * filled from {@link Failure.params}.
 */
export const failureCatalogue = {
  // Reaching the gateway
  'gateway-unreachable': 'now',
  'gateway-name-unknown': 'later',
  'gateway-silent': 'now',
  'gateway-not-secure': 'later',
  'gateway-protocol': 'later',
  'gateway-closed': 'now',
  'gateway-busy': 'later',
  // Certificates
  'certificate-untrusted': 'later',
  'certificate-changed': 'never',
  'certificate-wrong-host': 'later',
  'certificate-expired': 'later',
  'certificate-declined': 'later',
  // Signing in
  'notice-declined': 'now',
  'sign-in-rejected': 'now',
  'sign-in-timed-out': 'now',
  'account-locked': 'later',
  'no-second-factor': 'later',
  'passcode-wrong': 'now',
  'passcode-used': 'later',
  'passcode-expired': 'later',
  'push-denied': 'now',
  'push-timed-out': 'now',
  'push-superseded': 'now',
  'session-limit': 'later',
  // The session
  'ticket-rejected': 'now',
  'session-expired': 'now',
  'session-idle': 'now',
  'session-revoked': 'later',
  'session-replaced': 'now',
  'cannot-extend': 'never',
  'reconnect-gave-up': 'now',
  // The tunnel
  'tunnel-dropped': 'now',
  'tunnel-refused': 'later',
  'tunnel-down': 'now',
  'host-not-allowed': 'never',
  'host-unreachable': 'now',
  'host-name-unknown': 'later',
  // The portal view
  'portal-unreachable': 'now',
  'portal-certificate': 'later',
  'portal-left': 'never',
  'portal-sign-in': 'now',
  // Recovery
  'recovery-identity': 'now',
  'recovery-password': 'now',
  'recovery-limited': 'later',
  'recovery-unreachable': 'now',
  'recovery-timed-out': 'now',
  'recovery-unavailable': 'never',
  // Settings, profiles, keychain
  'settings-damaged': 'never',
  'settings-newer': 'never',
  'settings-unwritable': 'later',
  'keychain-absent': 'later',
  'keychain-locked': 'later',
  'profile-invalid': 'later',
  'profile-partly-read': 'never',
  'profile-not-found': 'later',
  'profile-unreachable': 'now',
  'profile-none': 'later',
  // Our own house
  'link-invalid': 'never',
  'request-invalid': 'never',
  'not-now': 'now',
  'cancelled': 'now',
  'internal': 'now',
} as const satisfies Record<string, Retry>;

export type FailureCode = keyof typeof failureCatalogue;

/** All codes, for schemas and for tests that must not forget one. */
export const failureCodes = Object.keys(failureCatalogue) as [FailureCode, ...FailureCode[]];

/** What fills the placeholders of a failure's sentence: host names, counts, instants (epoch ms, names ending in `At`). Never a secret. */
export const failureParamsSchema = z.record(z.string().check(z.maxLength(40)), z.union([z.string().check(z.maxLength(2000)), z.number()]));

/** One failure as it crosses the bridge, a child process or a socket. `detail` is for the help desk: technical, bounded, never a secret. */
export const failureSchema = z.object({
  code: z.enum(failureCodes),
  params: z.optional(failureParamsSchema),
  detail: z.optional(z.string().check(z.maxLength(2000))),
});
export type Failure = z.infer<typeof failureSchema>;

/** A failure on its way up the stack. Keep the code; wrap nothing in it. */
export class CausewayError extends Error {
  override readonly name = 'CausewayError';
  constructor(
    readonly failure: Failure,
    options?: ErrorOptions,
  ) {
    super(failure.detail ? `${failure.code}: ${failure.detail}` : failure.code, options);
  }
}

/** Builds the error of one catalogued failure. */
export function fail(code: FailureCode, params?: Failure['params'], options?: { detail?: string; cause?: unknown }): CausewayError {
  const failure: Failure = { code };
  if (params) failure.params = params;
  if (options?.detail) failure.detail = options.detail.slice(0, 2000);
  return new CausewayError(failure, options?.cause === undefined ? undefined : { cause: options.cause });
}

/**
 * The failure inside anything that was thrown. What is not catalogued is `internal`, with its name and
 * message as the detail; an abort is `cancelled`.
 */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof CausewayError) return thrown.failure;
  if (thrown instanceof Error) {
    if (thrown.name === 'AbortError') return { code: 'cancelled' };
    return { code: 'internal', detail: `${thrown.name}: ${thrown.message}`.slice(0, 2000) };
  }
  return { code: 'internal', detail: typeof thrown };
}
