import * as z from 'zod/mini';
import { plainLine } from '../plain-text.ts';
import { languageSchema } from '../settings.ts';
import { updateChannels, updateModes } from '../updates.ts';
import { reportedSystemSchema, userAgentSchema } from '../user-agent.ts';
import type { PolicyKey } from './keys.ts';

/** The most profiles and gateways that a policy may list. */
const maxProfiles = 20;
const maxGateways = 100;
const maxPath = 4096;

const line = (most: number): z.ZodMiniType<string, string> =>
  z.string().check(z.overwrite(plainLine), z.trim(), z.minLength(1), z.maxLength(most));
/** Begins with a slash, or as `C:\` or `\\server\` do, and holds no control character. */
const path = z.string().check(z.regex(/^(\/|[A-Za-z]:[\\/]|\\\\)[^\u0000-\u001f\u007f-\u009f]*$/), z.maxLength(maxPath));
const httpsAddress = z.url({ protocol: /^https$/ }).check(z.maxLength(500));
/** An https folder, to which a file's name is added: nothing may follow its path, and no name or password precede its host. */
const httpsFolder = httpsAddress.check(z.regex(/^[^@?#]+$/));
/** What is opened when a person presses it: the web, mail or a telephone. */
const contactAddress = z.string().check(z.regex(/^(https:\/\/|mailto:|tel:)[\x21-\x7e]+$/), z.maxLength(500));
const pin = z.string().check(z.regex(/^(pin-sha256:)?[A-Za-z0-9+/]{43}=$/));

/** A host, `host:port` or `*.domain`, which stands for exactly one label more. */
const gatewayPattern = z
  .string()
  .check(z.regex(/^(?=.{1,261}$)((\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$/));

/** A campus's address, and the keys that its server may have. */
export const profileAddressSchema = z.strictObject({
  address: httpsAddress,
  pins: z.array(pin).check(z.minLength(1), z.maxLength(10)),
});

/**
 * Where a profile of the policy is: a file's path; an address with the keys that its server may have; or the profile itself.
 * A place that holds only text, such as the registry, holds the last two as JSON.
 */
export const profileSourceSchema = z.union([
  path,
  profileAddressSchema,
  z.looseObject({ version: z.number(), id: z.string(), gateways: z.array(z.string()) }),
]);
export type ProfileSource = z.infer<typeof profileSourceSchema>;

const helpDeskSchema = z.object({
  name: z.optional(line(120)),
  phone: z.optional(line(120)),
  email: z.optional(line(120)),
  address: z.optional(httpsAddress),
});

/** Who manages this computer, as people who meet a locked setting see it. */
export const managedBySchema = z.object({
  name: z.optional(line(120)),
  caption: z.optional(line(300)),
  address: z.optional(contactAddress),
});

/** The schema of each key. Every source is checked against it, whatever it is. */
export const policySchemas = {
  profiles: z.array(profileSourceSchema).check(z.maxLength(maxProfiles)),
  addProfiles: z.boolean(),
  allowedGateways: z.array(gatewayPattern).check(z.maxLength(maxGateways)),
  rememberPasswords: z.boolean(),
  keptCodes: z.boolean(),
  keepPageSignIns: z.boolean(),
  certificates: z.enum(['ask', 'strict']),
  oldTls: z.enum(['refuse', 'allow']),
  wildcardHosts: z.boolean(),
  sandboxRequired: z.boolean(),
  tunnel: z.enum(['profile', 'app', 'system']),
  trustedNetwork: z.enum(['profile', 'ignore']),
  keepAlive: z.enum(['profile', 'always', 'never']),
  quickConnect: z.boolean(),
  alwaysConnect: z.boolean(),
  userAgent: userAgentSchema,
  reportedSystem: reportedSystemSchema,
  language: languageSchema,
  startAtSignIn: z.boolean(),
  updates: z.enum(updateModes),
  updateChannel: z.enum(updateChannels),
  updateFeed: z.union([httpsFolder, z.literal('none')]),
  helpDesk: helpDeskSchema,
  managedBy: managedBySchema,
  logLevel: z.enum(['error', 'info', 'debug']),
  openconnectFrom: z.enum(['either', 'installer', 'system']),
  library: path,
  openconnect: path,
  ocproxy: path,
  hostCheckWrapper: path,
} as const satisfies Record<PolicyKey, z.ZodMiniType>;

type Schemas = typeof policySchemas;
/** The value of a key as it is written. */
export type PolicyValue<K extends PolicyKey> = z.infer<Schemas[K]>;

/** The words that a key of the kind `choice` may have. */
export const policyChoices = {
  certificates: policySchemas.certificates.options,
  oldTls: policySchemas.oldTls.options,
  tunnel: policySchemas.tunnel.options,
  trustedNetwork: policySchemas.trustedNetwork.options,
  keepAlive: policySchemas.keepAlive.options,
  reportedSystem: policySchemas.reportedSystem.options,
  language: policySchemas.language.options,
  updates: policySchemas.updates.options,
  updateChannel: policySchemas.updateChannel.options,
  logLevel: policySchemas.logLevel.options,
  openconnectFrom: policySchemas.openconnectFrom.options,
} as const satisfies Partial<Record<PolicyKey, readonly string[]>>;

/** The items of the keys that are lists. A wrong item is dropped and named; the others count. */
export const policyItems = { profiles: profileSourceSchema, allowedGateways: gatewayPattern } as const satisfies Partial<
  Record<PolicyKey, z.ZodMiniType>
>;

/** What each key is without a policy. Null: nothing is decided. */
export const usualPolicy = {
  addProfiles: true,
  allowedGateways: null,
  rememberPasswords: true,
  keptCodes: false,
  keepPageSignIns: true,
  certificates: 'ask',
  oldTls: 'refuse',
  wildcardHosts: false,
  sandboxRequired: false,
  tunnel: 'profile',
  trustedNetwork: 'profile',
  keepAlive: 'profile',
  quickConnect: true,
  alwaysConnect: null,
  userAgent: null,
  reportedSystem: null,
  language: null,
  startAtSignIn: null,
  updates: null,
  updateChannel: 'stable',
  updateFeed: null,
  helpDesk: null,
  managedBy: null,
  logLevel: 'info',
  openconnectFrom: 'either',
  library: null,
  openconnect: null,
  ocproxy: null,
  hostCheckWrapper: null,
} as const satisfies { [K in Exclude<PolicyKey, 'profiles'>]: PolicyValue<K> | null };

/**
 * What a value that is not understood counts as: whatever it was meant to forbid is forbidden. A key that is not here was
 * not meant to forbid anything; a wrong value of it is dropped.
 */
export const strictPolicy = {
  addProfiles: false,
  allowedGateways: [],
  rememberPasswords: false,
  keptCodes: false,
  keepPageSignIns: false,
  certificates: 'strict',
  oldTls: 'refuse',
  wildcardHosts: false,
  sandboxRequired: true,
  trustedNetwork: 'ignore',
  quickConnect: false,
  alwaysConnect: false,
  updates: 'off',
  updateChannel: 'stable',
  updateFeed: 'none',
} satisfies { [K in PolicyKey]?: PolicyValue<K> };
