import { calendarDay } from '../pages/clock.ts';
import { sentence } from '../pages/failures.ts';
import { button, field, form } from '../pages/forms.ts';
import { html, type Html } from '../pages/html.ts';
import { icons } from '../pages/icons.ts';
import { alertBox, noteBox } from '../pages/layout.ts';
import type { Reply } from '../pages/reply.ts';
import type { Device } from '../services.ts';
import type { Guest, PortalSite } from './site.ts';
import { keysPart } from './keys-pages.ts';
import { takeLastTry } from './state.ts';

const platformNames = { ios: 'iOS', android: 'Android' } as const;
const kindNames = { tablet: 'Tablet', phone: 'Phone' } as const;

function problemOf(site: PortalSite, guest: Guest): Html | null {
  const lastTry = takeLastTry(guest.at);
  return lastTry && alertBox(html`<p>${sentence(lastTry.failure, site.options.now())}</p>`);
}

function what(device: Device): Html {
  return html`${icons[device.kind]}
    <div class="what">
      <h2>${device.name} ${device.isDefault && html`<span class="tag">Default</span>`}</h2>
      <p class="hint">${platformNames[device.platform]} ${kindNames[device.kind].toLowerCase()} · added ${calendarDay(device.addedAt)}</p>
    </div>`;
}

export function devicesPage(site: PortalSite, guest: Guest, devices: Device[]): Reply {
  const title = 'My Settings & Devices';
  const { securityKeys } = site.options;
  const list = devices.map(
    (device) =>
      html`<li class="device">
        ${what(device)}
        <a class="button plain" href="/devices/options/${encodeURIComponent(device.id)}" aria-label="Device Options, ${device.name}"
          >Device Options</a
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
        : html`<p>You have no device.</p>`
    }
    <p class="actions"><a class="button plain" href="/add/confirm">${icons.add} Add a new Device</a></p>
    ${securityKeys && keysPart(guest, securityKeys.keys(guest.at.person.userId))}`;
  return site.show(guest, { title, body });
}

export function optionsPage(site: PortalSite, guest: Guest, device: Device): Reply {
  const base = `/devices/options/${encodeURIComponent(device.id)}`;
  const rename = html`${field({ name: 'name', label: 'Name', value: device.name, maxlength: 60 })}
  ${button('Save the name', { tone: 'plain' })}`;
  const body = html`<h1>Device Options</h1>
    ${problemOf(site, guest)}
    <div class="device">
      ${what(device)}
      <form method="get" action="/devices/remove/${encodeURIComponent(device.id)}">
        <button type="submit" class="danger square" aria-label="Remove" title="Remove">${icons.trash}</button>
      </form>
    </div>
    ${form(guest.csrf, rename, { action: `${base}/rename` })}
    ${!device.isDefault && form(guest.csrf, button('Make it the default', { tone: 'plain' }), { action: `${base}/default` })}
    <p><a href="/devices">Back to all devices</a></p>`;
  return site.show(guest, { title: 'Device Options', body });
}

export function removePage(site: PortalSite, guest: Guest, device: Device, last: boolean): Reply {
  const title = `Remove ${device.name}?`;
  const body = html`<h1>${title}</h1>
    <p>It will no longer confirm your sign-ins. You can add it again at any time.</p>
    ${last && noteBox(html`<p>It is your only device. To sign in afterwards you need a 2FA Passcode from the recovery site.</p>`)}
    <div class="actions">
      ${form(guest.csrf, button('Remove', { tone: 'danger' }), { quiet: true })}
      <a class="button plain" href="/devices/options/${encodeURIComponent(device.id)}">Cancel</a>
    </div>`;
  return site.show(guest, { title, body });
}

export function removedPage(site: PortalSite, guest: Guest, name: string, left: Device[]): Reply {
  const rest =
    left.length === 0 ? 'You have no device now.' : left.length === 1 ? 'One device is left.' : `${left.length} devices are left.`;
  const body = html`<div class="state">
      <span class="badge good">${icons.check}</span>
      <h1>${name} is removed</h1>
    </div>
    <p>${rest}</p>
    <p class="actions"><a class="button plain" href="/devices">My Settings &amp; Devices</a></p>`;
  return site.show(guest, { title: 'Removed', body });
}
