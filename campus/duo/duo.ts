import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import * as z from 'zod';
import { CausewayError } from '../../shared/failure.ts';
import { plainPasscode } from '../../shared/prompt.ts';
import { assertionSchema } from '../factors/webauthn.ts';
import { lastingCookie, readCookie } from '../pages/cookies.ts';
import { typedPasscode } from '../pages/forms.ts';
import { speechFor } from '../pages/languages.ts';
import { listenerOf } from '../pages/listener.ts';
import { settles } from '../pages/long-poll.ts';
import { json, leave, redirect, type Answer } from '../pages/reply.ts';
import { checkCsrf, Sessions, type Session } from '../pages/sessions.ts';
import { newSignInSite, type SignInPage } from '../pages/sign-in-site.ts';
import { parseFields, readForm, type Visit } from '../pages/visit.ts';
import type { Speech } from '../pages/speech.ts';
import { promptPath, requestParameter, type DuoRequest } from './exchange.ts';
import { codeBody, keyBody, lockedBody, noDeviceBody, optionsBody, pushBody, trustBody } from './pages.ts';
import { paths } from './paths.ts';
import { accept, checkCode, newPrompt, pushDevices, sendPush, type DuoOptions, type Prompt } from './prompt.ts';

type Guest = Session<Prompt> & { readonly speech: Speech };

const deviceForm = z.object({ device: z.string().min(1).max(200) });
const codeForm = z.object({ code: typedPasscode });
const trustForm = z.object({ own: z.enum(['yes', 'no']) });
/** How many digits each kind of code has. */
const digits = { passcode: 6, bypass: 9 } as const;

/** Each person has a cookie of their own, so that two people can share a browser. */
const trustCookie = (userId: string) => `__Host-trc-${createHash('sha256').update(userId).digest('hex').slice(0, 8)}` as const;

/**
 * The prompt for a second factor, like Duo's Universal Prompt: it sends a push at once, offers other options by a click, and
 * remembers a browser that the person says is theirs.
 */
export function createDuo(options: DuoOptions): RequestListener {
  const { factors, securityKeys, trustedBrowsers, exchange, now, origins } = options;
  const { router, show, over } = newSignInSite({
    now,
    origin: origins.duo,
    service: ({ duo }) => duo.service,
    formTargets: [origins.login],
    start: `${origins.gateway}/`,
  });
  const sessions = new Sessions<Prompt>('__Host-duo', now);

  // The address of a request works once, so that a reload sends no second push
  router.get(promptPath, async (visit) => {
    const request = exchange.take(visit.req.query(requestParameter) ?? '');
    if (!request) return over(visit);
    const { userId } = request;
    const token = readCookie(visit, trustCookie(userId));
    if (token !== null && trustedBrowsers.isTrusted(userId, token)) return leave(exchange.finish(request));
    const { session, cookie } = sessions.open(newPrompt(request));
    const [device] = pushDevices(factors, userId);
    if (device && factors.lockedUntil(userId) === null) {
      await sendPush(factors, session.state, device.id);
      return redirect(paths.push, [cookie]);
    }
    return redirect(paths.options, [cookie]);
  });

  const guestOf = (visit: Visit): Guest | null => {
    const session = sessions.find(visit);
    return session && { ...session, speech: speechFor(visit) };
  };

  /** Adds a page for the time until a factor is accepted. */
  const get = (path: string, body: (guest: Guest, visit: Visit) => SignInPage | null): void => {
    router.get(path, (visit) => {
      const guest = guestOf(visit);
      if (!guest) return over(visit);
      if (guest.state.proved) return redirect(paths.trust);
      const untilAt = factors.lockedUntil(guest.state.request.userId);
      if (untilAt !== null) return show(visit, { title: guest.speech.words.duo.locked, body: lockedBody(guest.speech, untilAt) });
      const draft = body(guest, visit);
      return draft ? show(visit, draft) : redirect(paths.options);
    });
  };

  /** Adds a form. If a person can correct a failure, the page is shown again and says what to do. */
  const post = <Fields>(path: string, schema: z.ZodType<Fields>, act: (guest: Guest, fields: Fields) => Answer): void => {
    router.post(path, async (visit) => {
      const guest = guestOf(visit);
      if (!guest) return over(visit);
      const fields = await readForm(visit);
      checkCsrf(guest.csrf, fields['csrf']);
      try {
        return await act(guest, parseFields(schema, fields));
      } catch (error) {
        // If the account is locked, the page says until when. If the device is gone, it is not among the options
        if (!(error instanceof CausewayError) || !['account-locked', 'push-superseded'].includes(error.failure.code)) throw error;
        return redirect(paths.options);
      }
    });
  };

  get(paths.push, ({ state, csrf, speech }) => {
    if (!state.push) return null;
    return { title: speech.words.duo.push.title, body: pushBody(speech, csrf, state.push), changes: state.push.outcome === null };
  });
  post(paths.push, deviceForm, async ({ state }, { device }) => {
    await sendPush(factors, state, device);
    return redirect(paths.push);
  });
  router.get(paths.wait, async (visit) => {
    const sent = sessions.find(visit)?.state.push;
    return json({ changed: sent?.outcome !== null || (await settles(sent.push.outcome, visit)) });
  });

  get(paths.options, ({ state, csrf, speech }) => {
    const words = speech.words.duo;
    const { userId } = state.request;
    const devices = pushDevices(factors, userId);
    const keys = securityKeys.keys(userId);
    const hasCode = factors.devices(userId).length > 0 || factors.hasRecoveryPasscode(userId, 'gateway');
    if (!hasCode && keys.length === 0) return { title: words.noDevice, body: noDeviceBody(speech, options.recoveryAddress) };
    return { title: words.options.title, body: optionsBody(speech, csrf, { devices, keys, waiting: state.push?.outcome === null }) };
  });

  for (const kind of ['passcode', 'bypass'] as const) {
    get(paths[kind], ({ state, csrf, speech }, visit) => ({
      title: speech.words.duo[kind].title,
      body: codeBody(speech, csrf, kind, state.problem.take(visit)),
    }));
    post(paths[kind], codeForm, async ({ state }, { code }) => {
      await checkCode(factors, state, plainPasscode(code), digits[kind]);
      return redirect(state.proved ? paths.trust : paths[kind]);
    });
  }

  get(paths.key, ({ state, csrf, speech }, visit) => {
    const { userId } = state.request;
    if (securityKeys.keys(userId).length === 0) return null;
    const request = securityKeys.request('prove', userId);
    state.challenge = request.challenge;
    return {
      title: speech.words.duo.key.title,
      body: keyBody(speech, csrf, request, state.problem.take(visit)),
      scripts: ['security-key.js'],
    };
  });
  post(paths.key, assertionSchema, async ({ state }, answer) => {
    const { challenge } = state;
    state.challenge = null;
    const right = challenge !== null && (await securityKeys.check(state.request.userId, challenge, answer));
    if (right) accept(state);
    else state.problem.put({ kind: 'key' });
    return redirect(right ? paths.trust : paths.key);
  });

  router.get(paths.trust, (visit) => {
    const guest = guestOf(visit);
    if (!guest) return over(visit);
    if (!guest.state.proved) return redirect(paths.options);
    return show(visit, { title: guest.speech.words.duo.trust.title, body: trustBody(guest.speech, guest.csrf) });
  });
  post(paths.trust, trustForm, async (guest, { own }) => {
    const { request, proved } = guest.state;
    if (!proved) return redirect(paths.options);
    sessions.close(guest);
    return leave(exchange.finish(request), own === 'yes' ? [await trustedCookie(request)] : []);
  });

  async function trustedCookie({ userId }: DuoRequest): Promise<string> {
    const { token, expiresAt } = await trustedBrowsers.trust(userId);
    return lastingCookie(trustCookie(userId), token, expiresAt);
  }

  return listenerOf(router);
}
