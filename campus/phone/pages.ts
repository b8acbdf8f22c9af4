import { ring } from '../pages/clock.ts';
import { grouped } from '../pages/digits.ts';
import { button, field, form } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox, live } from '../pages/layout.ts';
import type { FactorService, Phone, PhoneAccount, WaitingPush } from '../services.ts';

/** How long a code lasts (RFC 6238's usual step), for the ring around its last seconds. */
const codeMs = 30_000;

/** The phones to choose from. */
export function phonesPage(phones: { phone: Phone; address: string }[]): Html {
  const choices = phones.map(
    ({ phone, address }) =>
      html`<a class="choice" href="${address}"
        >${icons.phone}<span><strong>${phone.label}</strong></span></a
      >`,
  );
  return html`<h1>Pocket phones</h1>
    <p class="lead">Each stands in for a phone with Duo Mobile on it. Nothing here reaches a real one.</p>
    ${phones.length > 0 ? html`<div class="choices">${choices}</div>` : html`<p>There is no phone.</p>`}`;
}

/** One phone: the push that waits for an answer, and the codes. */
export interface PhoneScreen {
  phone: Phone;
  address: string;
  csrf: string;
  accounts: PhoneAccount[];
  waiting: WaitingPush[];
  wrongNumber: boolean;
}

export function phoneBody(screen: PhoneScreen): Html {
  const { phone, address } = screen;
  return html`<div class="phone-bar">
      <h1>Duo Mobile</h1>
      <a class="button plain square" href="${address}/add" aria-label="Add an account" title="Add an account">${icons.add}</a>
    </div>
    ${live('pushes', html`${screen.waiting.map((push) => request(screen, push))}`)} ${live('accounts', accounts(screen.accounts), 'off')}
    <p class="hint">${phone.label} · Causeway’s stand-in phone, not the real app</p>`;
}

const serviceNames: Record<FactorService, string> = { gateway: 'VPN sign-in', portal: 'Device portal' };

function request({ address, csrf, wrongNumber }: PhoneScreen, push: WaitingPush): Html {
  const number =
    push.needsNumber &&
    field({
      name: 'number',
      label: 'Number on your screen',
      inputmode: 'numeric',
      maxlength: 6,
      // Deny must work without the number
      required: false,
    });
  const fields = html`${number}
    <div class="actions">
      ${button(html`${icons.check} Approve`, { name: 'decision', value: 'approve' })}
      ${button(html`${icons.cross} Deny`, { name: 'decision', value: 'deny', tone: 'danger' })}
    </div>`;
  return html`<section class="request" aria-label="Sign-in request">
    <div class="state">
      ${ring(push.deadline, push.deadline - push.askedAt)}
      <div>
        <h2>Are you signing in?</h2>
        <p class="hint">${serviceNames[push.service]} · ${push.account}</p>
      </div>
    </div>
    ${wrongNumber && alertBox(html`<p>That is not the number on your screen.</p>`)}
    ${form(csrf, fields, { action: `${address}/pushes/${encodeURIComponent(push.id)}` })}
  </section>`;
}

function accounts(of: PhoneAccount[]): Html {
  if (of.length === 0) return html`<p class="lead">No account yet. Tap the “+” button and scan the QR code on your computer’s screen.</p>`;
  return html`${of.map(
    (account) =>
      html`<section class="account" aria-label="${account.name}">
        <div>
          <h2>${account.name}</h2>
          <p class="hint">${account.userId}</p>
          <p class="number">${grouped(account.code)}</p>
        </div>
        ${ring(account.codeValidUntil, codeMs)}
      </section>`,
  )}`;
}

/** What was typed, and why it was rejected. */
export interface AddDraft {
  activation: string;
  name: string;
  problem: 'no-name' | 'no-code' | 'bad-code' | 'no-qr-code' | 'bad-picture';
}

const problems: Record<AddDraft['problem'], string> = {
  'no-name': 'Give the account a name.',
  'no-code': 'Paste the activation code, or choose a picture of the QR code.',
  'bad-code': 'This code activates nothing. It may have been used, or be too old.',
  'no-qr-code': 'There is no QR code in this picture.',
  'bad-picture': 'This did not work. Choose a PNG picture of up to 2 MB with a QR code that was not used yet.',
};

/** The page that adds an account, by its activation code or a picture of the QR code. */
export function addPage(address: string, csrf: string, draft: AddDraft | null): Html {
  const fields = html`${field({ name: 'activation', label: 'Activation code', hint: 'From the page on your computer', value: draft?.activation ?? '', maxlength: 1000, required: false, autofocus: true })}
  ${field({ name: 'picture', label: 'Or a picture of the QR code', type: 'file', accept: 'image/png', required: false })}
  ${field({ name: 'name', label: 'New name', hint: 'For example “My tablet”', value: draft?.name ?? '', maxlength: 60 })} ${button('Add')}`;
  return html`<div class="phone-bar">
      <h1>Add an account</h1>
      <a class="button plain square" href="${address}" aria-label="Back" title="Back">${icons.back}</a>
    </div>
    ${draft && alertBox(html`<p>${problems[draft.problem]}</p>`)} ${form(csrf, fields, { action: `${address}/add`, upload: true })}`;
}
