import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeAt } from '../../../campus/factors/totp.ts';
import { createFactors } from '../../../campus/factors/factors.ts';
import { createLockout } from '../../../campus/lockout.ts';
import { openStore, storeFileName } from '../../../campus/store.ts';
import { passcodeReplySchema, recoveryPaths, verifyReplySchema } from '../../../shared/recovery.ts';
import { bundleCampus, startCampusChild, type CampusChild } from '../../support/campus/campus-child.ts';
import { kit, mei } from '../../support/campus/campus-services.ts';
import { textById } from '../../support/campus/portal-visit.ts';
import { textOf, type Shown } from '../../support/campus/visitor.ts';
import { removeFolder } from '../../support/folders.ts';

/**
 * `kill -9` of a campus between the requests of an enrolment, a removal and a recovery, and at every step of
 * writing what one of them changes. Afterwards a device is there or not, never half, and the phones agree.
 */

const newPhone = 'new-phone';
const newDevice = 'New device';
const minute = 60_000;

let scratch: string;
let program: string;
/** A campus that has started once: its people and its authority, which take their time. */
let seeded: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'causeway-test-'));
  program = await bundleCampus(join(import.meta.dirname, '../../../out/campus-crash'));
  seeded = join(scratch, 'seeded');
  await (await startCampusChild(program, seeded, scratch)).kill();
});
afterAll(() => removeFolder(scratch));

/** One request of a person's; what it answers is handed to the next. */
type Step = (campus: CampusChild, shown: Shown | null) => Promise<Shown | null>;

/** Where the data of a campus that does not run stands: its services, over a copy that may be changed. */
async function look(data: string) {
  const copy = await mkdtemp(join(scratch, 'copy-'));
  await cp(join(data, storeFileName), join(copy, storeFileName));
  const store = await openStore(copy);
  // Two minutes on: every code is a new one
  const now = () => Date.now() + 2 * minute;
  const lockout = createLockout({ store, now });
  const factors = createFactors({ store, lockout, now, issuer: 'Campus', numberMatching: false });
  return { document: store.document, factors, now };
}

/** What must hold of a campus whenever it was killed. */
async function agrees(data: string): Promise<void> {
  const { document, factors } = await look(data);
  for (const { id } of document.phones) {
    for (const { deviceId, userId, code } of factors.accounts(id)) {
      expect(document.devices.find((device) => device.id === deviceId)?.userId, `the account in ${id}`).toBe(userId);
      expect(await factors.checkPasscode(userId, code, 'gateway'), `the code of ${id}`).toEqual({ ok: true, via: 'device' });
    }
  }
  const held = document.phones.flatMap((phone) => phone.accounts.map(({ deviceId }) => deviceId));
  for (const { name, id } of document.devices) if (name === newDevice) expect(held.filter((one) => one === id)).toHaveLength(1);
  for (const { userId } of document.people) {
    const own = document.devices.filter((device) => device.userId === userId);
    expect(own.filter(({ isDefault }) => isDefault)).toHaveLength(own.length === 0 ? 0 : 1);
  }
}

const devicesOf = async (data: string, userId: string): Promise<string[]> =>
  (await look(data)).factors.devices(userId).map(({ name }) => name);

/** Runs a campus through steps and kills it; how many of them were answered. */
async function killedAfter(data: string, steps: readonly Step[], { whole, write }: Kill): Promise<{ answered: number }> {
  const campus = await startCampusChild(program, data, scratch);
  try {
    let shown: Shown | null = null;
    for (const step of steps.slice(0, whole)) shown = await step(campus, shown);
    const next = steps[whole];
    if (next === undefined || write === null) return { answered: whole };
    await campus.dieAtWrite(write);
    const answered = await next(campus, shown).then(
      () => true,
      () => false,
    );
    return { answered: answered ? whole + 1 : whole };
  } finally {
    await campus.kill();
  }
}

/** The data of a campus of its own. */
async function campusData(): Promise<string> {
  const data = await mkdtemp(join(scratch, 'data-'));
  await cp(seeded, data, { recursive: true });
  return data;
}

const code = async (data: string, userId: string): Promise<string> => {
  const key = (await openStore(data)).document.devices.find((device) => device.userId === userId)?.key ?? '';
  return codeAt(key, Date.now());
};

const submit =
  (label: string, filled?: Record<string, string>): Step =>
  ({ portal }, shown) => {
    if (!shown) throw new Error('nothing is on screen');
    return portal.submit(shown, label, filled);
  };
const signIn =
  ({ userId, password }: { userId: string; password: string }): Step =>
  async ({ portal }) =>
    portal.submit(await portal.get('/'), 'Sign in', { userId, password });

/** From the portal's home page to a new device; `passcode` confirms that it is the person. */
const enrolment = (passcode: () => Promise<string>): readonly Step[] => [
  async (campus, shown) => {
    if (!shown) throw new Error('nothing is on screen');
    return campus.portal.submit(await campus.portal.follow(shown, 'Add a new Device'), 'Enter a Passcode', { passcode: await passcode() });
  },
  submit('Tablet'),
  submit('Continue with iOS'),
  submit('I have Duo Mobile installed'),
  async ({ phones }, shown) => {
    const activation = shown ? textById(shown, 'activation-code') : '';
    const add = await phones.follow(await phones.get(`/phones/${newPhone}`), 'Add an account');
    await phones.submit(add, 'Add', { activation, name: newDevice });
    return null;
  },
  async ({ portal, phones }) => {
    const passcode = /\b\d{3} \d{3}\b/.exec(textOf(await phones.get(`/phones/${newPhone}`)))?.[0] ?? '';
    const finish = await portal.submit(await portal.get('/add/scan'), 'Continue to Login');
    return portal.submit(finish, 'Enter a Passcode', { passcode });
  },
];

interface Kill {
  /** Requests that were answered before. */
  whole: number;
  /** At which step of the files that the next one writes; null: between the two. */
  write: number | null;
}
const between = (...whole: number[]): Kill[] => whole.map((each) => ({ whole: each, write: null }));
/** In the middle of the one file that a request writes; see `die-at-write.ts`. */
const during = (whole: number, ...writes: number[]): Kill[] => writes.map((write) => ({ whole, write }));
const everyWrite = [1, 2, 3, 4, 5, 6];

/** Whether what happens in step `at` must have happened, or not; null: it may be either. */
const happened = (at: number, { whole, write }: Kill, answered: number): boolean | null =>
  answered > at ? true : write !== null && whole === at ? null : false;

/** Every code that was taken may be taken again: two runs within half a minute are no fault here. */
async function forgetCodes(data: string): Promise<void> {
  await (await openStore(data)).update((draft) => draft.devices.forEach((device) => (device.accepted = {})));
}

describe('an enrolment', () => {
  const activation = 5;
  const stepsOn = (data: string): Step[] => [signIn(mei), ...enrolment(() => code(data, mei.userId))];

  test.each([...between(1, 2, 3, 4, 5, 6, 7), ...during(activation, ...everyWrite)])(
    'an enrolment survives a kill after $whole requests, at write step $write of the next',
    async (kill) => {
      const data = await campusData();
      const { answered } = await killedAfter(data, stepsOn(data), kill);
      const isThere = (await devicesOf(data, mei.userId)).includes(newDevice);
      expect(isThere).toBe(happened(activation, kill, answered) ?? isThere);
      await agrees(data);
    },
  );

  test('an enrolment that a crash undid can start again, and the pages show the truth', async () => {
    const data = await campusData();
    await killedAfter(data, stepsOn(data), { whole: activation, write: null });
    await forgetCodes(data);
    const shows: Step = async ({ portal, phones }) => {
      expect(textOf(await portal.get('/devices'))).toContain(newDevice);
      expect(textOf(await phones.get(`/phones/${newPhone}`))).toContain(mei.userId);
      return null;
    };
    const { answered } = await killedAfter(data, [...stepsOn(data), shows], { whole: 8, write: null });
    expect(answered).toBe(8);
    expect(await devicesOf(data, mei.userId)).toEqual(["Mei's phone", newDevice]);
    await agrees(data);
  });
});

describe('a removal', () => {
  const removal = 4;
  const stepsOn = (data: string): Step[] => [
    signIn(mei),
    async (campus, shown) => {
      if (!shown) throw new Error('nothing is on screen');
      const confirm = await campus.portal.follow(shown, 'My Settings & Devices');
      return campus.portal.submit(confirm, 'Enter a Passcode', { passcode: await code(data, mei.userId) });
    },
    ({ portal }, shown) => {
      if (!shown) throw new Error('nothing is on screen');
      return portal.follow(shown, `Device Options, ${newDevice}`);
    },
    submit('Remove'),
    submit('Remove'),
  ];
  /** A device that is to be removed, in a phone. */
  const withDevice = async (data: string): Promise<string> => {
    const store = await openStore(data);
    const factors = createFactors({
      store,
      lockout: createLockout({ store, now: Date.now }),
      now: Date.now,
      issuer: 'Campus',
      numberMatching: false,
    });
    const { activationCode } = factors.startEnrolment(mei.userId, 'phone', 'ios');
    await factors.activate(newPhone, activationCode, newDevice);
    factors.close();
    return store.document.devices.find(({ name }) => name === newDevice)?.key ?? '';
  };

  test.each([...between(1, 2, 3, 4, 5), ...during(removal, ...everyWrite)])(
    'a removal survives a kill after $whole requests, at write step $write of the next',
    async (kill) => {
      const data = await campusData();
      const key = await withDevice(data);
      const { answered } = await killedAfter(data, stepsOn(data), kill);
      const { factors, now } = await look(data);
      const isGone = !factors.devices(mei.userId).some(({ name }) => name === newDevice);
      expect(isGone).toBe(happened(removal, kill, answered) ?? isGone);
      expect((await factors.checkPasscode(mei.userId, codeAt(key, now()), 'gateway')).ok).toBe(!isGone);
      await agrees(data);
    },
  );

  test('a removal that a crash undid can be repeated, and the page shows the truth', async () => {
    const data = await campusData();
    await withDevice(data);
    await killedAfter(data, stepsOn(data), { whole: removal, write: null });
    await forgetCodes(data);
    const shows: Step = async ({ portal }) => {
      expect(textOf(await portal.get('/devices'))).not.toContain(newDevice);
      return null;
    };
    expect(await killedAfter(data, [...stepsOn(data), shows], { whole: 6, write: null })).toEqual({ answered: 6 });
    await agrees(data);
  });
});

describe('a recovery', () => {
  const issue = 1;
  const activation = 7;
  /** What the person has been told. */
  const issued = { token: '', passcode: '' };
  const { role, userId, dateOfBirth, lastFour, password } = kit;
  const steps: readonly Step[] = [
    async (campus) => {
      issued.token = verifyReplySchema.parse(
        (await campus.recovery(recoveryPaths.verify, { role, userId, dateOfBirth, lastFour })).reply,
      ).token;
      return null;
    },
    async (campus) => {
      issued.passcode = passcodeReplySchema.parse(
        (await campus.recovery(recoveryPaths.passcode, { token: issued.token, password })).reply,
      ).passcode;
      return null;
    },
    signIn(kit),
    ...enrolment(() => Promise.resolve(issued.passcode)),
  ];

  test.each([...between(1, 2, 3, 4, 5, 6, 7, 8), ...during(issue, ...everyWrite), ...during(activation, ...everyWrite)])(
    'a recovery survives a kill after $whole requests, at write step $write of the next',
    async (kill) => {
      const data = await campusData();
      const { answered } = await killedAfter(data, steps, kill);
      const { document, factors } = await look(data);
      const isThere = factors.devices(userId).some(({ name }) => name === newDevice);
      expect(isThere).toBe(happened(activation, kill, answered) ?? isThere);
      // The passcode is good until there is a device, and void from then on
      const isGood = document.recovery.some((record) => record.userId === userId);
      expect(isGood).toBe(!isThere && (happened(issue, kill, answered) ?? isGood));
      if (answered > issue) expect((await factors.checkPasscode(userId, issued.passcode, 'gateway')).ok).toBe(isGood);
      await agrees(data);
    },
  );

  test('a recovery that a crash interrupted continues with the passcode that was given before', async () => {
    const data = await campusData();
    await killedAfter(data, steps, { whole: 2, write: null });
    const rest = steps.slice(2);
    expect(await killedAfter(data, rest, { whole: rest.length, write: null })).toEqual({ answered: rest.length });
    expect(await devicesOf(data, userId)).toContain(newDevice);
    await agrees(data);
  });
});
