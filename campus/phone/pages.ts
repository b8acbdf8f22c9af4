import { ring } from '../pages/clock.ts';
import { grouped } from '../pages/digits.ts';
import { button, field, form } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox, live } from '../pages/layout.ts';
import type { Speech } from '../pages/speech.ts';
import type { Words } from '../pages/words/words.ts';
import type { Phone, PhoneAccount, WaitingPush } from '../services.ts';

/** How long a code lasts (RFC 6238's usual step), for the ring around its last seconds. */
const codeMs = 30_000;

/** The phones to choose from. */
export function phonesPage(words: Words['phone'], phones: { phone: Phone; address: string }[]): Html {
  const choices = phones.map(
    ({ phone, address }) =>
      html`<a class="choice" href="${address}"
        >${icons.phone}<span><strong>${phone.label}</strong></span></a
      >`,
  );
  return html`<h1>${words.phones}</h1>
    <p class="lead">${words.phonesLead}</p>
    ${phones.length > 0 ? html`<div class="choices">${choices}</div>` : html`<p>${words.noPhone}</p>`}`;
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

export function phoneBody(speech: Speech, screen: PhoneScreen): Html {
  const { phone, address } = screen;
  const words = speech.words.phone;
  return html`<div class="phone-bar">
      <h1>Duo Mobile</h1>
      <a class="button plain square" href="${address}/add" aria-label="${words.add.title}" title="${words.add.title}">${icons.add}</a>
    </div>
    ${live('pushes', html`${screen.waiting.map((push) => request(speech, screen, push))}`)}
    ${live('accounts', accounts(speech, screen.accounts), 'off')}
    <p class="hint">${speech.say(words.standIn, { phone: phone.label })}</p>`;
}

function request(speech: Speech, { address, csrf, wrongNumber }: PhoneScreen, push: WaitingPush): Html {
  const words = speech.words.phone.request;
  const number =
    push.needsNumber &&
    field({
      name: 'number',
      label: words.number,
      inputmode: 'numeric',
      maxlength: 6,
      // Deny must work without the number
      required: false,
    });
  const fields = html`${number}
    <div class="actions">
      ${button(html`${icons.check} ${words.approve}`, { name: 'decision', value: 'approve' })}
      ${button(html`${icons.cross} ${words.deny}`, { name: 'decision', value: 'deny', tone: 'danger' })}
    </div>`;
  return html`<section class="request" aria-label="${words.label}">
    <div class="state">
      ${ring(speech, push.deadline, push.deadline - push.askedAt)}
      <div>
        <h2>${words.question}</h2>
        <p class="hint">${speech.say(words.from[push.service], { account: push.account })}</p>
      </div>
    </div>
    ${wrongNumber && alertBox(html`<p>${words.wrongNumber}</p>`)}
    ${form(csrf, fields, { action: `${address}/pushes/${encodeURIComponent(push.id)}` })}
  </section>`;
}

function accounts(speech: Speech, of: PhoneAccount[]): Html {
  if (of.length === 0) return html`<p class="lead">${speech.words.phone.noAccount}</p>`;
  return html`${of.map(
    (account) =>
      html`<section class="account" aria-label="${account.name}">
        <div>
          <h2>${account.name}</h2>
          <p class="hint">${account.userId}</p>
          <p class="number">${grouped(account.code)}</p>
        </div>
        ${ring(speech, account.codeValidUntil, codeMs)}
      </section>`,
  )}`;
}

/** What was typed, and why it was rejected. */
export interface AddDraft {
  activation: string;
  name: string;
  problem: keyof Words['phone']['add']['problems'];
}

/** The page that adds an account, by its activation code or a picture of the QR code. */
export function addPage(words: Words['phone']['add'], address: string, csrf: string, draft: AddDraft | null): Html {
  const fields = html`${field({ name: 'activation', label: words.code, hint: words.codeHint, value: draft?.activation ?? '', maxlength: 1000, required: false, autofocus: true })}
  ${field({ name: 'picture', label: words.picture, type: 'file', accept: 'image/png', required: false })}
  ${field({ name: 'name', label: words.name, hint: words.nameHint, value: draft?.name ?? '', maxlength: 60 })} ${button(words.submit)}`;
  return html`<div class="phone-bar">
      <h1>${words.title}</h1>
      <a class="button plain square" href="${address}" aria-label="${words.back}" title="${words.back}">${icons.back}</a>
    </div>
    ${draft && alertBox(html`<p>${words.problems[draft.problem]}</p>`)} ${form(csrf, fields, { action: `${address}/add`, upload: true })}`;
}
