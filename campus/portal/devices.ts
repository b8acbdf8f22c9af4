import * as z from 'zod';
import { typedName } from '../pages/forms.ts';
import { redirect, type Answer } from '../pages/reply.ts';
import type { Device } from '../services.ts';
import { devicesPage, optionsPage, removedPage, removePage } from './devices-pages.ts';
import { addGate } from './gate.ts';
import { orTell, type Guest, type PortalSite } from './site.ts';

const nothing = z.object({});

/** My Settings & Devices: confirm → list → options → remove. */
export function addDevices(site: PortalSite): void {
  const { factors } = site.options;
  const devicesOf = (guest: Guest) => factors.devices(guest.at.person.userId);

  /** Runs with the device in the address, if it belongs to the person and they confirmed recently. */
  function withDevice(guest: Guest, act: (device: Device) => Answer): Answer {
    if (!site.confirmed(guest)) return redirect('/devices/confirm');
    const device = devicesOf(guest).find(({ id }) => id === guest.visit.req.param('id'));
    return device ? act(device) : redirect('/devices');
  }
  const optionsOf = (device: Device) => `/devices/options/${encodeURIComponent(device.id)}`;

  addGate(site, {
    gate: '/devices/confirm',
    words: 'devices',
    detour: (guest) => (site.confirmed(guest) ? '/devices' : null),
    preselect: (_guest, devices) => devices.find((device) => device.isDefault),
    accepted: () => undefined,
    next: '/devices',
  });

  site.get('/devices', (guest) => (site.confirmed(guest) ? devicesPage(site, guest, devicesOf(guest)) : redirect('/devices/confirm')));

  site.get('/devices/options/:id', (guest) => withDevice(guest, (device) => optionsPage(site, guest, device)));

  site.post('/devices/options/:id/rename', z.object({ name: typedName }), (guest, { name }) =>
    withDevice(guest, (device) =>
      orTell(guest, optionsOf(device), async () => {
        await factors.rename(guest.at.person.userId, device.id, name);
        return redirect('/devices');
      }),
    ),
  );

  site.post('/devices/options/:id/default', nothing, (guest) =>
    withDevice(guest, (device) =>
      orTell(guest, optionsOf(device), async () => {
        await factors.makeDefault(guest.at.person.userId, device.id);
        return redirect('/devices');
      }),
    ),
  );

  // The trash button only leads to the confirmation
  site.get('/devices/remove/:id', (guest) => withDevice(guest, (device) => removePage(site, guest, device, devicesOf(guest).length === 1)));

  site.post('/devices/remove/:id', nothing, (guest) =>
    withDevice(guest, (device) =>
      orTell(guest, '/devices', async () => {
        await factors.remove(guest.at.person.userId, device.id);
        guest.at.removed = device.name;
        return redirect('/devices/removed');
      }),
    ),
  );

  site.get('/devices/removed', (guest) =>
    guest.at.removed === null ? redirect('/devices') : removedPage(site, guest, guest.at.removed, devicesOf(guest)),
  );
}
