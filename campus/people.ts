import * as z from 'zod';
import { fail } from '../shared/failure.ts';
import type { Now } from './clock.ts';
import { deviceKinds, personRecordSchema, plainUserId, platforms } from './document.ts';
import { newKey } from './factors/totp.ts';
import { newId, slowHash } from './secrets.ts';
import type { Store } from './store.ts';

/**
 * The people at a campus when it starts, in the format of `--people FILE`. A device without `phone` is enrolled in a phone
 * that the person has lost.
 */
export const peopleFileSchema = z.strictObject({
  people: z
    .array(
      z.strictObject({
        ...personRecordSchema.omit({ passwordHash: true }).shape,
        userId: personRecordSchema.shape.userId.transform(plainUserId),
        password: z.string().min(1).max(1024),
        devices: z
          .array(
            z.strictObject({
              name: z.string().min(1).max(60),
              kind: z.enum(deviceKinds),
              platform: z.enum(platforms),
              phone: z.string().optional(),
            }),
          )
          .max(20)
          .default([]),
      }),
    )
    .max(10_000),
  /** Pocket phones. Each has its own page. */
  phones: z.array(z.strictObject({ id: z.string().regex(/^[a-z0-9-]{1,40}$/), label: z.string().min(1).max(60) })).max(1000),
});
export type PeopleFile = z.infer<typeof peopleFileSchema>;

/** One line of the table that `npm run campus` prints. */
export type SeededPerson = PeopleFile['people'][number];

export const seededPeople: PeopleFile = {
  people: [
    {
      userId: 'mei.chan',
      name: 'Mei Chan',
      role: 'student',
      password: 'harbour-lantern-42',
      dateOfBirth: '2004-03-15',
      lastFour: '4821',
      devices: [{ name: "Mei's phone", kind: 'phone', platform: 'ios', phone: 'mei-phone' }],
    },
    {
      userId: 'ana.silva',
      name: 'Ana Silva',
      role: 'staff',
      password: 'tile-tram-azulejo-7',
      dateOfBirth: '1985-11-02',
      lastFour: '07A9',
      devices: [
        { name: "Ana's phone", kind: 'phone', platform: 'android', phone: 'ana-phone' },
        { name: "Ana's tablet", kind: 'tablet', platform: 'ios', phone: 'ana-tablet' },
      ],
    },
    {
      userId: 'kit.wong',
      name: 'Kit Wong',
      role: 'student',
      password: 'banyan-ferry-318',
      dateOfBirth: '2005-08-27',
      lastFour: '559K',
      devices: [{ name: "Kit's old phone", kind: 'phone', platform: 'android' }],
    },
  ],
  phones: [
    { id: 'mei-phone', label: "Mei's phone" },
    { id: 'ana-phone', label: "Ana's phone" },
    { id: 'ana-tablet', label: "Ana's tablet" },
    { id: 'new-phone', label: 'New phone' },
  ],
};

/** Reads the text of a `--people` file. Fails with `request-invalid`, with the problem in its detail. */
export function readPeople(text: string): PeopleFile {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw fail('request-invalid', undefined, { cause, detail: 'the people file is not JSON' });
  }
  const parsed = peopleFileSchema.safeParse(raw);
  if (!parsed.success) throw fail('request-invalid', undefined, { detail: z.prettifyError(parsed.error) });
  const phones = new Set(parsed.data.phones.map((phone) => phone.id));
  const astray = parsed.data.people
    .flatMap((person) => person.devices)
    .find((device) => device.phone !== undefined && !phones.has(device.phone));
  if (new Set(parsed.data.people.map((person) => person.userId)).size < parsed.data.people.length) {
    throw fail('request-invalid', undefined, { detail: 'two people have the same user ID' });
  }
  if (astray) throw fail('request-invalid', undefined, { detail: `the device "${astray.name}" is in a phone that is not in the file` });
  return parsed.data;
}

/** Adds the people who are missing, with their devices. Does not change people who already exist. */
export async function seed(store: Store, file: PeopleFile, now: Now): Promise<void> {
  const known = new Set(store.document.people.map((person) => person.userId));
  const hashed = await Promise.all(
    file.people
      .filter((person) => !known.has(person.userId))
      .map(async ({ password, devices, ...person }) => ({ devices, record: { ...person, passwordHash: await slowHash(password) } })),
  );
  await store.update((draft) => {
    for (const phone of file.phones)
      if (!draft.phones.some((other) => other.id === phone.id)) draft.phones.push({ ...phone, accounts: [] });
    for (const { devices, record } of hashed) {
      const { userId } = record;
      draft.people.push(record);
      for (const [index, { phone, ...device }] of devices.entries()) {
        const id = newId();
        const key = newKey();
        draft.devices.push({
          ...device,
          id,
          userId,
          methods: ['push', 'passcode'],
          isDefault: index === 0,
          addedAt: now(),
          key,
          accepted: {},
        });
        const holder = draft.phones.find((other) => other.id === phone);
        holder?.accounts.push({ deviceId: id, userId, name: device.name, key });
      }
    }
  });
}
