import * as z from 'zod';
import { factorMethodSchema } from '../shared/prompt.ts';

/**
 * Everything that the campus must not forget, as one document. All times are epoch milliseconds. It has only hashes of
 * passwords, recovery passcodes and tickets. Device keys are in clear: the campus and its own pocket phones both need them.
 */

const instant = z.number();
const text = z.string().min(1).max(200);
const userId = text;
/** The newest time step (30 s since 1970) whose code a service has accepted. That service accepts no older ones. */
const acceptedSteps = z.object({ gateway: z.number().int().optional(), portal: z.number().int().optional() });

export const deviceKinds = ['tablet', 'phone'] as const;
export const platforms = ['ios', 'android'] as const;

export const personRecordSchema = z.object({
  userId,
  name: text,
  role: z.enum(['student', 'staff']),
  dateOfBirth: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  lastFour: z.string().regex(/^[A-Za-z0-9]{4}$/),
  passwordHash: z.string(),
});

export const deviceRecordSchema = z.object({
  id: text,
  userId,
  name: text,
  kind: z.enum(deviceKinds),
  platform: z.enum(platforms),
  methods: z.array(factorMethodSchema),
  isDefault: z.boolean(),
  addedAt: instant,
  /** TOTP key, base32. */
  key: z.string(),
  accepted: acceptedSteps,
});
export type DeviceRecord = z.infer<typeof deviceRecordSchema>;

const phoneRecordSchema = z.object({
  id: text,
  label: text,
  accounts: z.array(z.object({ deviceId: text, userId, name: text, key: z.string() })),
});

const recoveryRecordSchema = z.object({
  userId,
  hash: z.string(),
  expiresAt: instant,
  usedBy: z.array(z.enum(['gateway', 'portal'])),
});

export const triesRecordSchema = z.object({
  userId,
  /** Consecutive failures. */
  password: z.number().int(),
  passcode: z.number().int(),
  lockedUntil: instant,
});
export type TriesRecord = z.infer<typeof triesRecordSchema>;

export const sessionRecordSchema = z.object({
  id: text,
  userId,
  installation: text,
  client: z.string(),
  ticketHash: z.string(),
  startedAt: instant,
  expiresAt: instant,
  extensions: z.number().int(),
});
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** A browser that a person called theirs: it needs no second factor for a while. */
const trustedBrowserRecordSchema = z.object({ userId, tokenHash: z.string(), expiresAt: instant });

/** A security key (WebAuthn). `publicKey`: SubjectPublicKeyInfo, DER, base64url. */
const securityKeyRecordSchema = z.object({
  id: text,
  userId,
  name: text,
  /** Base64url, as the authenticator made it. */
  credentialId: z.string(),
  publicKey: z.string(),
  /** COSE algorithm number. */
  algorithm: z.number().int(),
  signCount: z.number().int(),
  addedAt: instant,
});

export const documentVersion = 1;
export const documentSchema = z.object({
  version: z.literal(documentVersion),
  people: z.array(personRecordSchema),
  devices: z.array(deviceRecordSchema),
  phones: z.array(phoneRecordSchema),
  recovery: z.array(recoveryRecordSchema),
  tries: z.array(triesRecordSchema),
  sessions: z.array(sessionRecordSchema),
  // Documents of an older campus lack these
  trustedBrowsers: z.array(trustedBrowserRecordSchema).default([]),
  securityKeys: z.array(securityKeyRecordSchema).default([]),
});
export type CampusDocument = z.infer<typeof documentSchema>;

/** The document of a campus without people. */
export const emptyDocument = (): CampusDocument => ({
  version: documentVersion,
  people: [],
  devices: [],
  phones: [],
  recovery: [],
  tries: [],
  sessions: [],
  trustedBrowsers: [],
  securityKeys: [],
});

/** A user ID in the form for comparing: ignoring case and spaces around it. */
export const plainUserId = (typed: string): string => typed.trim().toLowerCase();
