import type { KeyRequest, SecurityKey } from '../factors/security-keys.ts';
import { trustDays } from '../factors/trusted-browsers.ts';
import { ring } from '../pages/clock.ts';
import { button, field, form } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox, live, noteBox } from '../pages/layout.ts';
import type { Speech } from '../pages/speech.ts';
import type { Device, PushOutcome } from '../services.ts';
import { paths } from './paths.ts';
import type { Problem, SentPush } from './prompt.ts';

/** How long a push rings, which is how long the campus waits for an answer. */
const pushMs = 60_000;

const otherOptions = ({ words: { duo } }: Speech): Html =>
  html`<p><a class="button plain" href="${paths.options}">${duo.push.other}</a></p>`;

/** A push that waits, or how it ended. The page continues by itself once it is approved. */
export function pushBody(speech: Speech, csrf: string, sent: SentPush): Html {
  const { outcome } = sent;
  const ended = outcome === null || outcome === 'approved' ? null : outcome;
  return html`${live('push', ended ? endedPart(speech, csrf, sent.push.device, ended) : waitingPart(speech, sent))} ${otherOptions(speech)}`;
}

function waitingPart(speech: Speech, { push }: SentPush): Html {
  const words = speech.words.duo;
  return html`<h1>${words.push.title}</h1>
    <div class="state" data-wait="${paths.wait}">
      ${ring(speech, push.deadline, pushMs)}
      <p>${speech.say(words.push.sent, { device: push.device.name })}</p>
    </div>
    ${
      push.number &&
      html`<p>${words.push.number}</p>
        <p class="secret">${push.number}</p>`
    }`;
}

function endedPart({ words: { duo } }: Speech, csrf: string, device: Device, outcome: Exclude<PushOutcome, 'approved'>): Html {
  const { ended } = duo;
  const [title, text, icon] = {
    'denied': [ended.denied, ended.deniedText, icons.cross] as const,
    'timed-out': [ended.timedOut, ended.timedOutText, icons.clock] as const,
    'superseded': [ended.superseded, ended.supersededText, icons.clock] as const,
  }[outcome];
  return html`<h1>${title}</h1>
    <div class="state">
      <span class="badge bad">${icon}</span>
      <p>${text}</p>
    </div>
    ${pushAgain(csrf, device, button(duo.send))}`;
}

const pushAgain = (csrf: string, device: Device, body: Html, quiet = false): Html =>
  form(csrf, html`<input type="hidden" name="device" value="${device.id}" />${body}`, { action: paths.push, quiet });

/** All second factors of this person. If a push is pending, its approval still continues the sign-in. */
export function optionsBody(
  speech: Speech,
  csrf: string,
  offer: { devices: readonly Device[]; keys: readonly SecurityKey[]; waiting: boolean },
): Html {
  const { options } = speech.words.duo;
  const pushes = offer.devices.map((device) => {
    const choice = html`<button type="submit" class="choice">
      ${icons[device.kind]}
      <span><strong>${options.push}</strong><span class="hint">${speech.say(options.pushHint, { device: device.name })}</span></span>
    </button>`;
    return pushAgain(csrf, device, choice, true);
  });
  return html`<h1>${options.title}</h1>
    ${live('push', html`${offer.waiting && html`<span data-wait="${paths.wait}"></span>`}`)}
    <div class="choices">
      ${pushes} ${link(paths.passcode, icons.phone, options.passcode, options.passcodeHint)}
      ${link(paths.bypass, icons.bypass, options.bypass, options.bypassHint)}
      ${offer.keys.length > 0 && link(paths.key, icons.key, options.key, options.keyHint)}
    </div>
    <p class="hint">${options.help}</p>`;
}

const link = (address: string, icon: Html, label: string, hint: string): Html =>
  html`<a class="choice" href="${address}"
    >${icon}<span><strong>${label}</strong><span class="hint">${hint}</span></span></a
  >`;

/** A page for a code: six digits of Duo Mobile, or nine of the recovery passcode. */
export function codeBody(speech: Speech, csrf: string, kind: 'passcode' | 'bypass', problem: Problem | null): Html {
  const words = speech.words.duo;
  const { title, text, label } = words[kind];
  const code = field({
    name: 'code',
    label,
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    maxlength: 64,
    autofocus: true,
  });
  return html`<h1>${title}</h1>
    ${problem && alertBox(html`<p>${problemText(speech, kind, problem)}</p>`)}
    <p>${text}</p>
    ${form(csrf, html`${code} ${button(words.passcode.verify)}`, { action: paths[kind] })} ${otherOptions(speech)}`;
}

function problemText(speech: Speech, kind: 'passcode' | 'bypass', { kind: problem, triesLeft = 0 }: Problem): Html {
  const words = speech.words.duo;
  const text = { wrong: words.wrong, used: words.used, expired: words.expired, digits: words[kind].digits, key: words.key.failed }[problem];
  return speech.sentences(text, triesLeft > 0 && speech.say(speech.words.triesLeft, { count: triesLeft }));
}

/** The page for a security key. Its script talks to the browser. */
export function keyBody(speech: Speech, csrf: string, request: KeyRequest, problem: Problem | null): Html {
  const words = speech.words.duo;
  return html`<h1>${words.key.title}</h1>
    <div id="key-problem" ${problem === null && html`hidden`}>${alertBox(html`<p>${words.key.failed}</p>`)}</div>
    <p>${words.key.text}</p>
    <form method="post" class="stack" action="${paths.key}" data-key="${JSON.stringify(request)}">
      <input type="hidden" name="csrf" value="${csrf}" />
      <input type="hidden" name="credentialId" />
      <input type="hidden" name="clientData" />
      <input type="hidden" name="authenticatorData" />
      <input type="hidden" name="signature" />
      ${button(words.key.use)}
    </form>
    ${otherOptions(speech)}`;
}

export function trustBody(speech: Speech, csrf: string): Html {
  const { trust } = speech.words.duo;
  return html`<h1>${trust.title}</h1>
    <p>${speech.say(trust.text, { days: trustDays })}</p>
    ${form(
      csrf,
      html`${button(trust.yes, { name: 'own', value: 'yes' })} ${button(trust.no, { name: 'own', value: 'no', tone: 'plain' })}`,
      { action: paths.trust },
    )}`;
}

export function lockedBody(speech: Speech, untilAt: number): Html {
  const words = speech.words.duo;
  return html`<h1>${words.locked}</h1>
    ${alertBox(html`<p>${speech.say(words.lockedText, { time: speech.time(untilAt) })}</p>`)}
    <p class="hint">${words.options.help}</p>`;
}

/** For people with neither a device nor a passcode: what to do. */
export function noDeviceBody({ words: { duo: words } }: Speech, recoveryAddress: string): Html {
  return html`<h1>${words.noDevice}</h1>
    ${noteBox(html`<p>${words.noDeviceText}</p>`)}
    <p>${words.noDeviceThen}</p>
    <p><a class="button" href="${recoveryAddress}">${words.recovery}</a></p>
    <p class="hint">${words.options.help}</p>`;
}
