import type { AppState } from '../../shared/app-state.ts';
import type { CallInput, CallName, CallOutput } from '../../shared/bridge.ts';
import type { Answer, Prompt } from '../../shared/prompt.ts';
import { destinationsIn } from '../../shared/profile-contents.ts';
import type { Profile } from '../../shared/profile.ts';
import { duoHosts } from '../net/duo-hosts.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { PolicyInForce } from '../storage/policy/policy.ts';
import type { Verbs } from './parts.ts';

/** Tells the redactor what no pattern shows: the hosts that stay readable, who the person is, and what was typed. */
export class KnownNames {
  private profiles: readonly Profile[] = [];
  private policy: PolicyInForce | null = null;
  private lastPerson: string | null = null;

  constructor(private readonly redactor: Redactor) {}

  /** The hosts of these profiles and of the policy stay readable. */
  keepHosts(profiles: readonly Profile[], policy: PolicyInForce): void {
    if (profiles === this.profiles && policy === this.policy) return;
    this.profiles = profiles;
    this.policy = policy;
    this.redactor.keepHosts([...profiles.flatMap(hostsOf), ...hostsOfPolicy(policy)]);
  }

  person(name: string | null): void {
    if (name === null || name === this.lastPerson) return;
    this.lastPerson = name;
    this.redactor.typed.add(name, 'person');
  }

  secret(text: string): void {
    this.redactor.typed.add(text, 'secret');
  }

  /** What is in an answer to a gateway. What was chosen from a list is no secret. */
  answer(prompt: Prompt, answer: Answer): void {
    switch (answer.kind) {
      case 'credentials':
      case 'fields': {
        const typed = prompt.kind === 'credentials' || prompt.kind === 'fields' ? prompt.fields.map(({ name }) => name) : [];
        for (const [name, value] of Object.entries(answer.values)) {
          if (name === 'user') this.person(value);
          else if (typed.includes(name)) this.secret(value);
        }
        return;
      }
      case 'second-factor-passcode':
      case 'passcode':
        this.secret(answer.passcode ?? '');
        return;
      case 'client-certificate':
        this.secret(answer.passphrase ?? '');
        return;
      case 'proxy':
        this.person(answer.user);
        this.secret(answer.password);
        return;
      case 'notice':
      case 'second-factor':
      case 'instead':
      case 'choice':
      case 'certificate':
      case 'browser':
        return;
    }
  }

  /** Calls that note what a person typed into them, before they do anything. */
  noting(verbs: Verbs): Verbs {
    const noted =
      <N extends CallName>(name: N, note: (input: CallInput<N>) => void) =>
      (input: CallInput<N>): Promise<CallOutput<N>> => {
        note(input);
        return verbs[name](input);
      };
    return {
      ...verbs,
      recoveryPasscode: noted('recoveryPasscode', ({ userId, dateOfBirth, lastFour, password }) => {
        this.person(userId);
        this.secret(dateOfBirth);
        this.secret(lastFour);
        this.secret(password);
      }),
      keepCodes: noted('keepCodes', ({ key }) => this.secret(key)),
      answerProxy: noted('answerProxy', ({ signIn }) => {
        this.person(signIn?.user ?? null);
        this.secret(signIn?.password ?? '');
      }),
      previewAddress: noted('previewAddress', ({ address }) => {
        if (address.includes('@')) this.person(address.split('@', 1)[0] ?? null);
      }),
    };
  }

  /** The names that a state shows. */
  seen({ access, saved }: Pick<AppState, 'access' | 'saved'>): void {
    if (access.kind === 'connected' || access.kind === 'reconnecting') this.person(access.user);
    this.person(saved.userId);
  }
}

/** Duo's hosts are not named, but open to every profile that signs in on pages. */
const hostsOf = (profile: Profile): string[] => [...destinationsIn(profile).map(({ host }) => host), ...(profile.browser ? duoHosts : [])];

/** Everything in the policy that may be a host or an address. */
function hostsOfPolicy({ decisions }: PolicyInForce): string[] {
  const texts = (value: unknown): string[] => {
    if (typeof value === 'string') return [URL.parse(value)?.hostname ?? value];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
  };
  return [...decisions.values()].flatMap(({ value }) => texts(value));
}
