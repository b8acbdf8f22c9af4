import * as z from 'zod';
import { CausewayError, fail } from '../../shared/failure.ts';
import { taskSchema, type Task } from '../../shared/task.ts';
import { sentence } from '../pages/failures.ts';
import { button, field, form, typedPassword, typedUserId } from '../pages/forms.ts';
import { html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { speechFor } from '../pages/languages.ts';
import { alertBox } from '../pages/layout.ts';
import { json, redirect, type Reply } from '../pages/reply.ts';
import { checkCsrf, type Session } from '../pages/sessions.ts';
import { drawPage } from '../pages/site-page.ts';
import { parseFields, readForm, type Visit } from '../pages/visit.ts';
import { portalSignInPath } from '../portal-sign-ins.ts';
import type { Person } from '../services.ts';
import type { PortalSite } from './site.ts';
import { nobody, signedIn, type PortalState } from './state.ts';

const signInForm = z.object({ userId: typedUserId, password: typedPassword });
/** `task` is the person's task. Its first page comes first. */
const oneTimeForm = z.object({ token: z.string().min(1).max(200), task: z.optional(taskSchema) });

/** Signing in and out: the sign-in page, the one-time sign-in, the choice of two areas, the on-campus probe. */
export function addSignIn(site: PortalSite): void {
  const { directory, signIns, now, campusId } = site.options;

  function signInPage(visit: Visit, session: Session<PortalState>, cookies: string[]): Reply {
    const { userId } = session.state;
    const notice = session.state.notice.take(visit);
    const speech = speechFor(visit);
    const { signIn } = speech.words.portal;
    const body = html`<h1>${signIn.title}</h1>
      <p class="lead">${signIn.lead}</p>
      ${notice && alertBox(html`<p>${sentence(speech, notice, now())}</p>`)}
      ${form(
        session.csrf,
        html`${field({ name: 'userId', label: signIn.userId, value: userId, autocomplete: 'username', maxlength: 200, autofocus: !userId })}
        ${field({ name: 'password', label: signIn.password, type: 'password', autocomplete: 'current-password', autofocus: userId !== '' })}
        ${button(signIn.submit)}`,
      )}`;
    return drawPage({ look: site.look, now }, visit, { title: signIn.title, body }, 200, cookies);
  }

  /** Starts a session with a new id, so that one that somebody else planted is useless. */
  function enter(person: Person, before: Session<PortalState> | null, to: string): Reply {
    if (before) site.end(before);
    const { cookie } = site.sessions.open({ ...nobody(), signedIn: signedIn(person) });
    return redirect(to, [cookie]);
  }

  /** The person who signs in. Rejects with `sign-in-rejected` or `account-locked`. Unknown names get locked too, so that a lock does not show who exists. */
  async function check(userId: string, password: string): Promise<Person> {
    const person = (await directory.checkPassword(userId, password)) ? directory.person(userId) : null;
    if (!person) throw fail('sign-in-rejected');
    return person;
  }

  site.router.get('/.well-known/causeway-on-campus', () => json({ campus: campusId }));
  site.router.get('/', (visit) => redirect(site.guest(visit) ? '/home' : '/sign-in'));

  site.router.get('/sign-in', (visit) => {
    if (site.guest(visit)) return redirect('/home');
    const { session, cookies } = site.sessions.findOrOpen(visit, nobody);
    return signInPage(visit, session, cookies);
  });

  site.router.post('/sign-in', async (visit) => {
    const session = site.sessions.find(visit);
    // The page was open for too long: show a new one and say why
    if (!session) return redirect('/sign-in');
    const fields = await readForm(visit);
    checkCsrf(session.csrf, fields['csrf']);
    const { userId, password } = parseFields(signInForm, fields);
    try {
      return enter(await check(userId, password), session, '/home');
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      session.state.notice.put(error.failure);
      session.state.userId = userId;
      return redirect('/sign-in');
    }
  });

  // The only POST without a session token. Its own token protects it, which is valid once and for a minute
  site.router.post(portalSignInPath, async (visit) => {
    const { token, task } = parseFields(oneTimeForm, await readForm(visit));
    const userId = signIns.redeem(token);
    const person = userId === null ? null : directory.person(userId);
    if (person) return enter(person, site.sessions.find(visit), firstPage(task));
    const { session, cookies } = site.sessions.findOrOpen(visit, nobody);
    if (session.state.signedIn) return redirect(firstPage(task));
    session.state.notice.put(fail('portal-sign-in').failure);
    return redirect('/sign-in', cookies);
  });

  site.get('/home', (guest) => {
    const { speech } = guest;
    const { portal } = speech.words;
    const { home } = portal;
    return site.show(guest, {
      title: home.title,
      body: html`<h1>${home.question}</h1>
        <p class="lead">${speech.say(home.signedIn, { user: guest.at.person.userId })}</p>
        <div class="choices">
          <a class="choice" href="/add/confirm">
            ${icons.add}
            <span><strong>${portal.add}</strong><span class="hint">${home.addHint}</span></span>
          </a>
          <a class="choice" href="/devices/confirm">
            ${icons.settings}
            <span><strong>${portal.settings}</strong><span class="hint">${home.settingsHint}</span></span>
          </a>
        </div>`,
    });
  });

  site.post('/sign-out', z.object({}), ({ visit }) => {
    const session = site.sessions.find(visit);
    if (session) site.end(session);
    return redirect('/sign-in');
  });
}

function firstPage(task: Task | undefined): string {
  switch (task) {
    case 'add-device':
      return '/add/confirm';
    case 'remove-device':
      return '/devices/confirm';
    case 'lost-phone':
    case undefined:
      return '/home';
  }
}
