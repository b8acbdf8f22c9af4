/**
 * Whether trying the same thing again makes sense: at once (`now`), after the person or the campus has
 * changed something (`later`), or not at all (`never`).
 */
export type Retry = 'now' | 'later' | 'never';

/**
 * The failure catalogue. Everything that a person may meet has a code here and a sentence in
 * `shared/words/`: what happened, and what to do about it. `{name}` placeholders of a sentence are
 * filled from a failure's `params`.
 */
export const failureCatalogue = {
  // Reaching the gateway
  'gateway-unreachable': 'now',
  'local-network': 'later',
  'gateway-name-unknown': 'later',
  'gateway-silent': 'now',
  'gateway-not-secure': 'later',
  'old-tls': 'later',
  'gateway-protocol': 'later',
  'gateway-closed': 'now',
  'gateway-busy': 'later',
  'campus-trouble': 'later',
  'captive-portal': 'later',
  'tunnel-leftover': 'later',
  'proxy-unreachable': 'later',
  'proxy-rejected': 'now',
  'proxy-sign-in-kind': 'later',
  'proxy-kind': 'later',
  // Certificates
  'certificate-untrusted': 'later',
  'certificate-changed': 'never',
  'certificate-wrong-host': 'later',
  'certificate-expired': 'later',
  'certificate-incomplete': 'later',
  'certificate-declined': 'later',
  // Signing in
  'notice-declined': 'now',
  'sign-in-rejected': 'now',
  'answer-rejected': 'now',
  'sign-in-timed-out': 'now',
  'account-locked': 'later',
  'account-locked-out': 'later',
  'choice-not-offered': 'later',
  'no-gateway': 'later',
  'gateway-says': 'never',
  'no-second-factor': 'later',
  'passcode-wrong': 'now',
  'passcode-used': 'later',
  'passcode-expired': 'later',
  'push-denied': 'now',
  'push-timed-out': 'now',
  'push-refused-at-once': 'now',
  'push-superseded': 'now',
  'call-not-confirmed': 'now',
  'factor-unknown': 'now',
  'session-limit': 'later',
  'browser-closed': 'now',
  'browser-strayed': 'later',
  'browser-port': 'later',
  'browser-answer': 'now',
  'client-certificate-missing': 'later',
  'client-certificate-unreadable': 'now',
  'client-certificate-rejected': 'later',
  'host-check': 'later',
  'codes-key-invalid': 'now',
  // The session
  'ticket-rejected': 'now',
  'session-expired': 'now',
  'session-idle': 'now',
  'session-revoked': 'later',
  'session-replaced': 'now',
  'gateway-gone': 'now',
  'cannot-extend': 'never',
  // The tunnel
  'tunnel-dropped': 'now',
  'ticket-too-long': 'later',
  'tunnel-refused': 'later',
  'tunnel-down': 'now',
  'tunnel-failed': 'now',
  'app-tunnel-here': 'never',
  'helper-missing': 'later',
  'helper-denied': 'later',
  'gateway-unproven': 'later',
  'tunnel-taken': 'later',
  'other-vpn': 'later',
  'host-not-allowed': 'never',
  'host-unreachable': 'now',
  'host-name-unknown': 'later',
  'host-ipv6': 'later',
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
  'settings-repaired': 'never',
  'settings-newer': 'never',
  'settings-unwritable': 'later',
  'folder-unusable': 'later',
  'policy-ignored': 'never',
  'policy-repaired': 'never',
  'keychain-absent': 'later',
  'keychain-locked': 'later',
  'keychain-too-long': 'never',
  'profile-invalid': 'later',
  'profile-syntax': 'later',
  'profile-choice': 'later',
  'profile-dropped': 'later',
  'profile-file-missing': 'later',
  'profile-not-found': 'later',
  'profile-unreachable': 'now',
  'profile-none': 'later',
  // What signs in and carries traffic beside us
  'component-missing': 'later',
  'component-failed': 'now',
  'seat-foreign': 'later',
  'roots-late': 'now',
  'parts-missing': 'later',
  'sandbox-off': 'later',
  // Our own house
  'fault-ended': 'never',
  'session-cut-short': 'now',
  'sign-in-cut-short': 'now',
  'recovery-cut-short': 'now',
  'link-invalid': 'never',
  'request-invalid': 'never',
  'not-now': 'now',
  'cancelled': 'now',
  'internal': 'now',
} as const satisfies Record<string, Retry>;

export type FailureCode = keyof typeof failureCatalogue;

/** All codes, for schemas and for tests that must not forget one. */
export const failureCodes = Object.keys(failureCatalogue) as [FailureCode, ...FailureCode[]];
