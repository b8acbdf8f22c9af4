import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import * as z from 'zod';
import { whenAborted } from '../../shared/abort.ts';
import { CausewayError } from '../../shared/failure.ts';
import { listenerOf, newSite } from '../pages/listener.ts';
import { speechFor } from '../pages/languages.ts';
import { events, redirect, type Answer, type Reply } from '../pages/reply.ts';
import { Refusal } from '../pages/refusal.ts';
import { checkCsrf } from '../pages/sessions.ts';
import { drawPage, type PageDraft } from '../pages/site-page.ts';
import { formBytes, parseFields, readForm, type Visit } from '../pages/visit.ts';
import type { Factors, Phone } from '../services.ts';
import { addPage, phoneBody, phonesPage, type AddDraft } from './pages.ts';
import { pictureBytes, readQrCode } from './qr-code.ts';

export interface PhoneOptions {
  factors: Factors;
  /** Epoch milliseconds. */
  now: () => number;
  /** The phones' address, for the page footer. */
  address: string;
}

const addForm = z.object({
  activation: z.string().trim().max(1000),
  name: z.string().trim().max(60),
  picture: z.optional(z.instanceof(File)),
});
const decisionForm = z.object({ decision: z.enum(['approve', 'deny']), number: z.optional(z.string().max(20)) });

/**
 * The pocket phones: a page that stands in for the authenticator app. Anybody who can open the page can use the phone, like
 * a real unlocked one. The forms' token stops other sites from pressing its buttons.
 */
export function createPhone({ factors, now, address }: PhoneOptions): RequestListener {
  const look = { service: () => 'Duo Mobile', address: new URL(address).origin };
  const csrf = randomBytes(24).toString('base64url');
  const router = newSite({ look, now });
  const show = (visit: Visit, draft: PageDraft, status = 200): Reply => drawPage({ look, now }, visit, draft, status);

  const withPhone = (visit: Visit, act: (phone: Phone) => Answer): Answer => {
    const phone = factors.phone(visit.req.param('phone') ?? '');
    if (!phone) throw new Refusal(404, 'no such phone');
    return act(phone);
  };
  const post = (path: string, limit: number, act: (phone: Phone, fields: Record<string, unknown>, visit: Visit) => Answer) =>
    router.post(path, async (visit) => {
      const fields = await readForm(visit, limit);
      checkCsrf(csrf, fields['csrf']);
      return await withPhone(visit, (phone) => act(phone, fields, visit));
    });
  const addressOf = (phone: Phone) => `/phones/${encodeURIComponent(phone.id)}`;

  router.get('/', (visit) => {
    const { words } = speechFor(visit);
    const phones = factors.phones().map((phone) => ({ phone, address: addressOf(phone) }));
    return show(visit, { title: words.phone.phones, body: phonesPage(words.phone, phones) });
  });

  router.get('/phones/:phone', (visit) =>
    withPhone(visit, (phone) =>
      show(visit, {
        title: phone.label,
        shape: 'phone',
        changes: true,
        events: `${addressOf(phone)}/events`,
        body: phoneBody(speechFor(visit), {
          phone,
          address: addressOf(phone),
          csrf,
          accounts: factors.accounts(phone.id),
          waiting: factors.waiting(phone.id),
          wrongNumber: visit.req.query('wrong-number') !== undefined,
        }),
      }),
    ),
  );

  router.get('/phones/:phone/events', (visit) =>
    withPhone(visit, (phone) =>
      events(visit, async (send, signal) => {
        const stop = factors.onPhoneChange(phone.id, () => send('change'));
        // Send the changes between loading the page and this feed
        send('change');
        await whenAborted(signal);
        stop();
      }),
    ),
  );

  const showAdd = (visit: Visit, phone: Phone, draft: AddDraft | null): Reply => {
    const words = speechFor(visit).words.phone.add;
    const body = addPage(words, addressOf(phone), csrf, draft);
    return show(visit, { title: words.title, shape: 'phone', body }, draft ? 422 : 200);
  };
  router.get('/phones/:phone/add', (visit) => withPhone(visit, (phone) => showAdd(visit, phone, null)));

  post('/phones/:phone/add', pictureBytes + formBytes, async (phone, fields, visit) => {
    const { activation, name, picture } = parseFields(addForm, fields);
    const again = (problem: AddDraft['problem']) => showAdd(visit, phone, { activation, name, problem });
    if (name === '') return again('no-name');
    try {
      const code = picture && picture.size > 0 ? readQrCode(Buffer.from(await picture.arrayBuffer())) : activation;
      if (code === null) return again('no-qr-code');
      if (code === '') return again('no-code');
      await factors.activate(phone.id, code, name);
      return redirect(addressOf(phone));
    } catch (error) {
      if (!(error instanceof CausewayError) || error.failure.code !== 'request-invalid') throw error;
      return again(picture && picture.size > 0 ? 'bad-picture' : 'bad-code');
    }
  });

  post('/phones/:phone/pushes/:push', formBytes, async (phone, fields, visit) => {
    const { decision, number } = parseFields(decisionForm, fields);
    const pushId = visit.req.param('push') ?? '';
    if (decision === 'deny') {
      await factors.deny(phone.id, pushId);
      return redirect(addressOf(phone));
    }
    const approved = await factors.approve(phone.id, pushId, number);
    const stillWaits = factors.waiting(phone.id).some(({ id }) => id === pushId);
    return redirect(!approved && stillWaits ? `${addressOf(phone)}?wrong-number` : addressOf(phone));
  });

  return listenerOf(router);
}
