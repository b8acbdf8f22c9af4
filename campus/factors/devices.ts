import { fail } from '../../shared/failure.ts';
import type { DeviceRecord } from '../document.ts';
import type { Device } from '../services.ts';
import type { Frozen, Store } from '../store.ts';
import type { PhoneBell } from './phones.ts';

const maxNameLength = 60;

/** Cleans a name that a person typed for display. Fails with `request-invalid` when nothing is left. */
export function deviceName(typed: string): string {
  const name = typed.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  if (name.length === 0 || name.length > maxNameLength)
    throw fail('request-invalid', undefined, { detail: 'a device needs a name of 1 to 60 characters' });
  return name;
}

/** A device without its key. */
export function publicDevice(record: Frozen<DeviceRecord>): Device {
  const { id, name, kind, platform, methods, isDefault, addedAt } = record;
  return { id, name, kind, platform, methods: [...methods], isDefault, addedAt };
}

export interface Devices {
  devices(userId: string): Device[];
  rename(userId: string, deviceId: string, name: string): Promise<void>;
  makeDefault(userId: string, deviceId: string): Promise<void>;
  remove(userId: string, deviceId: string): Promise<void>;
}

/** A person's enrolled devices. Changing a device that is not theirs, or is gone, fails with `request-invalid`. */
export function createDevices({
  store,
  bell,
  onRemoved,
}: {
  store: Store;
  bell: PhoneBell;
  onRemoved: (deviceId: string) => void;
}): Devices {
  return {
    devices: (userId) => store.document.devices.filter((device) => device.userId === userId).map(publicDevice),
    rename: (userId, deviceId, name) =>
      store.update((draft) => {
        own(draft.devices, userId, deviceId).name = deviceName(name);
      }),
    makeDefault: (userId, deviceId) =>
      store.update((draft) => {
        const chosen = own(draft.devices, userId, deviceId);
        for (const device of draft.devices) if (device.userId === userId) device.isDefault = device === chosen;
      }),
    async remove(userId, deviceId) {
      const holders = await store.update((draft) => {
        const removed = own(draft.devices, userId, deviceId);
        draft.devices = draft.devices.filter((device) => device !== removed);
        const next = draft.devices.find((device) => device.userId === userId);
        if (removed.isDefault && next) next.isDefault = true;
        // Remove the account from the phone too, so that it shows no useless codes
        const phones = draft.phones.filter((phone) => phone.accounts.some((account) => account.deviceId === deviceId));
        for (const phone of phones) phone.accounts = phone.accounts.filter((account) => account.deviceId !== deviceId);
        return phones.map((phone) => phone.id);
      });
      onRemoved(deviceId);
      for (const phoneId of holders) bell.ring(phoneId);
    },
  };
}

function own(devices: readonly DeviceRecord[], userId: string, deviceId: string): DeviceRecord {
  const found = devices.find((device) => device.id === deviceId && device.userId === userId);
  if (!found) throw fail('request-invalid', undefined, { detail: 'no such device' });
  return found;
}
