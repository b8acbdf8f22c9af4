import { fail, type Failure } from '../../shared/failure.ts';
import { answersOf } from '../../shared/prompt.ts';
import type { Lockout } from '../lockout.ts';
import type { Directory, Factors, Person } from '../services.ts';
import type { Channel, Hello } from './channel.ts';
import { proveSecondFactor } from './second-factor.ts';
import type { SessionInfo, SessionRules, Sessions } from './sessions.ts';

export interface SignInServices {
  directory: Directory;
  factors: Factors;
  lockout: Lockout;
  sessions: Sessions;
  rules: SessionRules;
  /** The notice that everyone accepts first, or null. */
  notice: string | null;
}

/** How many wrong passwords, for any names, close a connection. */
const maxRejections = 10;

/**
 * The whole sign-in, question by question, as in the guide. Resolves with a new session that the client does not know
 * about yet. Fails with the reason.
 */
export async function signIn(channel: Channel, hello: Hello, services: SignInServices): Promise<{ session: SessionInfo; ticket: string }> {
  await agreeToNotice(channel, services.notice);
  const { userId } = await askCredentials(channel, services);
  await proveSecondFactor(channel, services.factors, userId);
  await makeRoom(channel, hello, services, userId);
  return services.sessions.start({ userId, installation: hello.installation, client: clientName(hello) });
}

const clientName = ({ client, version }: Hello): string => `${client} ${version}`.trim();

async function agreeToNotice(channel: Channel, text: string | null): Promise<void> {
  if (text === null) return;
  const { proceed } = await channel.ask({ kind: 'notice', when: 'before', text }, answersOf.notice);
  if (!proceed) throw fail('notice-declined');
}

async function askCredentials(channel: Channel, { directory, lockout }: SignInServices): Promise<Person> {
  let typedUser = '';
  let lastTry: { failure: Failure; triesLeft: number } | undefined;
  for (let rejections = 0; rejections < maxRejections; rejections++) {
    const fields = [
      { name: 'user', secret: false, value: typedUser },
      { name: 'password', secret: true },
    ];
    const { values } = await channel.ask({ kind: 'credentials', fields, selects: [], ...lastTry }, answersOf.credentials);
    const { user = '', password = '' } = values;
    const right = await directory.checkPassword(user, password);
    const person = directory.person(user);
    if (right && person) return person;
    typedUser = user.slice(0, 200);
    lastTry = { failure: { code: 'sign-in-rejected' }, triesLeft: lockout.triesLeft(user, 'password') };
  }
  throw fail('sign-in-rejected');
}

/** Asks which session to end, for as long as the person has the maximum number on other installations. */
async function makeRoom(channel: Channel, hello: Hello, { sessions, rules }: SignInServices, userId: string): Promise<void> {
  for (;;) {
    const others = sessions.ofPerson(userId).filter((session) => session.installation !== hello.installation);
    if (others.length < rules.perPerson) return;
    const options = others.map(({ id, client, startedAt }) => ({ id, label: client, detail: `signed in ${minuteOf(startedAt)}` }));
    const { option } = await channel.ask({ kind: 'choice', purpose: 'session', options }, answersOf.choice);
    if (!others.some((session) => session.id === option))
      throw fail('request-invalid', undefined, { detail: 'that session was not offered' });
    await sessions.end(option, 'replaced');
  }
}

const minuteOf = (instant: number): string => `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
