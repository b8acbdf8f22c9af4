import { afterAll, afterEach, expect } from 'vitest';
import { startCampus } from '../../../campus/campus.ts';
import { mei } from './campus-services.ts';
import { credentials, GatewayClient, proceed, withPasscode } from './gateway-client.ts';

/** A campus on a clock that tests set, and clients of its gateway. */

export const clock = { at: Math.floor(Date.now() / 30_000) * 30_000 + 1000 };
const unexpected: unknown[] = [];
export const campus = await startCampus({ now: () => clock.at, notice: 'Terms of use', report: (error) => unexpected.push(error) });

/** Ends every session after each test, and checks that no push and no error is left. Stops the campus at the end. */
export function tidyCampus(): void {
  afterAll(() => campus.stop());
  afterEach(async () => {
    for (const { id } of campus.control.sessions()) await campus.control.end(id);
    expect(waiting()).toEqual([]);
    expect(unexpected).toEqual([]);
    clock.at += 11 * 60_000; // past every lock and every code that was used
  });
}

export const waiting = () => campus.services.factors.phones().flatMap(({ id }) => campus.services.factors.waiting(id));
export const codeOf = (phone: string): string => campus.services.factors.accounts(phone)[0]?.code ?? '';
export const wrong = (code: string): string => (code === '123456' ? '654321' : '123456');
export const deviceOf = (userId: string): string => campus.records.devices(userId)[0]?.id ?? '';
export const sessionsOf = (userId: string) => campus.records.sessions().filter((session) => session.userId === userId);

/** A conversation up to the question about the second factor. */
export async function toSecondFactor(person: { userId: string; password: string }, from = 'A'): Promise<GatewayClient> {
  const client = await toCredentials(from);
  client.answer(credentials(person.userId, person.password));
  return client;
}
export async function toCredentials(from = 'A'): Promise<GatewayClient> {
  const client = await GatewayClient.open(campus);
  client.hello(from);
  await client.prompt('notice');
  client.answer(proceed);
  await client.prompt('credentials');
  return client;
}
/** A signed-in conversation, with a recovery passcode so that several fit into one code's time. */
export async function signIn(from = 'A', person = mei) {
  const { passcode } = await campus.services.factors.issueRecoveryPasscode(person.userId);
  const client = await toSecondFactor(person, from);
  await client.prompt('second-factor');
  client.answer(withPasscode(passcode));
  return { client, granted: await client.next('granted') };
}
export const pushOf = () => {
  const [push] = waiting();
  if (!push) throw new Error('no push waits');
  return push;
};
