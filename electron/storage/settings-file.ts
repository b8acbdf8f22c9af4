import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { CausewayError } from '../../shared/failure.ts';
import { readProfile, type Profile } from '../../shared/profile.ts';
import { defaultPreferences, preferencesSchema, type Preferences } from '../../shared/settings.ts';
import { taskSchema, type Task } from '../../shared/task.ts';
import { updateRecordSchema, type UpdateRecord } from '../../shared/updates.ts';
import type { Accepted, Vouched } from '../trust/verifier.ts';

/** The version of the settings file that this program writes. */
export const settingsVersion = 1;

/** Everything that is saved between runs. Never a secret: passwords are in the keychain, and tickets and passcodes are not saved. */
export interface SettingsFile {
  preferences: Preferences;
  profiles: Profile[];
  lastProfileId: string | null;
  /** The user ID last used, by profile id. */
  userIds: Record<string, string>;
  /** The group, realm or role last chosen, by profile id and by its heading. */
  choices: Record<string, Record<string, string>>;
  /** The certificates that the person accepted, by gateway host. */
  acceptedCertificates: Record<string, Accepted>;
  /** Who vouched for a host and its key at that time, by host. The person is not asked about such a host later. */
  vouchedHosts: Record<string, Vouched>;
  /** Profiles whose password is saved. The password itself is in the keychain. */
  savedPasswords: string[];
  /** The path of the person's client certificate, by profile id. Never its contents. */
  clientCertificates: Record<string, string>;
  /** Profiles whose key for one-time codes is in the keychain, each with the end of the last used time window (epoch milliseconds). */
  keptCodes: Record<string, number>;
  /** Profiles whose sign-in on the campus's own page the person wants to keep. What is kept is in files of its own. */
  keptPages: string[];
  /** The preferences that the person has chosen, so that no default of the policy takes their place. */
  chosenPreferences: string[];
  /** The profile that an address of the policy last gave, by that address. */
  policyProfiles: Record<string, string>;
  /** What is noted of updates: the highest counter seen, by channel, and the version whose installation was begun. */
  updates: UpdateRecord;
  /** A random id, made once. With it a gateway recognises a session that this computer left behind. */
  installation: string;
  /** The compact window's bounds, in device-independent pixels. */
  windowBounds: { x: number; y: number; width: number; height: number } | null;
  /** What the app is doing. Null after a clean exit: if the next start finds a record, the last run was interrupted. */
  running: RunRecord | null;
}

/** What a crash would interrupt: what the run is doing, with which campus and for which task. */
export interface RunRecord {
  doing: 'sign-in' | 'session' | 'recovery';
  profileId: string;
  task: Task | null;
  /** Epoch milliseconds. */
  at: number;
}

/** One entry by its key, or null. Keys come from profiles, so one may be `constructor`, which every object has. */
export function entryOf<T>(entries: Readonly<Record<string, T>>, key: string): T | null {
  return Object.hasOwn(entries, key) ? (entries[key] ?? null) : null;
}

/** The entries without one. */
export function without<T>(entries: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).filter(([each]) => each !== key));
}

/** The settings of a first start. */
export function freshSettings(): SettingsFile {
  return {
    preferences: defaultPreferences,
    profiles: [],
    lastProfileId: null,
    userIds: {},
    choices: {},
    acceptedCertificates: {},
    vouchedHosts: {},
    savedPasswords: [],
    clientCertificates: {},
    keptCodes: {},
    keptPages: [],
    chosenPreferences: [],
    policyProfiles: {},
    updates: { counters: {}, begun: null },
    installation: randomBytes(24).toString('base64url'),
    windowBounds: null,
    running: null,
  };
}

/** The result of reading a settings file: the usable part, and the names of the entries that were dropped. */
export type SettingsRead = { kind: 'read'; settings: SettingsFile; dropped: string[] } | { kind: 'newer' } | { kind: 'damaged' };

/** Reads the text of a settings file. Drops and names each bad entry, down to a single profile or host, and keeps the rest. */
export function readSettingsFile(text: string): SettingsRead {
  const file = z.looseObject({ version: z.int().check(z.minimum(1)) }).safeParse(parse(text));
  if (!file.success) return { kind: 'damaged' };
  const { version, ...entries } = file.data;
  if (version > settingsVersion) return { kind: 'newer' };
  const dropped: string[] = [];
  const fresh = freshSettings();
  const take = <T>(key: keyof SettingsFile, read: Reader<T>, fallback: T): T => readEntry(entries, key, read, fallback, key, dropped);
  const settings: SettingsFile = {
    preferences: take('preferences', preferences, fresh.preferences),
    profiles: take('profiles', list(profile), fresh.profiles),
    lastProfileId: take('lastProfileId', whole(z.nullable(id)), fresh.lastProfileId),
    userIds: take('userIds', map(whole(line)), fresh.userIds),
    choices: take('choices', map(map(whole(line))), fresh.choices),
    acceptedCertificates: take('acceptedCertificates', map(whole(accepted)), fresh.acceptedCertificates),
    vouchedHosts: take('vouchedHosts', map(whole(vouched)), fresh.vouchedHosts),
    savedPasswords: take('savedPasswords', list(whole(id)), fresh.savedPasswords),
    clientCertificates: take('clientCertificates', map(whole(z.string().check(z.maxLength(4096)))), fresh.clientCertificates),
    keptCodes: take('keptCodes', map(whole(z.number().check(z.minimum(0)))), fresh.keptCodes),
    keptPages: take('keptPages', list(whole(id)), fresh.keptPages),
    chosenPreferences: take('chosenPreferences', list(whole(id)), fresh.chosenPreferences),
    policyProfiles: take('policyProfiles', map(whole(id)), fresh.policyProfiles),
    updates: take('updates', whole(updateRecordSchema), fresh.updates),
    installation: take('installation', whole(z.string().check(z.regex(/^[A-Za-z0-9_-]{22,64}$/))), fresh.installation),
    windowBounds: take('windowBounds', whole(z.nullable(bounds)), fresh.windowBounds),
    running: take('running', whole(z.nullable(running)), fresh.running),
  };
  for (const key of Object.keys(entries)) if (!Object.hasOwn(settings, key)) dropped.push(key.slice(0, 60));
  return { kind: 'read', settings, dropped };
}

const id = z.string().check(z.maxLength(100));
const line = z.string().check(z.maxLength(200));
const fingerprint = z.string().check(z.regex(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/));
const key = z.string().check(z.regex(/^[A-Za-z0-9+/]{43}=$/));
const accepted = z.object({ sha256: fingerprint, key });
const vouched = z.object({ by: z.enum(['system', 'authority']), key });
const pixels = z.int().check(z.minimum(-100_000), z.maximum(100_000));
const bounds = z.object({ x: pixels, y: pixels, width: pixels, height: pixels });
const running = z.object({
  doing: z.enum(['sign-in', 'session', 'recovery']),
  profileId: id,
  task: z.nullable(taskSchema),
  at: z.number(),
});

/** Returns the usable part of a value and adds the paths of the rest to `dropped`. Undefined when nothing is usable. */
type Reader<T> = (value: unknown, path: string, dropped: string[]) => T | undefined;

function whole<T>(schema: z.core.$ZodType<T>): Reader<T> {
  return (value, path, dropped) => {
    const read = z.safeParse(schema, value);
    if (read.success) return read.data;
    dropped.push(path);
    return undefined;
  };
}

function list<T>(item: Reader<T>): Reader<T[]> {
  return (value, path, dropped) => {
    const items = whole(z.array(z.unknown()))(value, path, dropped);
    return items?.map((each, index) => item(each, `${path}.${index}`, dropped)).filter((each) => each !== undefined);
  };
}

function map<T>(entry: Reader<T>): Reader<Record<string, T>> {
  return (value, path, dropped) => {
    const entries = whole(z.record(z.string(), z.unknown()))(value, path, dropped);
    const read = Object.entries(entries ?? {}).flatMap(([key, each]) => {
      const usable = entry(each, `${path}.${key.slice(0, 60)}`, dropped);
      return usable === undefined ? [] : [[key, usable] as const];
    });
    return Object.fromEntries(read);
  };
}

const preferences: Reader<Preferences> = (value, path, dropped) => {
  const entries = whole(z.record(z.string(), z.unknown()))(value, path, dropped) ?? {};
  const { language, openAtLogin, notifications, alwaysConnect, updates: wantsUpdates } = preferencesSchema.shape;
  const take = <T>(key: keyof Preferences, schema: z.core.$ZodType<T>, fallback: T): T =>
    readEntry(entries, key, whole(schema), fallback, `${path}.${key}`, dropped);
  return {
    language: take('language', language, defaultPreferences.language),
    openAtLogin: take('openAtLogin', openAtLogin, defaultPreferences.openAtLogin),
    notifications: take('notifications', notifications, defaultPreferences.notifications),
    updates: take('updates', wantsUpdates, defaultPreferences.updates),
    alwaysConnect: take('alwaysConnect', alwaysConnect, defaultPreferences.alwaysConnect),
  };
};

/** Reads a saved profile like any other: today's rules apply to what an older version accepted. */
const profile: Reader<Profile> = (value, path, dropped) => {
  try {
    return readProfile(JSON.stringify(value)).profile;
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    dropped.push(path);
    return undefined;
  }
};

/** Reads one entry of an object. An absent one is fine, an unusable one is dropped and named. */
function readEntry<T>(entries: Record<string, unknown>, key: string, read: Reader<T>, fallback: T, path: string, dropped: string[]): T {
  return Object.hasOwn(entries, key) ? (read(entries[key], path, dropped) ?? fallback) : fallback;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
