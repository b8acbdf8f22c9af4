import { fail } from '../../shared/failure.ts';
import { countdown, ring } from '../pages/clock.ts';
import { sentence } from '../pages/failures.ts';
import { button, field, form } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox, live, noteBox } from '../pages/layout.ts';
import type { Reply } from '../pages/reply.ts';
import type { Speech } from '../pages/speech.ts';
import type { Device, PushOutcome } from '../services.ts';
import type { GateRules } from './gate-rules.ts';
import type { Guest, PortalSite } from './site.ts';
import type { LastTry, PortalPush } from './state.ts';

/** The whole time of a push's ring: how long the campus waits for an answer. */
const pushMs = 60_000;

/** The choice of device and method. A passcode can be typed here directly. */
export function choosePage(
  site: PortalSite,
  guest: Guest,
  rules: GateRules,
  offer: { pushable: Device[]; selected: Device | undefined; lastTry: LastTry | null },
): Reply {
  const { pushable, selected, lastTry } = offer;
  const { title, lead } = guest.speech.words.portal.gates[rules.words];
  const body = html`<h1>${title}</h1>
    <p class="lead">${lead}</p>
    ${lastTry && tryAlert(site, guest, lastTry)} ${pushable.length > 0 && pushCard(guest, pushable, selected)}
    <div class="card">${passcodeForm(guest, { action: rules.gate, required: false, autofocus: pushable.length === 0 })}</div>`;
  return site.show(guest, { title, body });
}

function pushCard(guest: Guest, devices: Device[], selected: Device | undefined): Html {
  const words = guest.speech.words.portal.gate;
  const options = devices.map(
    (device) => html`<option value="${device.id}" ${device.id === selected?.id && html`selected`}>${device.name}</option>`,
  );
  return html`<div class="card">
    ${form(
      guest.csrf,
      html`<div class="field">
          <label for="device">${words.device}</label>
          <select id="device" name="device">
            ${options}
          </select>
        </div>
        <div class="field">
          ${button(words.push, { name: 'method', value: 'push' })}
          <p class="hint">${words.pushHint}</p>
        </div>`,
    )}
  </div>`;
}

function passcodeForm(guest: Guest, options: { action: string; required: boolean; autofocus: boolean }): Html {
  const words = guest.speech.words.portal.gate;
  return form(
    guest.csrf,
    html`<input type="hidden" name="method" value="passcode" /> ${field({
        name: 'passcode',
        label: words.passcode,
        hint: words.passcodeHint,
        inputmode: 'numeric',
        autocomplete: 'one-time-code',
        maxlength: 64,
        required: options.required,
        autofocus: options.autofocus,
      })}
      ${button(words.enter, { tone: options.required || options.autofocus ? 'main' : 'plain' })}`,
    { action: options.action },
  );
}

/** The passcode page, after a wrong one or instead of a push. */
export function passcodePage(site: PortalSite, guest: Guest, rules: GateRules, lastTry: LastTry | null): Reply {
  const words = guest.speech.words.portal.gate;
  const title = words.enter;
  const body = html`<h1>${title}</h1>
    ${lastTry && tryAlert(site, guest, lastTry)}
    ${passcodeForm(guest, { action: `${rules.gate}/passcode`, required: true, autofocus: true })}
    <p><a href="${rules.gate}">${words.other}</a></p>`;
  return site.show(guest, { title, body });
}

/** Why the last attempt failed, how many are left, and when the next code comes. */
function tryAlert(site: PortalSite, { speech }: Guest, { failure, triesLeft = 0, nextCodeAt }: LastTry): Html {
  const { words } = speech;
  const next =
    failure.code === 'passcode-used' &&
    nextCodeAt !== undefined &&
    speech.draw(words.portal.gate.nextCode, { when: countdown(speech, nextCodeAt) });
  const left = triesLeft > 0 && speech.say(words.triesLeft, { count: triesLeft });
  return alertBox(html`<p>${speech.sentences(sentence(speech, failure, site.options.now()), next, left)}</p>`);
}

/** A waiting push, or how it ended. The page continues automatically once the push is approved. */
export function pushPage(site: PortalSite, guest: Guest, rules: GateRules, sent: PortalPush): Reply {
  const { push: words, gate } = guest.speech.words.portal;
  const waiting = sent.outcome === null;
  const body = html`${live('push', waiting ? pushOut(guest.speech, rules, sent) : pushOver(guest, rules, sent, sent.outcome))}
    ${form(guest.csrf, button(words.instead, { tone: 'plain' }), { action: `${rules.gate}/push` })}
    <p><a href="${rules.gate}">${gate.other}</a></p>`;
  return site.show(guest, { title: waiting ? words.title : words.over, body, changes: waiting });
}

function pushOut(speech: Speech, { gate }: GateRules, { push }: PortalPush): Html {
  const words = speech.words.portal.push;
  return html`<h1>${speech.say(words.sent, { device: push.device.name })}</h1>
    <div class="state" data-wait="${gate}/push/wait">
      ${ring(speech, push.deadline, pushMs)}
      <p>${words.text}</p>
    </div>
    ${
      push.number &&
      html`<p>${words.number}</p>
        <p class="secret">${push.number}</p>`
    }`;
}

function pushOver(guest: Guest, { gate }: GateRules, { push }: PortalPush, outcome: PushOutcome | null): Html {
  const words = guest.speech.words.portal.push;
  const ending = outcome === null || outcome === 'approved' ? 'superseded' : outcome;
  const { title, text } = words.endings[ending];
  const again = html`<input type="hidden" name="method" value="push" />
    <input type="hidden" name="device" value="${push.device.id}" />
    ${button(words.again)}`;
  return html`<h1>${title}</h1>
    <div class="state">
      <span class="badge bad">${ending === 'denied' ? icons.cross : icons.clock}</span>
      <p>${text}</p>
    </div>
    ${form(guest.csrf, again, { action: gate })}`;
}

/** The page after too many wrong codes. */
export function lockedPage(site: PortalSite, guest: Guest, rules: GateRules, untilAt: number): Reply {
  const failure = fail('account-locked', { untilAt }).failure;
  const { locked: words } = guest.speech.words.portal;
  const body = html`<h1>${words.title}</h1>
    ${alertBox(html`<p>${sentence(guest.speech, failure, site.options.now())}</p>`)}
    <p>${words.notYou}</p>
    <p><a class="button plain" href="${rules.gate}">${words.again}</a></p>`;
  return site.show(guest, { title: words.title, body });
}

/** The page for people with neither a device nor a recovery passcode: what to do. */
export function noFactorPage(site: PortalSite, guest: Guest): Reply {
  const { recoveryAddress } = site.options;
  const { speech } = guest;
  const { portal } = speech.words;
  const words = portal.noFactor;
  const task = html`<strong>${words.task}</strong>`;
  const go =
    recoveryAddress === undefined
      ? speech.draw(words.goAnywhere, { task })
      : speech.draw(words.go, { task, site: html`<a href="${recoveryAddress}">${new URL(recoveryAddress).host}</a>` });
  const body = html`<h1>${words.title}</h1>
    <p>${words.why}</p>
    ${noteBox(html`<p>${go}</p>`)}
    <p>${words.then}</p>
    <p><a class="button" href="/home">${portal.back}</a></p>`;
  return site.show(guest, { title: words.title, body });
}
