import { sentence } from '../pages/failures.ts';
import { button, field, form } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox, noteBox } from '../pages/layout.ts';
import type { Reply } from '../pages/reply.ts';
import type { Speech } from '../pages/speech.ts';
import type { Device } from '../services.ts';
import type { Guest, PortalSite } from './site.ts';
import { keysPart } from './keys-pages.ts';

const platformNames = { ios: 'iOS', android: 'Android' } as const;

function problemOf(site: PortalSite, guest: Guest): Html | null {
  const lastTry = guest.at.lastTry.take(guest.visit);
  return lastTry && alertBox(html`<p>${sentence(guest.speech, lastTry.failure, site.options.now())}</p>`);
}

function what(speech: Speech, device: Device): Html {
  const { devices } = speech.words.portal;
  const added = speech.say(devices.added[device.kind], { platform: platformNames[device.platform], date: speech.day(device.addedAt) });
  return html`${icons[device.kind]}
    <div class="what">
      <h2>${device.name} ${device.isDefault && html`<span class="tag">${devices.default}</span>`}</h2>
      <p class="hint">${added}</p>
    </div>`;
}

export function devicesPage(site: PortalSite, guest: Guest, devices: Device[]): Reply {
  const { speech } = guest;
  const { portal } = speech.words;
  const words = portal.devices;
  const title = portal.settings;
  const { securityKeys } = site.options;
  const list = devices.map(
    (device) =>
      html`<li class="device">
        ${what(speech, device)}
        <a
          class="button plain"
          href="/devices/options/${encodeURIComponent(device.id)}"
          aria-label="${speech.say(words.optionsOf, { device: device.name })}"
          >${words.options}</a
        >
      </li>`,
  );
  const body = html`<h1>${title}</h1>
    ${problemOf(site, guest)}
    ${
      devices.length > 0
        ? html`<ul class="devices">
            ${list}
          </ul>`
        : html`<p>${words.none}</p>`
    }
    <p class="actions"><a class="button plain" href="/add/confirm">${icons.add} ${portal.add}</a></p>
    ${securityKeys && keysPart(guest, securityKeys.keys(guest.at.person.userId))}`;
  return site.show(guest, { title, body });
}

export function optionsPage(site: PortalSite, guest: Guest, device: Device): Reply {
  const base = `/devices/options/${encodeURIComponent(device.id)}`;
  const { speech } = guest;
  const { portal } = speech.words;
  const words = portal.devices;
  const rename = html`${field({ name: 'name', label: portal.name, value: device.name, maxlength: 60 })}
  ${button(words.save, { tone: 'plain' })}`;
  const body = html`<h1>${words.options}</h1>
    ${problemOf(site, guest)}
    <div class="device">
      ${what(speech, device)}
      <form method="get" action="/devices/remove/${encodeURIComponent(device.id)}">
        <button type="submit" class="danger square" aria-label="${words.remove}" title="${words.remove}">${icons.trash}</button>
      </form>
    </div>
    ${form(guest.csrf, rename, { action: `${base}/rename` })}
    ${!device.isDefault && form(guest.csrf, button(words.makeDefault, { tone: 'plain' }), { action: `${base}/default` })}
    <p><a href="/devices">${portal.allDevices}</a></p>`;
  return site.show(guest, { title: words.options, body });
}

export function removePage(site: PortalSite, guest: Guest, device: Device, last: boolean): Reply {
  const { speech } = guest;
  const { portal } = speech.words;
  const words = portal.devices;
  const title = speech.say(words.removeWhich, { device: device.name });
  const body = html`<h1>${title}</h1>
    <p>${words.removeText}</p>
    ${last && noteBox(html`<p>${words.removeLast}</p>`)}
    <div class="actions">
      ${form(guest.csrf, button(words.remove, { tone: 'danger' }), { quiet: true })}
      <a class="button plain" href="/devices/options/${encodeURIComponent(device.id)}">${portal.cancel}</a>
    </div>`;
  return site.show(guest, { title, body });
}

export function removedPage(site: PortalSite, guest: Guest, name: string, left: Device[]): Reply {
  const { speech } = guest;
  const { portal } = speech.words;
  const words = portal.devices;
  const rest = left.length === 0 ? words.leftNone : speech.say(words.left, { count: left.length });
  const body = html`<div class="state">
      <span class="badge good">${icons.check}</span>
      <h1>${speech.say(words.removedDevice, { device: name })}</h1>
    </div>
    <p>${rest}</p>
    <p class="actions"><a class="button plain" href="/devices">${portal.settings}</a></p>`;
  return site.show(guest, { title: words.removed, body });
}
