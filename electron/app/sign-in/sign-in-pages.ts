import type { SignInPageState, SignInStep } from '../../../shared/app-state.ts';
import { splitHost, type Profile } from '../../../shared/profile.ts';
import { sameHost } from '../../trust/host.ts';
import type { SignInPageView } from '../ports.ts';

export interface SignInPagesDeps {
  view: SignInPageView;
  /** The profile of the current attempt, or null. */
  profile: () => Profile | null;
  changed: () => void;
  /** Called when a page opens. It may need the person, even if a saved password answered the question before. */
  opened: () => void;
}

const closed: SignInPageState = { kind: 'closed' };

/** The campus's own sign-in page, as the state shows it. A driver opens and closes the page. */
export class SignInPages {
  private current: SignInPageState = closed;
  /** Whether this sign-in has shown a page that is not the gateway's. */
  private hasLeft = false;

  constructor({ view, profile, changed, opened }: SignInPagesDeps) {
    view.onPage((page) => {
      const isNew = page !== null && this.current.kind === 'closed';
      if (isNew) this.hasLeft = false;
      this.current = page
        ? {
            kind: 'open',
            ...page,
            step: this.step(stepOf(page.host, profile())),
            blocked: { ...page.blocked, named: [...page.blocked.named] },
          }
        : closed;
      changed();
      if (isNew) opened();
    });
  }

  /** A gateway's page that comes after another host's is the last step: its notice, or its question about other sessions. */
  private step(step: SignInStep): SignInStep {
    if (step === 'gateway') return this.hasLeft ? 'last' : step;
    this.hasLeft = true;
    return step;
  }

  get state(): SignInPageState {
    return this.current;
  }
}

/** The step of signing in that a page of this `host[:port]` belongs to. */
export function stepOf(host: string, profile: Profile | null): SignInStep {
  const page = splitHost(host);
  const isOneOf = (hosts: readonly string[]): boolean =>
    hosts.map(splitHost).some((each) => sameHost(each.host, page.host) && each.port === page.port);
  // Duo's Universal Prompt and its federal edition (https://duo.com/docs/protecting-applications), or Duo under a campus's own
  // name. Only hosts of the profile and Duo's can be shown, and the step decides nothing but the text in our column
  if (/(^|\.)duo(security|federal)?\./i.test(page.host)) return 'second-factor';
  if (!profile) return 'other';
  if (isOneOf(profile.gateways)) return 'gateway';
  return isOneOf(profile.browser?.formHosts ?? profile.browser?.hosts ?? []) ? 'form' : 'other';
}
