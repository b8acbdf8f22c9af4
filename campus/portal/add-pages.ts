import { sentence } from '../pages/failures.ts';
import { button, copyButton, field, form } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox, live } from '../pages/layout.ts';
import type { Reply } from '../pages/reply.ts';
import type { Device, Enrolment } from '../services.ts';
import type { Guest, PortalSite } from './site.ts';
import { takeLastTry } from './state.ts';

const step = (number: number): Html => html`<p class="steps">Add a new Device · step ${number} of 4</p>`;

/** A large button that makes a choice with a single click. */
function choice(name: string, value: string, icon: Html, label: string, hint?: string): Html {
  return html`<button class="choice" type="submit" name="${name}" value="${value}">
    ${icon}<span><strong>${label}</strong>${hint && html`<span class="hint">${hint}</span>`}</span>
  </button>`;
}

export function typePage(site: PortalSite, guest: Guest): Reply {
  const choices = html`<div class="choices two">
    ${choice('kind', 'tablet', icons.tablet, 'Tablet', 'For a new mobile too: needs no phone number')}
    ${choice('kind', 'phone', icons.phone, 'Phone', 'With its phone number')}
  </div>`;
  const title = 'What type of device are you adding?';
  return site.show(guest, {
    title,
    body: html`${step(1)}
      <h1>${title}</h1>
      ${form(guest.csrf, choices)}`,
  });
}

export function platformPage(site: PortalSite, guest: Guest): Reply {
  const kind = guest.at.adding.kind ?? 'phone';
  const icon = kind === 'tablet' ? icons.tablet : icons.phone;
  const choices = html`<div class="choices two">
    ${choice('platform', 'ios', icon, 'Continue with iOS', kind === 'tablet' ? 'iPad' : 'iPhone')}
    ${choice('platform', 'android', icon, 'Continue with Android', 'Every other make')}
  </div>`;
  const title = `Which type of ${kind} is it?`;
  const body = html`${step(2)}
    <h1>${title}</h1>
    ${form(guest.csrf, choices)}
    <p><a href="/add/type">Back</a></p>`;
  return site.show(guest, { title, body });
}

export function installedPage(site: PortalSite, guest: Guest): Reply {
  const { kind, platform } = guest.at.adding;
  const title = 'Install Duo Mobile';
  const body = html`${step(3)}
    <h1>${title}</h1>
    <p>
      On your ${kind ?? 'device'}, open the ${platform === 'ios' ? 'App Store' : 'app store'}, search for “Duo Mobile” and install it. It is
      free.
    </p>
    ${form(guest.csrf, button('I have Duo Mobile installed'))}
    <p><a href="/add/platform">Back</a></p>`;
  return site.show(guest, { title, body });
}

/** The QR code and its instructions. Null when it has expired. */
export function scanPage(site: PortalSite, guest: Guest, showing: { enrolment: Enrolment; qrCode: Html } | null): Reply {
  const lastTry = takeLastTry(guest.at);
  const hasty = guest.at.adding.hasty && !showing?.enrolment.device;
  guest.at.adding.hasty = false;
  const title = 'Activate Duo Mobile';
  const problems = html`${lastTry && alertBox(html`<p>${sentence(lastTry.failure, site.options.now())}</p>`)}
  ${hasty && alertBox(html`<p>Your device is not activated yet. Scan the QR code with it first.</p>`)}`;
  const body = html`${step(4)}
    <h1>${title}</h1>
    ${problems} ${live('activation', showing ? scanning(guest, showing.enrolment, showing.qrCode) : expired(guest))}`;
  return site.show(guest, { title, body, changes: showing !== null && !showing.enrolment.device });
}

function scanning(guest: Guest, enrolment: Enrolment, qrCode: Html): Html {
  const { device } = enrolment;
  const goOn = form(guest.csrf, button('Continue to Login', { tone: device ? 'main' : 'plain' }), { action: '/add/scan' });
  if (device) {
    return html`<div class="state">
        <span class="badge good">${icons.check}</span>
        <p><strong>${device.name}</strong> is activated.</p>
      </div>
      ${goOn}`;
  }
  return html`<ol>
      <li>Open Duo Mobile on your device and tap the “+” button.</li>
      <li>Scan this QR code, or copy the activation code into the app.</li>
      <li>Give the new name to complete adding it to Duo Mobile.</li>
    </ol>
    <div class="enrol">
      <div class="qr" role="img" aria-label="QR code with the activation code beside it">${qrCode}</div>
      <div>
        <h2>Activation code</h2>
        <p class="code" id="activation-code">${enrolment.activationCode}</p>
        ${copyButton('activation-code')}
        <p class="hint">If you are asked to allow Duo Mobile to take pictures and record video, please allow it.</p>
      </div>
    </div>
    <p class="waiting" data-wait="/add/scan/wait">Waiting for your device…</p>
    ${goOn} ${otherApp(guest)}`;
}

function otherApp(guest: Guest): Html {
  const fields = html`${field({ name: 'name', label: 'Name of the device', maxlength: 60 })}
  ${field({ name: 'passcode', label: 'Code that the app shows now', inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 64 })}
  ${button('Add it', { tone: 'plain' })}`;
  return html`<details>
    <summary>I scanned it with another authenticator app</summary>
    <p class="hint">Such an app gives codes, but receives no push.</p>
    ${form(guest.csrf, fields, { action: '/add/scan/code' })}
  </details>`;
}

function expired(guest: Guest): Html {
  return html`<p>The QR code is too old by now, for your safety.</p>
    ${form(guest.csrf, button('Get a new QR code'), { action: '/add/installed' })}`;
}

export function donePage(site: PortalSite, guest: Guest, device: Device | null): Reply {
  const body = html`<div class="state">
      <span class="badge good">${icons.check}</span>
      <h1>You are all set!</h1>
    </div>
    <p>${device ? html`<strong>${device.name}</strong>` : 'Your new device'} confirms your sign-ins from now on.</p>
    <p class="actions"><a class="button plain" href="/devices">My Settings &amp; Devices</a></p>`;
  return site.show(guest, { title: 'You are all set!', body });
}
