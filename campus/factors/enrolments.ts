import { randomInt } from 'node:crypto';
import { whenAborted } from '../../shared/abort.ts';
import { fail, type CausewayError } from '../../shared/failure.ts';
import { plainPasscode } from '../../shared/prompt.ts';
import { whenReached, type Now } from '../clock.ts';
import type { CampusDocument, DeviceRecord } from '../document.ts';
import { newId } from '../secrets.ts';
import type { Device, Enrolment, Factors, PhoneAccount } from '../services.ts';
import type { Store } from '../store.ts';
import { deviceName, publicDevice } from './devices.ts';
import type { PhoneBell } from './phones.ts';
import { activationCodeIn, codeAt, enrolmentUri, newKey, nextCodeAt, stepOfCode } from './totp.ts';

/** How long an enrolment waits for its activation. Its code has 5 groups of 4 characters: 100 bits, too many to guess. */
const enrolmentRules = { validMs: 15 * 60_000, codeGroups: 5, groupLength: 4 } as const;
/** 32 characters that people do not mix up. */
const codeAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

export type Enrolments = Pick<Factors, 'startEnrolment' | 'enrolment' | 'activated' | 'activate' | 'activateByCode'> & { close(): void };

/** A pending enrolment. Its key becomes a device's key only when it is activated. */
interface OpenEnrolment extends Enrolment {
  readonly key: string;
  device: Device | null;
  /** Whether an activation is running. Only one may run at a time. */
  claimed: boolean;
  /** Resolves with true once activated, false once it is too late. Never rejects. */
  readonly over: Promise<boolean>;
  /** Settles {@link over}. Calling it twice is harmless. */
  finish(activated: boolean): void;
}

export interface EnrolmentOptions {
  store: Store;
  now: Now;
  bell: PhoneBell;
  /** What authenticator apps call the campus. */
  issuer: string;
}

/** Enrolments are in memory only: one that was pending when the campus stopped has to be started again. */
export function createEnrolments({ store, now, bell, issuer }: EnrolmentOptions): Enrolments {
  const known = new Map<string, OpenEnrolment>();
  const find = (id: string): OpenEnrolment | null => {
    const found = known.get(id);
    return found && (found.device || now() < found.expiresAt) ? found : null;
  };

  /** Makes the device of an enrolment in a single change. `phoneId` null: the key is in an app that is not ours. */
  const enrol = async (
    enrolment: OpenEnrolment,
    phoneId: string | null,
    typedName: string,
    accepted: DeviceRecord['accepted'],
  ): Promise<Device> => {
    const { userId, kind, platform, key } = enrolment;
    const name = deviceName(typedName);
    const methods: Device['methods'] = phoneId === null ? ['passcode'] : ['push', 'passcode'];
    if (enrolment.claimed || now() >= enrolment.expiresAt) throw invalid('the activation code was used or is too old');
    enrolment.claimed = true;
    try {
      const device = await store.update((draft) => {
        const isDefault = !draft.devices.some((other) => other.userId === userId);
        const record: DeviceRecord = { id: newId(), userId, name, kind, platform, methods, isDefault, addedAt: now(), key, accepted };
        draft.devices.push(record);
        draft.recovery = draft.recovery.filter((recovery) => recovery.userId !== userId);
        if (phoneId !== null) accountsOf(draft, phoneId).push({ deviceId: record.id, userId, name, key });
        return publicDevice(record);
      });
      enrolment.device = device;
      enrolment.finish(true);
      return device;
    } catch (error) {
      enrolment.claimed = false;
      throw error;
    }
  };

  return {
    startEnrolment(userId, kind, platform) {
      const key = newKey();
      const activationCode = newActivationCode();
      const uri = enrolmentUri({ issuer, userId, key, activationCode });
      const expiresAt = now() + enrolmentRules.validMs;
      const { promise: over, settle: finish } = settledOnce();
      const enrolment = {
        id: newId(),
        userId,
        kind,
        platform,
        activationCode,
        uri,
        expiresAt,
        key,
        device: null,
        claimed: false,
        over,
        finish,
      };
      known.set(enrolment.id, enrolment);
      whenReached(now, expiresAt, () => {
        finish(false);
        known.delete(enrolment.id);
      });
      return enrolment;
    },

    enrolment: find,

    activated(id, signal) {
      const enrolment = find(id);
      if (!enrolment || signal.aborted) return Promise.resolve(false);
      return Promise.race([enrolment.over, whenAborted(signal).then(() => false)]);
    },

    async activate(phoneId, activation, name): Promise<PhoneAccount> {
      const code = activationCodeIn(activation)?.toUpperCase().replace(/\s/g, '');
      const enrolment = [...known.values()].find((open) => open.activationCode === code);
      if (!enrolment) throw invalid('no enrolment waits for this activation code');
      const device = await enrol(enrolment, phoneId, name, {});
      bell.ring(phoneId);
      return {
        deviceId: device.id,
        userId: enrolment.userId,
        name: device.name,
        code: codeAt(enrolment.key, now()),
        codeValidUntil: nextCodeAt(now()),
      };
    },

    async activateByCode(id, code, name) {
      const enrolment = find(id);
      if (!enrolment) throw invalid('the enrolment is over');
      const step = stepOfCode(enrolment.key, plainPasscode(code), now());
      return step === null ? null : enrol(enrolment, null, name, { portal: step });
    },

    close() {
      for (const enrolment of known.values()) enrolment.finish(false);
      known.clear();
    },
  };
}

function accountsOf(draft: CampusDocument, phoneId: string): CampusDocument['phones'][number]['accounts'] {
  const phone = draft.phones.find((other) => other.id === phoneId);
  if (!phone) throw invalid('no such phone');
  return phone.accounts;
}

function newActivationCode(): string {
  const group = () =>
    Array.from({ length: enrolmentRules.groupLength }, () => codeAlphabet.charAt(randomInt(codeAlphabet.length))).join('');
  return Array.from({ length: enrolmentRules.codeGroups }, group).join('-');
}

function settledOnce(): { promise: Promise<boolean>; settle: (value: boolean) => void } {
  let settle: (value: boolean) => void = () => undefined;
  const promise = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

const invalid = (detail: string): CausewayError => fail('request-invalid', undefined, { detail });
