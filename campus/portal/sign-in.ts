import * as z from 'zod';
import { CausewayError, fail } from '../../shared/failure.ts';
import { taskSchema, type Task } from '../../shared/task.ts';
import { sentence } from '../pages/failures.ts';
import { button, field, form, typedPassword, typedUserId } from '../pages/forms.ts';
import { html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox, draw } from '../pages/layout.ts';
import { json, page, redirect, type Reply } from '../pages/reply.ts';
import { checkCsrf, type Session } from '../pages/sessions.ts';
import { parseFields, readForm } from '../pages/visit.ts';
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

  function signInPage(session: Session<PortalState>, cookies: string[]): Reply {
    const { notice, userId } = session.state;
    session.state.notice = null;
    const body = html`<h1>Sign in</h1>
      <p class="lead">Add, change or remove the devices that confirm your sign-ins.</p>
      ${notice && alertBox(html`<p>${sentence(notice, now())}</p>`)}
      ${form(
        session.csrf,
        html`${field({ name: 'userId', label: 'UMPASS ID', value: userId, autocomplete: 'username', maxlength: 200, autofocus: !userId })}
        ${field({ name: 'password', label: 'UMPASS password', type: 'password', autocomplete: 'current-password', autofocus: userId !== '' })}
        ${button('Sign in')}`,
      )}`;
    return page(draw(site.look, { title: 'Sign in', body, now: now() }), 200, cookies);
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
    return signInPage(session, cookies);
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
      session.state.notice = error.failure;
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
    session.state.notice = fail('portal-sign-in').failure;
    return redirect('/sign-in', cookies);
  });

  site.get('/home', (guest) =>
    site.show(guest, {
      title: 'Your devices',
      body: html`<h1>What would you like to do?</h1>
        <p class="lead">Signed in as ${guest.at.person.userId}</p>
        <div class="choices">
          <a class="choice" href="/add/confirm">
            ${icons.add}
            <span><strong>Add a new Device</strong><span class="hint">A tablet or a phone that confirms your sign-ins</span></span>
          </a>
          <a class="choice" href="/devices/confirm">
            ${icons.settings}
            <span><strong>My Settings &amp; Devices</strong><span class="hint">Rename, choose the default, remove an old one</span></span>
          </a>
        </div>`,
    }),
  );

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
