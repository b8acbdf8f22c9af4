import * as z from 'zod';
import { CausewayError, fail, type Failure } from '../../shared/failure.ts';
import { identitySchema, type Identity } from '../../shared/recovery.ts';
import { clockTime } from '../pages/clock.ts';
import { grouped } from '../pages/digits.ts';
import { sentence } from '../pages/failures.ts';
import { button, copyButton, field, form, typedPassword, typedUserId } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox, draw, type Look } from '../pages/layout.ts';
import { page, redirect, type Answer, type Reply } from '../pages/reply.ts';
import type { Site } from '../pages/listener.ts';
import { checkCsrf, Sessions, type Session } from '../pages/sessions.ts';
import { parseFields, readForm, type Visit } from '../pages/visit.ts';
import type { Person } from '../services.ts';
import type { RecoveryService, RecoveryOptions } from './recovery-service.ts';
import { roles } from './roles.ts';

/** One visitor of the recovery pages. */
interface RecoveryVisit {
  /** Why the last attempt failed. Shown once. */
  failure: Failure | null;
  /** What was typed, to show it again, since the message does not say which part is wrong. */
  typed: Omit<Identity, 'role'> | null;
  /** The token of the verified identity. */
  token: string | null;
  /** The new passcode, for the one page that shows it. */
  passcode: { passcode: string; expiresAt: number } | null;
}

const newVisit = (): RecoveryVisit => ({ failure: null, typed: null, token: null, passcode: null });

const identityForm = z.object({ userId: typedUserId, dateOfBirth: z.string().max(20), lastFour: z.string().trim().max(20) });
const passwordForm = z.object({ password: typedPassword });

/** The public recovery pages: role → identity → Get 2FA Passcode → password → the passcode, shown once. */
export function addRecoveryPages(router: Site, recoveryService: RecoveryService, look: Look, options: RecoveryOptions): void {
  const sessions = new Sessions<RecoveryVisit>('__Host-recovery', options.now);

  const show = (title: string, body: Html, cookies: string[] = []): Reply =>
    page(draw(look, { title, body, now: options.now() }), 200, cookies);

  function takeAlert(session: Session<RecoveryVisit>): Html | null {
    const { failure } = session.state;
    session.state.failure = null;
    return failure && alertBox(html`<p>${sentence(failure, options.now())}</p>`);
  }

  /** A page for people whose identity was verified in the last ten minutes. Others start again. */
  function verified(path: string, handler: (session: Session<RecoveryVisit>, person: Person) => Answer): void {
    router.get(path, (visit) => {
      const session = sessions.find(visit);
      if (!session?.state.token) return redirect('/');
      const person = recoveryService.person(session.state.token);
      if (person) return handler(session, person);
      session.state.failure = fail('recovery-timed-out').failure;
      return redirect('/');
    });
  }

  /** A form of this site. The page that `back` names shows a failure. Somebody who is too late starts again. */
  function post<Fields>(
    path: string,
    schema: z.ZodType<Fields>,
    back: (visit: Visit) => string,
    handler: (session: Session<RecoveryVisit>, fields: Fields, visit: Visit) => Answer,
  ): void {
    router.post(path, async (visit) => {
      const session = sessions.find(visit);
      if (!session) return redirect('/');
      const fields = await readForm(visit);
      checkCsrf(session.csrf, fields['csrf']);
      const parsed = parseFields(schema, fields);
      try {
        return await handler(session, parsed, visit);
      } catch (error) {
        if (!(error instanceof CausewayError)) throw error;
        session.state.failure = error.failure;
        return redirect(error.failure.code === 'recovery-timed-out' ? '/' : back(visit));
      }
    });
  }

  const tokenOf = (session: Session<RecoveryVisit>): string => {
    if (session.state.token === null) throw fail('recovery-timed-out');
    return session.state.token;
  };

  router.get('/', (visit) => {
    const session = sessions.find(visit);
    const choices = roles.map(
      ({ id, label }) =>
        html`<a class="choice" href="/identity/${id}"
          ><span><strong>${label}</strong></span
          >${icons.next}</a
        >`,
    );
    const body = html`<h1>Recover your account</h1>
      ${session && takeAlert(session)}
      <p class="lead">For people who lost the device that confirms their sign-ins. Click your role.</p>
      <div class="choices">${choices}</div>`;
    return show('Recover your account', body);
  });

  router.get('/identity/:role', (visit) => {
    const role = roles.find(({ id }) => id === visit.req.param('role'));
    if (!role) return redirect('/');
    const { session, cookies } = sessions.findOrOpen(visit, newVisit);
    return show('Who are you?', identityBody(session, role.label, takeAlert(session)), cookies);
  });

  const identityPath = (visit: Visit) => `/identity/${encodeURIComponent(visit.req.param('role') ?? '')}`;
  post('/identity/:role', identityForm, identityPath, (session, typed, visit) => {
    session.state.typed = typed;
    const identity = identitySchema.safeParse({ ...typed, role: visit.req.param('role') });
    // Malformed data gets the same answer as wrong data
    if (!identity.success) throw fail('recovery-identity');
    const token = recoveryService.verify(identity.data);
    // Use a new session id from here on, in case somebody else planted the old one
    sessions.close(session);
    return redirect('/options', [sessions.open({ ...session.state, token }).cookie]);
  });

  verified('/options', (session) => show('What do you need?', optionsBody(session)));
  post(
    '/options',
    z.object({ need: z.literal('passcode') }),
    () => '/options',
    () => redirect('/password'),
  );

  verified('/password', (session, person) => show('UMPASS password', passwordBody(session, person.userId, takeAlert(session))));
  post(
    '/password',
    passwordForm,
    () => '/password',
    async (session, { password }) => {
      session.state.passcode = await recoveryService.passcode(tokenOf(session), password);
      session.state.typed = null;
      return redirect('/passcode');
    },
  );

  verified('/passcode', (session) => {
    const { passcode } = session.state;
    session.state.passcode = null;
    return show('Your 2FA Passcode', passcode ? passcodeBody(passcode) : shownBody());
  });
}

function identityBody(session: Session<RecoveryVisit>, role: string, alert: Html | null): Html {
  const { typed } = session.state;
  const fields = html`${field({ name: 'userId', label: 'UMPASS ID', value: typed?.userId ?? '', autocomplete: 'username', maxlength: 200, autofocus: !typed })}
  ${field({ name: 'dateOfBirth', label: 'Date of birth', type: 'date', value: typed?.dateOfBirth ?? '', autocomplete: 'bday' })}
  ${field({ name: 'lastFour', label: 'Last 4 characters of ID/Passport Number', value: typed?.lastFour ?? '', maxlength: 4 })}
  ${button('Verify')}`;
  return html`<p class="steps">${role}</p>
    <h1>Who are you?</h1>
    ${alert} ${form(session.csrf, fields)}
    <p><a href="/">Back</a></p>`;
}

function optionsBody(session: Session<RecoveryVisit>): Html {
  const fields = html`<fieldset class="choices">
      <legend class="lead">Select one and click Next.</legend>
      <label class="choice">
        <input type="radio" name="need" value="passcode" checked />
        <span><strong>Get 2FA Passcode</strong><span class="hint">Nine digits that stand in for your device for an hour</span></span>
      </label>
    </fieldset>
    ${button('Next')}`;
  return html`<h1>What do you need?</h1>
    ${form(session.csrf, fields)}`;
}

function passwordBody(session: Session<RecoveryVisit>, userId: string, alert: Html | null): Html {
  // The hidden user name tells a password manager whose password is asked for
  const fields = html`<input type="text" name="username" value="${userId}" autocomplete="username" readonly hidden />
    ${field({ name: 'password', label: 'UMPASS password', type: 'password', autocomplete: 'current-password', autofocus: true })}
    ${button('Next')}`;
  return html`<p class="steps">Get 2FA Passcode</p>
    <h1>Enter your UMPASS password</h1>
    <p class="lead">For ${userId}</p>
    ${alert} ${form(session.csrf, fields)}`;
}

function passcodeBody({ passcode, expiresAt }: { passcode: string; expiresAt: number }): Html {
  return html`<h1>Your 2FA Passcode</h1>
    <p>Copy or remember it: it is shown only once.</p>
    <p class="secret" id="passcode" data-plain="${passcode}">${grouped(passcode)}</p>
    ${copyButton('passcode')}
    <p>
      Good until ${clockTime(expiresAt)}, once to connect from off campus and once in the device portal. It is void as soon as you have
      added a device.
    </p>
    <h2>Next</h2>
    <p>Open the device portal, choose “Add a new Device”, click “Enter a Passcode” and enter these nine digits.</p>`;
}

function shownBody(): Html {
  return html`<h1>Your 2FA Passcode</h1>
    <p>It was shown already. If you did not keep it, get a new one; the old one is then void.</p>
    <p class="actions"><a class="button" href="/options">Get 2FA Passcode</a></p>`;
}
