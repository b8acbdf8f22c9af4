import * as z from 'zod';
import { CausewayError, fail, type Failure } from '../../shared/failure.ts';
import { identitySchema, type Identity } from '../../shared/recovery.ts';
import { grouped } from '../pages/digits.ts';
import { sentence } from '../pages/failures.ts';
import { button, copyButton, field, form, typedPassword, typedUserId } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { speechFor } from '../pages/languages.ts';
import { alertBox, type Look } from '../pages/layout.ts';
import { ShownOnce } from '../pages/once.ts';
import { redirect, type Answer, type Reply } from '../pages/reply.ts';
import type { Site } from '../pages/listener.ts';
import { checkCsrf, Sessions, type Session } from '../pages/sessions.ts';
import { drawPage, type PageDraft } from '../pages/site-page.ts';
import type { Speech } from '../pages/speech.ts';
import { parseFields, readForm, type Visit } from '../pages/visit.ts';
import type { Words } from '../pages/words/words.ts';
import type { Person } from '../services.ts';
import type { RecoveryService, RecoveryOptions } from './recovery-service.ts';
import { roles, type Role } from './roles.ts';

/** One visitor of the recovery pages. */
interface RecoveryVisit {
  /** Why the last attempt failed. */
  readonly failure: ShownOnce<Failure>;
  /** What was typed, to show it again, since the message does not say which part is wrong. */
  typed: Omit<Identity, 'role'> | null;
  /** The token of the verified identity. */
  token: string | null;
  /** The new passcode, for the one page that shows it. */
  passcode: { passcode: string; expiresAt: number } | null;
}

/** A visit by somebody whose identity was verified. */
interface Guest {
  readonly visit: Visit;
  readonly session: Session<RecoveryVisit>;
  readonly speech: Speech;
}

const newVisit = (): RecoveryVisit => ({ failure: new ShownOnce(), typed: null, token: null, passcode: null });

const identityForm = z.object({ userId: typedUserId, dateOfBirth: z.string().max(20), lastFour: z.string().trim().max(20) });
const passwordForm = z.object({ password: typedPassword });

/** The public recovery pages: role → identity → Get 2FA Passcode → password → the passcode, shown once. */
export function addRecoveryPages(router: Site, recoveryService: RecoveryService, look: Look, options: RecoveryOptions): void {
  const sessions = new Sessions<RecoveryVisit>('__Host-recovery', options.now);

  const show = (visit: Visit, draft: PageDraft, cookies: string[] = []): Reply =>
    drawPage({ look, now: options.now }, visit, draft, 200, cookies);

  function takeAlert(visit: Visit, { state }: Session<RecoveryVisit>): Html | null {
    const failure = state.failure.take(visit);
    return failure && alertBox(html`<p>${sentence(speechFor(visit), failure, options.now())}</p>`);
  }

  /** A page for people whose identity was verified in the last ten minutes. Others start again. */
  function verified(path: string, handler: (guest: Guest, person: Person) => Answer): void {
    router.get(path, (visit) => {
      const session = sessions.find(visit);
      if (!session?.state.token) return redirect('/');
      const person = recoveryService.person(session.state.token);
      if (person) return handler({ visit, session, speech: speechFor(visit) }, person);
      session.state.failure.put(fail('recovery-timed-out').failure);
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
        session.state.failure.put(error.failure);
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
    const words = speechFor(visit).words.recovery;
    const choices = roles.map(
      (role) =>
        html`<a class="choice" href="/identity/${role}"
          ><span><strong>${words.roles[role]}</strong></span
          >${icons.next}</a
        >`,
    );
    const body = html`<h1>${words.title}</h1>
      ${session && takeAlert(visit, session)}
      <p class="lead">${words.lead}</p>
      <div class="choices">${choices}</div>`;
    return show(visit, { title: words.title, body });
  });

  router.get('/identity/:role', (visit) => {
    const role = roles.find((id) => id === visit.req.param('role'));
    if (!role) return redirect('/');
    const { session, cookies } = sessions.findOrOpen(visit, newVisit);
    const words = speechFor(visit).words.recovery;
    return show(visit, { title: words.identity.title, body: identityBody(words, session, role, takeAlert(visit, session)) }, cookies);
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

  verified('/options', ({ visit, session, speech: { words } }) =>
    show(visit, { title: words.recovery.need.title, body: optionsBody(words.recovery, session) }),
  );
  post(
    '/options',
    z.object({ need: z.literal('passcode') }),
    () => '/options',
    () => redirect('/password'),
  );

  verified('/password', ({ visit, session, speech }, { userId }) =>
    show(visit, { title: speech.words.recovery.password.title, body: passwordBody(speech, session, userId, takeAlert(visit, session)) }),
  );
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

  verified('/passcode', ({ visit, session, speech }) => {
    const { passcode } = session.state;
    session.state.passcode = null;
    const { recovery } = speech.words;
    const body = passcode ? passcodeBody(speech, passcode) : shownBody(recovery);
    return show(visit, { title: recovery.passcode.title, body, once: passcode !== null });
  });
}

type RecoveryWords = Words['recovery'];

function identityBody(words: RecoveryWords, session: Session<RecoveryVisit>, role: Role, alert: Html | null): Html {
  const { typed } = session.state;
  const { identity } = words;
  const fields = html`${field({ name: 'userId', label: identity.userId, value: typed?.userId ?? '', autocomplete: 'username', maxlength: 200, autofocus: !typed })}
  ${field({ name: 'dateOfBirth', label: identity.dateOfBirth, type: 'date', value: typed?.dateOfBirth ?? '', autocomplete: 'bday' })}
  ${field({ name: 'lastFour', label: identity.lastFour, value: typed?.lastFour ?? '', maxlength: 4 })} ${button(identity.verify)}`;
  return html`<p class="steps">${words.roles[role]}</p>
    <h1>${identity.title}</h1>
    ${alert} ${form(session.csrf, fields)}
    <p><a href="/">${words.back}</a></p>`;
}

function optionsBody(words: RecoveryWords, session: Session<RecoveryVisit>): Html {
  const fields = html`<fieldset class="choices">
      <legend class="lead">${words.need.lead}</legend>
      <label class="choice">
        <input type="radio" name="need" value="passcode" checked />
        <span><strong>${words.get}</strong><span class="hint">${words.need.passcodeHint}</span></span>
      </label>
    </fieldset>
    ${button(words.next)}`;
  return html`<h1>${words.need.title}</h1>
    ${form(session.csrf, fields)}`;
}

function passwordBody(speech: Speech, session: Session<RecoveryVisit>, userId: string, alert: Html | null): Html {
  const words = speech.words.recovery;
  // The hidden user name tells a password manager whose password is asked for
  const fields = html`<input type="text" name="username" value="${userId}" autocomplete="username" readonly hidden />
    ${field({ name: 'password', label: words.password.label, type: 'password', autocomplete: 'current-password', autofocus: true })}
    ${button(words.next)}`;
  return html`<p class="steps">${words.get}</p>
    <h1>${words.password.question}</h1>
    <p class="lead">${speech.say(words.password.whose, { user: userId })}</p>
    ${alert} ${form(session.csrf, fields)}`;
}

function passcodeBody(speech: Speech, { passcode, expiresAt }: { passcode: string; expiresAt: number }): Html {
  const words = speech.words.recovery.passcode;
  return html`<h1>${words.title}</h1>
    <p>${words.keep}</p>
    <p class="secret" id="passcode" data-plain="${passcode}">${grouped(passcode)}</p>
    ${copyButton(speech, 'passcode')}
    <p>${speech.say(words.good, { time: speech.time(expiresAt) })}</p>
    <h2>${words.thenTitle}</h2>
    <p>${words.then}</p>`;
}

function shownBody(words: RecoveryWords): Html {
  return html`<h1>${words.passcode.title}</h1>
    <p>${words.passcode.shown}</p>
    <p class="actions"><a class="button" href="/options">${words.get}</a></p>`;
}
