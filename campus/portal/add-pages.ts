import { sentence } from '../pages/failures.ts';
import { button, copyButton, field, form } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox, live } from '../pages/layout.ts';
import type { Reply } from '../pages/reply.ts';
import type { Speech } from '../pages/speech.ts';
import type { Device, Enrolment } from '../services.ts';
import type { Guest, PortalSite } from './site.ts';

const stepLine = (speech: Speech, step: number): Html =>
  html`<p class="steps">${speech.say(speech.words.portal.adding.step, { step })}</p>`;

/** A large button that makes a choice with a single click. */
function choice(name: string, value: string, icon: Html, label: string, hint?: string): Html {
  return html`<button class="choice" type="submit" name="${name}" value="${value}">
    ${icon}<span><strong>${label}</strong>${hint && html`<span class="hint">${hint}</span>`}</span>
  </button>`;
}

export function typePage(site: PortalSite, guest: Guest): Reply {
  const words = guest.speech.words.portal.adding;
  const choices = html`<div class="choices two">
    ${choice('kind', 'tablet', icons.tablet, words.tablet, words.tabletHint)}
    ${choice('kind', 'phone', icons.phone, words.phone, words.phoneHint)}
  </div>`;
  const title = words.type;
  return site.show(guest, {
    title,
    body: html`${stepLine(guest.speech, 1)}
      <h1>${title}</h1>
      ${form(guest.csrf, choices)}`,
  });
}

export function platformPage(site: PortalSite, guest: Guest): Reply {
  const { portal } = guest.speech.words;
  const words = portal.adding;
  const kind = guest.at.adding.kind ?? 'phone';
  const icon = kind === 'tablet' ? icons.tablet : icons.phone;
  const choices = html`<div class="choices two">
    ${choice('platform', 'ios', icon, words.ios, kind === 'tablet' ? 'iPad' : 'iPhone')}
    ${choice('platform', 'android', icon, words.android, words.androidHint)}
  </div>`;
  const title = words.platformOf[kind];
  const body = html`${stepLine(guest.speech, 2)}
    <h1>${title}</h1>
    ${form(guest.csrf, choices)}
    <p><a href="/add/type">${portal.back}</a></p>`;
  return site.show(guest, { title, body });
}

export function installedPage(site: PortalSite, guest: Guest): Reply {
  const { portal } = guest.speech.words;
  const words = portal.adding;
  const title = words.install;
  const body = html`${stepLine(guest.speech, 3)}
    <h1>${title}</h1>
    <p>${words.from[guest.at.adding.platform ?? 'android']}</p>
    ${form(guest.csrf, button(words.installed))}
    <p><a href="/add/platform">${portal.back}</a></p>`;
  return site.show(guest, { title, body });
}

/** The QR code and its instructions. Null when it has expired. */
export function scanPage(site: PortalSite, guest: Guest, showing: { enrolment: Enrolment; qrCode: Html } | null): Reply {
  const { speech, visit } = guest;
  const words = speech.words.portal.scan;
  const lastTry = guest.at.lastTry.take(visit);
  const tooEarly = guest.at.tooEarly.take(visit) !== null && !showing?.enrolment.device;
  const { title } = words;
  const problems = html`${lastTry && alertBox(html`<p>${sentence(speech, lastTry.failure, site.options.now())}</p>`)}
  ${tooEarly && alertBox(html`<p>${words.tooEarly}</p>`)}`;
  const body = html`${stepLine(guest.speech, 4)}
    <h1>${title}</h1>
    ${live('activation', html`${problems} ${showing ? scanning(guest, showing.enrolment, showing.qrCode) : expired(guest)}`)}`;
  return site.show(guest, { title, body, changes: showing !== null && !showing.enrolment.device });
}

function scanning(guest: Guest, enrolment: Enrolment, qrCode: Html): Html {
  const { device } = enrolment;
  const { speech } = guest;
  const words = speech.words.portal.scan;
  const goOn = form(guest.csrf, button(words.goOn, { tone: device ? 'main' : 'plain' }), { action: '/add/scan' });
  if (device) {
    return html`<div class="state">
        <span class="badge good">${icons.check}</span>
        <p>${speech.draw(words.activated, { device: html`<strong>${device.name}</strong>` })}</p>
      </div>
      ${goOn}`;
  }
  return html`<ol>
      <li>${words.tap}</li>
      <li>${words.scan}</li>
      <li>${words.name}</li>
    </ol>
    <div class="enrol">
      <div class="qr" role="img" aria-label="${words.picture}">${qrCode}</div>
      <div>
        <h2>${words.code}</h2>
        <p class="code" id="activation-code">${enrolment.activationCode}</p>
        ${copyButton(speech, 'activation-code')}
        <p class="hint">${words.camera}</p>
      </div>
    </div>
    <p class="waiting" data-wait="/add/scan/wait">${words.waiting}</p>
    ${goOn} ${otherApp(guest)}`;
}

function otherApp(guest: Guest): Html {
  const words = guest.speech.words.portal.scan;
  const fields = html`${field({ name: 'name', label: words.deviceName, maxlength: 60 })}
  ${field({ name: 'passcode', label: words.deviceCode, inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 64 })}
  ${button(words.addOther, { tone: 'plain' })}`;
  return html`<details>
    <summary>${words.otherApp}</summary>
    <p class="hint">${words.otherAppHint}</p>
    ${form(guest.csrf, fields, { action: '/add/scan/code' })}
  </details>`;
}

function expired(guest: Guest): Html {
  const words = guest.speech.words.portal.scan;
  return html`<p>${words.expired}</p>
    ${form(guest.csrf, button(words.fresh), { action: '/add/installed' })}`;
}

export function donePage(site: PortalSite, guest: Guest, device: Device | null): Reply {
  const { speech } = guest;
  const { portal } = speech.words;
  const words = portal.done;
  const body = html`<div class="state">
      <span class="badge good">${icons.check}</span>
      <h1>${words.title}</h1>
    </div>
    <p>${device ? speech.draw(words.text, { device: html`<strong>${device.name}</strong>` }) : words.textAny}</p>
    <p class="actions"><a class="button plain" href="/devices">${portal.settings}</a></p>`;
  return site.show(guest, { title: words.title, body });
}
