import type { KeyRequest, SecurityKey } from '../factors/security-keys.ts';
import { calendarDay } from '../pages/clock.ts';
import { button, field, form } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox } from '../pages/layout.ts';
import type { Reply } from '../pages/reply.ts';
import type { Guest, PortalSite } from './site.ts';
import { takeLastTry } from './state.ts';

export const keysPath = '/devices/keys';

/** The security keys on the page of all devices. */
export function keysPart(guest: Guest, keys: readonly SecurityKey[]): Html {
  const list = keys.map(
    ({ id, name, addedAt }) =>
      html`<li class="device">
        ${icons.key}
        <div class="what">
          <h2>${name}</h2>
          <p class="hint">Security key · added ${calendarDay(addedAt)}</p>
        </div>
        ${form(guest.csrf, html`<button type="submit" class="danger" aria-label="Remove ${name}">${icons.trash} Remove</button>`, {
          action: `${keysPath}/${encodeURIComponent(id)}/remove`,
          quiet: true,
        })}
      </li>`,
  );
  return html`${
      keys.length > 0 &&
      html`<ul class="devices">
        ${list}
      </ul>`
    }
    <p class="actions"><a class="button plain" href="${keysPath}/add">${icons.key} Add a security key</a></p>`;
}

/** The page that adds a key. Its script talks to the browser. */
export function addKeyPage(site: PortalSite, guest: Guest, request: KeyRequest): Reply {
  const failed = takeLastTry(guest.at) !== null;
  const title = 'Add a security key';
  const body = html`<h1>${title}</h1>
    <p class="lead">It confirms your sign-ins to the VPN, with a touch.</p>
    <div id="key-problem" ${!failed && html`hidden`}>
      ${alertBox(html`<p>The key was not added. It may be one that you have added before. Try again, or use another one.</p>`)}
    </div>
    <form method="post" class="stack" data-key="${JSON.stringify(request)}">
      <input type="hidden" name="csrf" value="${guest.csrf}" />
      <input type="hidden" name="credentialId" />
      <input type="hidden" name="clientData" />
      <input type="hidden" name="authenticatorData" />
      <input type="hidden" name="publicKey" />
      <input type="hidden" name="algorithm" />
      ${field({ name: 'name', label: 'Name', value: 'My security key', maxlength: 60 })} ${button('Add the key')}
    </form>
    <p><a href="/devices">Back to all devices</a></p>`;
  return site.show(guest, { title, body, scripts: ['security-key.js'] });
}
