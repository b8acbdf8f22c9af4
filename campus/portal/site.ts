import type * as z from 'zod';
import { CausewayError } from '../../shared/failure.ts';
import { html, type Html } from '../pages/html.ts';
import { speechFor } from '../pages/languages.ts';
import type { Look } from '../pages/layout.ts';
import { newSite, type Site } from '../pages/listener.ts';
import { redirect, type Answer, type Reply } from '../pages/reply.ts';
import { checkCsrf, Sessions, type Session } from '../pages/sessions.ts';
import { drawPage, type PageDraft } from '../pages/site-page.ts';
import type { Speech } from '../pages/speech.ts';
import { parseFields, readForm, type Visit } from '../pages/visit.ts';
import { form } from '../pages/forms.ts';
import type { PortalOptions, PortalState, SignedIn } from './state.ts';

/** A visit by a signed-in person. */
export interface Guest {
  readonly visit: Visit;
  readonly csrf: string;
  readonly speech: Speech;
  readonly at: SignedIn;
}

/** The page that has to come first, or null. */
export type Detour = (guest: Guest) => string | null;
const none: Detour = () => null;

/**
 * What all portal pages share: sessions, the layout, and the two functions that add a page. For a POST, the token is
 * checked and the fields are parsed before the handler runs.
 */
export class PortalSite {
  readonly router: Site;
  readonly look: Look;
  readonly sessions: Sessions<PortalState>;

  constructor(readonly options: PortalOptions) {
    this.look = { service: ({ portal }) => portal.service, address: new URL(options.address).origin };
    this.router = newSite({ look: this.look, now: options.now });
    this.sessions = new Sessions('__Host-portal', options.now);
  }

  /** Adds a page for signed-in people. Others go to the sign-in page, or to the page that `detour` names. */
  get(path: string, handler: (guest: Guest) => Answer, detour: Detour = none): this {
    this.router.get(path, (visit) => {
      const guest = this.guest(visit);
      if (!guest) return redirect('/sign-in');
      const elsewhere = detour(guest);
      return elsewhere === null ? handler(guest) : redirect(elsewhere);
    });
    return this;
  }

  /** Adds a form for signed-in people. It needs the token of their session. */
  post<Fields>(path: string, schema: z.ZodType<Fields>, handler: (guest: Guest, fields: Fields) => Answer, detour: Detour = none): this {
    this.router.post(path, async (visit) => {
      const guest = this.guest(visit);
      if (!guest) return redirect('/sign-in');
      const fields = await readForm(visit);
      checkCsrf(guest.csrf, fields['csrf']);
      const elsewhere = detour(guest);
      return elsewhere === null ? await handler(guest, parseFields(schema, fields)) : redirect(elsewhere);
    });
    return this;
  }

  /** The visitor's session with a person in it. */
  guest(visit: Visit): Guest | null {
    const session = this.sessions.find(visit);
    return session?.state.signedIn ? { visit, csrf: session.csrf, speech: speechFor(visit), at: session.state.signedIn } : null;
  }

  /** Ends a session and everything that it has started. */
  end(session: Session<PortalState>): void {
    session.state.signedIn?.push?.push.cancel();
    this.sessions.close(session);
  }

  /** Draws a page for a signed-in person. */
  show(guest: Guest, draft: Omit<PageDraft, 'visitor'>): Reply {
    return drawPage({ look: this.look, now: this.options.now }, guest.visit, { ...draft, visitor: visitor(guest) });
  }

  confirmed(guest: Guest): boolean {
    return guest.at.confirmedUntil > this.options.now();
  }
}

function visitor(guest: Guest): Html {
  const signOut = form(guest.csrf, html`<button type="submit" class="bare">${guest.speech.words.portal.signOut}</button>`, {
    action: '/sign-out',
    quiet: true,
  });
  return html`<div class="visitor"><span>${guest.at.person.name}</span>${signOut}</div>`;
}

/** Calls the factor service. If the person can fix a failure, the page that they return to shows it. */
export async function orTell(guest: Guest, back: string, act: () => Promise<Reply>): Promise<Reply> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    guest.at.lastTry.put({ failure: error.failure });
    return redirect(back);
  }
}
