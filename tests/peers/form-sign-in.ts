import type { OpenConnectDriver } from '../../electron/gateways/openconnect/driver.ts';
import type { Session } from '../../electron/gateways/gateway.ts';
import type { Profile } from '../../shared/profile.ts';
import { FormGateway, type FormSpec, type Step } from './gateways/form-gateway.ts';
import { person, targetFor, type Person, type Script } from './openconnect-bench.ts';
import { awaitedLater } from '../support/awaited-later.ts';

/** A form with one secret and the gateway's message. */
export const secret = (label: string, message: string, more: Partial<FormSpec> = {}): FormSpec => ({
  message,
  inputs: [{ type: 'password', name: 'secret', ...(label === '' ? {} : { label }) }],
  ...more,
});
export const code = (message = 'Enter your verification code.', more: Partial<FormSpec> = {}) => secret('Code:', message, more);
/** A form with nothing to fill in. */
export const messageForm = (message: string): FormSpec => ({ message, inputs: [] });
/** Duo's question after the password. */
export const duoMenuForm: FormSpec = {
  message: [
    'Duo two-factor login for mei',
    '',
    ' 1. Duo Push to XXX-XXX-1234',
    ' 2. Phone call to XXX-XXX-1234',
    ' 3. SMS passcodes to XXX-XXX-1234 (next code starts with: 2)',
  ].join('\n'),
  inputs: [{ type: 'password', name: 'answer', label: 'Passcode or option (1-3):' }],
};

export interface Run {
  at: FormGateway;
  who: Person;
  stop: AbortController;
  session: Promise<Session>;
}

/** Signs in to a gateway that answers each request of a sign-in with the next of these steps, and refuses all others. */
export async function signInByForms(
  driver: OpenConnectDriver,
  steps: readonly (Step | (() => Promise<Step>))[],
  script: Script,
  profile: Partial<Profile> = {},
): Promise<Run> {
  const at = await FormGateway.start(({ turn }) => {
    const step = steps[turn] ?? 'refuse';
    return typeof step === 'function' ? step() : step;
  });
  const who = person(script);
  const stop = new AbortController();
  return { at, who, stop, session: awaitedLater(driver.signIn(targetFor(at.profile(profile)), who.ask, stop.signal)) };
}

/** What was filled in, request by request. */
export const answersOf = (at: FormGateway) => at.requests.filter(({ init }) => !init).map(({ fields }) => fields);
/** How often a user name and a password arrived. */
export const sends = (at: FormGateway) => answersOf(at).filter((answer) => answer['username'] !== undefined && 'password' in answer).length;
