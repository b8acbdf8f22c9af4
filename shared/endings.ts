import type { AccessState } from './access-state.ts';
import type { FailureCode } from './failure-catalogue.ts';

/** Failures that end a session for good, so that the person has to sign in again. Without schemas, for the window. */
const overCodes: readonly FailureCode[] = [
  'ticket-rejected',
  'session-expired',
  'session-idle',
  'session-revoked',
  'session-replaced',
  'gateway-gone',
];

export const isSessionOver = (code: FailureCode): boolean => overCodes.includes(code);

/** The page where the network that blocks this computer wants people to sign in, or null. */
export function networkPageIn(state: AccessState): string | null {
  const failure = state.kind === 'idle' ? state.ending : state.kind === 'reconnecting' ? state.why : null;
  const address = failure?.code === 'captive-portal' ? failure.params?.['address'] : undefined;
  return typeof address === 'string' ? address : null;
}
