import type { Now } from '../clock.ts';
import type { Phone, PhoneAccount } from '../services.ts';
import type { Store } from '../store.ts';
import { codeAt, nextCodeAt } from './totp.ts';

/** Tells the pages that show a phone that it has changed. */
export interface PhoneBell {
  ring(phoneId: string): void;
  /** Notifies the phones that have this device's account. */
  ringDevice(deviceId: string): void;
}

export interface Phones extends PhoneBell {
  phones(): Phone[];
  phone(id: string): Phone | null;
  accounts(phoneId: string): PhoneAccount[];
  onPhoneChange(phoneId: string, listener: () => void): () => void;
}

/** The pocket phones: their names, their accounts, and the pages that show them. */
export function createPhones({ store, now }: { store: Store; now: Now }): Phones {
  const listeners = new Map<string, Set<() => void>>();
  const ring = (phoneId: string): void => {
    for (const listener of listeners.get(phoneId) ?? []) listener();
  };
  const phones = (): Phone[] => store.document.phones.map(({ id, label }) => ({ id, label }));

  return {
    phones,
    phone: (id) => phones().find((phone) => phone.id === id) ?? null,
    accounts(phoneId) {
      const instant = now();
      const accounts = store.document.phones.find((phone) => phone.id === phoneId)?.accounts ?? [];
      return accounts.map(({ deviceId, userId, name, key }) => ({
        deviceId,
        userId,
        name,
        code: codeAt(key, instant),
        codeValidUntil: nextCodeAt(instant),
      }));
    },
    ring,
    ringDevice(deviceId) {
      for (const phone of store.document.phones) {
        if (phone.accounts.some((account) => account.deviceId === deviceId)) ring(phone.id);
      }
    },
    onPhoneChange(phoneId, listener) {
      const those = listeners.get(phoneId) ?? new Set();
      listeners.set(phoneId, those.add(listener));
      return () => {
        those.delete(listener);
        if (those.size === 0 && listeners.get(phoneId) === those) listeners.delete(phoneId);
      };
    },
  };
}
