import { fail } from '../../shared/failure.ts';
import { countdown, ring } from '../pages/clock.ts';
import { sentence } from '../pages/failures.ts';
import { button, field, form } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox, live, noteBox } from '../pages/layout.ts';
import type { Reply } from '../pages/reply.ts';
import type { Device, PushOutcome } from '../services.ts';
import type { GateRules } from './gate-rules.ts';
import type { Guest, PortalSite } from './site.ts';
import type { LastTry, PortalPush } from './state.ts';

/** The whole time of a push's ring: how long the campus waits for an answer. */
const pushMs = 60_000;

const passcodeHint =
  'For a device without Google services or Internet access: the 6-digit code in the Duo Mobile app, or your 9-digit Recovery Passcode.';

/** The choice of device and method. A passcode can be typed here directly. */
export function choosePage(
  site: PortalSite,
  guest: Guest,
  rules: GateRules,
  offer: { pushable: Device[]; selected: Device | undefined; lastTry: LastTry | null },
): Reply {
  const { pushable, selected, lastTry } = offer;
  const body = html`<h1>${rules.title}</h1>
    <p class="lead">${rules.lead}</p>
    ${lastTry && tryAlert(site, lastTry)} ${pushable.length > 0 && pushCard(guest, pushable, selected)}
    <div class="card">${passcodeForm(guest, { action: rules.gate, required: false, autofocus: pushable.length === 0 })}</div>`;
  return site.show(guest, { title: rules.title, body });
}

function pushCard(guest: Guest, devices: Device[], selected: Device | undefined): Html {
  const options = devices.map(
    (device) => html`<option value="${device.id}" ${device.id === selected?.id && html`selected`}>${device.name}</option>`,
  );
  return html`<div class="card">
    ${form(
      guest.csrf,
      html`<div class="field">
          <label for="device">Device</label>
          <select id="device" name="device">
            ${options}
          </select>
        </div>
        <div class="field">
          ${button('Send me a Push (Recommended)', { name: 'method', value: 'push' })}
          <p class="hint">Your device gets a notification. Open it and choose “Approve”.</p>
        </div>`,
    )}
  </div>`;
}

function passcodeForm(guest: Guest, options: { action: string; required: boolean; autofocus: boolean }): Html {
  return form(
    guest.csrf,
    html`<input type="hidden" name="method" value="passcode" /> ${field({
        name: 'passcode',
        label: 'Passcode',
        hint: passcodeHint,
        inputmode: 'numeric',
        autocomplete: 'one-time-code',
        maxlength: 64,
        required: options.required,
        autofocus: options.autofocus,
      })}
      ${button('Enter a Passcode', { tone: options.required || options.autofocus ? 'main' : 'plain' })}`,
    { action: options.action },
  );
}

/** The passcode page, after a wrong one or instead of a push. */
export function passcodePage(site: PortalSite, guest: Guest, rules: GateRules, lastTry: LastTry | null): Reply {
  const title = 'Enter a Passcode';
  const body = html`<h1>${title}</h1>
    ${lastTry && tryAlert(site, lastTry)} ${passcodeForm(guest, { action: `${rules.gate}/passcode`, required: true, autofocus: true })}
    <p><a href="${rules.gate}">Choose a device or another method</a></p>`;
  return site.show(guest, { title, body });
}

/** Why the last attempt failed, how many are left, and when the next code comes. */
function tryAlert(site: PortalSite, { failure, triesLeft, nextCodeAt }: LastTry): Html {
  const left = triesLeft === undefined || triesLeft === 0 ? null : triesLeft === 1 ? 'One try is left.' : `${triesLeft} tries are left.`;
  return alertBox(
    html`<p>
      ${sentence(failure, site.options.now())}
      ${failure.code === 'passcode-used' && nextCodeAt !== undefined && html`The next one comes ${countdown(nextCodeAt)}.`} ${left}
    </p>`,
  );
}

/** A waiting push, or how it ended. The page continues automatically once the push is approved. */
export function pushPage(site: PortalSite, guest: Guest, rules: GateRules, sent: PortalPush): Reply {
  const waiting = sent.outcome === null;
  const body = html`${live('push', waiting ? pushOut(rules, sent) : pushOver(guest, rules, sent, sent.outcome))}
    ${form(guest.csrf, button('Enter a Passcode instead', { tone: 'plain' }), { action: `${rules.gate}/push` })}
    <p><a href="${rules.gate}">Choose a device or another method</a></p>`;
  return site.show(guest, { title: waiting ? 'Push sent' : 'Push not approved', body, changes: waiting });
}

function pushOut({ gate }: GateRules, { push }: PortalPush): Html {
  return html`<h1>Push sent to ${push.device.name}</h1>
    <div class="state" data-wait="${gate}/push/wait">
      ${ring(push.deadline, pushMs)}
      <p>Open the notification on your device and choose “Approve”. This page goes on by itself.</p>
    </div>
    ${
      push.number &&
      html`<p>Type this number into your device:</p>
        <p class="secret">${push.number}</p>`
    }`;
}

function pushOver(guest: Guest, { gate }: GateRules, { push }: PortalPush, outcome: PushOutcome | null): Html {
  const [title, text, icon] = endings[outcome === null || outcome === 'approved' ? 'superseded' : outcome];
  const again = html`<input type="hidden" name="method" value="push" />
    <input type="hidden" name="device" value="${push.device.id}" />
    ${button('Send me another Push')}`;
  return html`<h1>${title}</h1>
    <div class="state">
      <span class="badge bad">${icon}</span>
      <p>${text}</p>
    </div>
    ${form(guest.csrf, again, { action: gate })}`;
}

const endings: Record<Exclude<PushOutcome, 'approved'>, readonly [title: string, text: string, icon: Html]> = {
  'denied': ['The push was denied', 'Somebody chose “Deny” on the device. If it was not you, change your UMPASS password.', icons.cross],
  'timed-out': [
    'Nobody answered the push',
    'It waited for a minute. Have the device at hand and unlocked before you send another.',
    icons.clock,
  ],
  'superseded': ['This push no longer counts', 'Another one was sent after it, or its device was removed.', icons.clock],
};

/** The page after too many wrong codes. */
export function lockedPage(site: PortalSite, guest: Guest, rules: GateRules, untilAt: number): Reply {
  const failure = fail('account-locked', { untilAt }).failure;
  const body = html`<h1>Your account is locked for now</h1>
    ${alertBox(html`<p>${sentence(failure, site.options.now())}</p>`)}
    <p>If you did not enter those passcodes yourself, call the help desk.</p>
    <p><a class="button plain" href="${rules.gate}">Try again</a></p>`;
  return site.show(guest, { title: 'Locked', body });
}

/** The page for people with neither a device nor a recovery passcode: what to do. */
export function noFactorPage(site: PortalSite, guest: Guest): Reply {
  const { recoveryAddress } = site.options;
  const where =
    recoveryAddress === undefined ? 'the recovery site' : html`<a href="${recoveryAddress}">${new URL(recoveryAddress).host}</a>`;
  const body = html`<h1>You need a Recovery Passcode first</h1>
    <p>You have no device that could confirm your sign-in.</p>
    ${noteBox(
      html`<p>
        Go to ${where} and choose “Get 2FA Passcode”. It is public, and works without a device. In Causeway it is
        <strong>I lost my phone</strong>.
      </p>`,
    )}
    <p>Then come back here with the 9-digit passcode.</p>
    <p><a class="button" href="/home">Back</a></p>`;
  return site.show(guest, { title: 'Recovery Passcode needed', body });
}
