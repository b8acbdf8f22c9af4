import type { KeyRequest, SecurityKey } from '../factors/security-keys.ts';
import { button, field, form } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox } from '../pages/layout.ts';
import type { Reply } from '../pages/reply.ts';
import type { Guest, PortalSite } from './site.ts';

export const keysPath = '/devices/keys';

/** The security keys on the page of all devices. */
export function keysPart(guest: Guest, keys: readonly SecurityKey[]): Html {
  const { speech } = guest;
  const words = speech.words.portal.keys;
  const list = keys.map(
    ({ id, name, addedAt }) =>
      html`<li class="device">
        ${icons.key}
        <div class="what">
          <h2>${name}</h2>
          <p class="hint">${speech.say(words.added, { date: speech.day(addedAt) })}</p>
        </div>
        ${form(
          guest.csrf,
          html`<button type="submit" class="danger" aria-label="${speech.say(words.removeWhich, { key: name })}">
            ${icons.trash} ${words.remove}
          </button>`,
          {
            action: `${keysPath}/${encodeURIComponent(id)}/remove`,
            quiet: true,
          },
        )}
      </li>`,
  );
  return html`${
      keys.length > 0 &&
      html`<ul class="devices">
        ${list}
      </ul>`
    }
    <p class="actions"><a class="button plain" href="${keysPath}/add">${icons.key} ${words.title}</a></p>`;
}

/** The page that adds a key. Its script talks to the browser. */
export function addKeyPage(site: PortalSite, guest: Guest, request: KeyRequest): Reply {
  const failed = guest.at.lastTry.take(guest.visit) !== null;
  const { portal } = guest.speech.words;
  const words = portal.keys;
  const { title } = words;
  const body = html`<h1>${title}</h1>
    <p class="lead">${words.lead}</p>
    <div id="key-problem" ${!failed && html`hidden`}>${alertBox(html`<p>${words.failed}</p>`)}</div>
    <form method="post" class="stack" data-key="${JSON.stringify(request)}">
      <input type="hidden" name="csrf" value="${guest.csrf}" />
      <input type="hidden" name="credentialId" />
      <input type="hidden" name="clientData" />
      <input type="hidden" name="authenticatorData" />
      <input type="hidden" name="publicKey" />
      <input type="hidden" name="algorithm" />
      ${field({ name: 'name', label: portal.name, value: words.usualName, maxlength: 60 })} ${button(words.submit)}
    </form>
    <p><a href="/devices">${portal.allDevices}</a></p>`;
  return site.show(guest, { title, body, scripts: ['security-key.js'] });
}
