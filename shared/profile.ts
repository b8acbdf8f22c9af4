import * as z from 'zod/mini';
import { fail, type CausewayError } from './failure.ts';
import { jsonSyntaxError } from './json-syntax-error.ts';
import { reachSchema } from './phone-words.ts';
import { plainLine, plainText } from './plain-text.ts';
import { unknownIn, withoutWrong, wrongIn } from './profile-parts.ts';

/**
 * Profiles: where to connect and how. A profile names hosts, labels and trust. It never names a program or a library on
 * disk. Files end in `.causeway` and hold this as JSON, {@link maxProfileBytes} at most.
 */
export const maxProfileBytes = 64 * 1024;
export const profileVersion = 1;
/** How many unknown keys of a profile are named. The rest are not. */
const maxNamed = 20;
/** Where a campus publishes its profile: `https://<address>` + this path. */
export const discoveryPath = '/.well-known/causeway.json';

/**
 * What a text of a profile names: a party that gets data or whose pages are shown (`host`, `address`, `gateway`), a
 * trusted key or authority, or only words. Every text of the schema says which, so that the preview can show what a
 * profile does (`profile-contents.ts`).
 */
export type Names = 'gateway' | 'host' | 'address' | 'pin' | 'authority' | 'words';
export const naming = z.registry<{ names: Names }>();

/** Whether the port of `host[:port]` is one: 1 to 65,535. */
const hasPort = (address: string): boolean => {
  const { port } = splitHost(address);
  return port >= 1 && port <= 65_535;
};

/** Shown to people, so it may contain nothing invisible. */
const name = z.string().check(z.overwrite(plainLine), z.trim(), z.minLength(1), z.maxLength(120)).register(naming, { names: 'words' });
const hostName = z
  .string()
  .check(z.regex(/^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/))
  .register(naming, { names: 'host' });
const gateway = z
  .string()
  .check(z.regex(/^([A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:]{2,39}(\.\d{1,3}){0,3}\])(:\d{1,5})?$/), z.refine(hasPort))
  .register(naming, { names: 'gateway' });
const port = z.number().check(z.int(), z.minimum(1), z.maximum(65_535));
const httpsAddress = z
  .url({ protocol: /^https$/ })
  .check(z.maxLength(500))
  .register(naming, { names: 'address' });
/** Text that only goes back to its author, or that is shown. */
const onlyText = <S extends z.core.$ZodType<string>>(schema: S): S => {
  naming.add(schema, { names: 'words' });
  return schema;
};

/** A host of a sign-in page, with its port unless that is 443. One leading `*.` label stands for any one label, if policy allows that. */
const pageHost = z
  .string()
  .check(z.regex(/^(?=.{1,261}$)(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/), z.refine(hasPort))
  .register(naming, { names: 'gateway' });
const selector = onlyText(z.string().check(z.minLength(1), z.maxLength(200)));
/**
 * The form on the campus's own page that the app fills in once: ADFS's (its ids are the same everywhere), or another one
 * by CSS selectors. `error` is the element that says why a try failed.
 */
export const signInFormSchema = z.union([
  z.literal('adfs'),
  z.object({ user: selector, password: selector, submit: selector, error: selector }),
]);
export type SignInForm = z.infer<typeof signInFormSchema>;
/** SHA-256 of a server key (SubjectPublicKeyInfo), base64. */
const pin = z
  .string()
  .check(z.regex(/^[A-Za-z0-9+/]{43}=$/))
  .register(naming, { names: 'pin' });
/** A PEM bundle of the campus's own authority. */
const pem = z
  .string()
  .check(z.regex(/^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/), z.maxLength(32_768))
  .register(naming, { names: 'authority' });
/**
 * How to sign in. `campus` is our own access protocol (`docs/protocol.md`). The others are OpenConnect's names for Cisco
 * AnyConnect and ocserv, Juniper and Ivanti on the web, Ivanti's own, GlobalProtect, F5, Fortinet and Array.
 */
export const gatewayProtocolSchema = z.enum(['campus', 'anyconnect', 'nc', 'pulse', 'gp', 'f5', 'fortinet', 'array']);
export type GatewayProtocol = z.infer<typeof gatewayProtocolSchema>;

/**
 * How traffic flows: through the gateway's `relay` (protocol `campus`), through a tunnel for this `app` alone, which needs
 * no administrator, or through a tunnel for the whole `system`.
 */
const tunnelKindSchema = z.enum(['relay', 'app', 'system']);

/**
 * How the second factor appears in the forms of a gateway that does not know it: a field for a code, Duo's numbered menu,
 * a second password that accepts `push` or a passcode, or `password,passcode` in one field.
 */
const secondFactorStyleSchema = z.enum(['otp-field', 'duo-challenge', 'duo-second-password', 'append']);

export const trustSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('system') }),
  /** These keys only, whoever signed them. */
  z.object({ kind: z.literal('pin'), spkiSha256: z.array(pin).check(z.minLength(1), z.maxLength(10)) }),
  /** The campus's own authority, besides the system's. */
  z.object({ kind: z.literal('authority'), pem }),
]);
export type Trust = z.infer<typeof trustSchema>;

export const profileSchema = z.object({
  version: z.literal(profileVersion),
  id: onlyText(z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/))),
  name,
  /** host or host:port, best first. An IPv6 address is in brackets. */
  gateways: z.array(gateway).check(z.minLength(1), z.maxLength(20)),
  /** Which gateway is tried first: the first in order that answers, or the one that answers soonest. */
  gatewayChoice: z.optional(z.enum(['order', 'quickest'])),
  protocol: gatewayProtocolSchema,
  tunnel: tunnelKindSchema,
  /**
   * Whether the tunnel also carries packets by UDP (DTLS, ESP). Default: `true`, except with `nc`: its TLS connection carries
   * nothing while ESP is up, so routers forget it, and the session ends.
   */
  udp: z.optional(z.boolean()),
  /**
   * Whether the tunnel sends a small query of its own in each minute without traffic, so that nothing on the way forgets it.
   * Default: unless the gateway states after how much idle time it ends a session. `true`: then too. `false`: never.
   */
  keepAlive: z.optional(z.boolean()),
  /**
   * Where on the gateway to sign in, if not on its front page: `/realm`, or the address of a sign-in page or a group, with
   * its query (FortiGate's `/remote/login?realm=…`).
   */
  signInPath: z.optional(
    onlyText(z.string().check(z.regex(/^\/[A-Za-z0-9._~!$&'()*+,;=:@%/-]{0,200}(\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,200})?$/))),
  ),
  /** The realm, group or role that is chosen without a question, by its name or label. */
  realm: z.optional(name),
  secondFactor: z.optional(secondFactorStyleSchema),
  /** How password and passcode are joined if `secondFactor` is `append`. Default: the password first, then a comma. */
  append: z.optional(
    z.object({
      separator: z.optional(onlyText(z.string().check(z.regex(/^[\x20-\x7e]{0,5}$/)))),
      order: z.optional(z.enum(['password-first', 'passcode-first'])),
    }),
  ),
  /** This campus's own words that reach a phone, and what each does. Only a person may type them. */
  secondFactorWords: z.optional(
    z
      .record(onlyText(z.string().check(z.trim(), z.minLength(1), z.maxLength(40))), reachSchema)
      .check(z.refine((words) => Object.keys(words).length <= 20)),
  ),
  /** This campus's own words that mark a question for a new password. */
  newPasswordWords: z.optional(z.array(name).check(z.maxLength(20))),
  /** The campus's terms, for gateways whose protocol hides theirs. Shown before the first contact. */
  notice: z.optional(onlyText(z.string().check(z.overwrite(plainText), z.minLength(1), z.maxLength(20_000)))),
  /** People sign in on the campus's own page (SAML, Duo's page). */
  browser: z.optional(
    z.object({
      address: z.optional(httpsAddress),
      /** The only hosts that the page may load from, besides the gateway's own and Duo's. */
      hosts: z.array(pageHost).check(z.minLength(1), z.maxLength(20)),
      /** The page's form. Our Sign in screen asks first, and the app fills the form in once. */
      form: z.optional(signInFormSchema),
      /** Where that form may be filled in: only these of the `hosts`. Default: all of them except patterns. */
      formHosts: z.optional(z.array(pageHost).check(z.minLength(1), z.maxLength(5))),
      /** Whether people may keep the page's own sign-in on this computer ("remember this device"). */
      keep: z.optional(z.boolean()),
    }),
  ),
  /** The gateway asks for a client certificate. */
  clientCertificate: z.optional(z.boolean()),
  /** A key for one-time codes may be saved in the keychain and answer by itself, if policy allows it too. */
  keptCodes: z.optional(z.boolean()),
  labels: z.object({ userId: name, password: name }),
  portal: z.object({
    address: httpsAddress,
    /** The only hosts that the portal view may load from. */
    hosts: z.array(hostName).check(z.minLength(1), z.maxLength(20)),
    /** Whether its pages have the addresses that the guide can follow. */
    pages: z.enum(['causeway.portal.v1', 'other']),
  }),
  /** The public recovery site. With our interface, its steps are our own screens. `other` opens in the view. */
  recovery: z.optional(z.object({ address: httpsAddress, interface: z.enum(['causeway.recovery.v1', 'other']) })),
  /** Reachable only on campus: an address whose JSON body contains `campus` with this value. */
  onCampus: z.optional(z.object({ probe: httpsAddress, campus: onlyText(z.string().check(z.maxLength(120))) })),
  trust: trustSchema,
  helpDesk: z.optional(
    z.object({ name: z.optional(name), phone: z.optional(name), email: z.optional(name), address: z.optional(httpsAddress) }),
  ),
  /**
   * For a campus on this machine, whose names are in no DNS: connections to host:port go to this loopback port instead.
   * Certificates are still checked for `host`. Only loopback can be named.
   */
  connectTo: z.optional(z.array(z.object({ host: hostName, port, loopbackPort: port })).check(z.maxLength(20))),
});
export type Profile = z.infer<typeof profileSchema>;

/** Defaults for keys that a profile may omit or get wrong and still be useful. */
const defaults = {
  protocol: 'campus',
  labels: { userId: 'User ID', password: 'Password' },
  trust: { kind: 'system' },
} as const;
/** Without these there is nothing to connect to. `trust` is one of them because a damaged one must never become a weaker one. */
const essential: readonly string[] = ['version', 'id', 'name', 'gateways', 'portal', 'protocol', 'tunnel', 'trust'];

/** Essential keys whose value is one of a few words. */
const choices: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['protocol', gatewayProtocolSchema.options],
  ['tunnel', tunnelKindSchema.options],
]);

export interface ReadProfile {
  profile: Profile;
  /** Keys that were dropped because they were unknown or wrong. They are reported to the person. */
  dropped: string[];
}

/**
 * Reads a profile from its JSON text. An unknown or wrong key is dropped and named, and the rest is kept. Throws
 * `profile-syntax` (params: line, column); `profile-choice` (params: key, allowed) if an essential key has a word that is
 * not allowed; and `profile-invalid` (params: key) if an essential key is missing or otherwise wrong.
 */
export function readProfile(text: string): ReadProfile {
  if (text.length > maxProfileBytes) throw fail('profile-invalid', { key: 'size' });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    const place = jsonSyntaxError(text);
    throw place ? fail('profile-syntax', { ...place }, { cause }) : fail('profile-invalid', { key: 'JSON' }, { cause });
  }
  const object = z.record(z.string(), z.unknown()).safeParse(raw);
  if (!object.success) throw fail('profile-invalid', { key: 'JSON' });
  const valid: Record<string, unknown> = {};
  const dropped: string[] = [];
  const name = (paths: readonly string[]): void => {
    for (const path of paths) if (dropped.length < maxNamed) dropped.push(plainLine(path).slice(0, 60));
  };
  const withDefaults: Record<string, unknown> = { ...defaults, ...object.data };
  withDefaults['tunnel'] ??= withDefaults['protocol'] === 'campus' ? 'relay' : 'app';
  for (const [key, value] of Object.entries(withDefaults)) {
    const schema = Object.hasOwn(profileSchema.shape, key) ? profileSchema.shape[key as keyof typeof profileSchema.shape] : undefined;
    if (schema?.safeParse(value).success) {
      valid[key] = value;
      name(unknownIn(schema, value, key));
      continue;
    }
    if (essential.includes(key)) throw wrong(key);
    const right = schema && withoutWrong(schema, value);
    // A list of which nothing is left says nothing
    const rest = Array.isArray(right) && right.length === 0 ? undefined : right;
    if (rest !== undefined) valid[key] = key === 'browser' ? withoutWiderForm(value, rest) : rest;
    name(schema ? [...wrongIn(schema, value, key), ...(rest === undefined ? [] : unknownIn(schema, value, key))] : [key]);
  }
  if (!('labels' in valid)) valid['labels'] = defaults.labels;
  const parsed = profileSchema.safeParse(valid);
  if (!parsed.success) throw fail('profile-invalid', { key: String(parsed.error.issues[0]?.path[0] ?? 'JSON') });
  // Only our own gateways have a relay, and they have nothing else
  const isOurs = parsed.data.protocol === 'campus';
  if (isOurs !== (parsed.data.tunnel === 'relay'))
    throw wrong(
      'tunnel',
      tunnelKindSchema.options.filter((tunnel) => (tunnel === 'relay') === isOurs),
    );
  const { browser } = parsed.data;
  // A pattern never gets the password: people would be asked for one that goes nowhere
  if (browser?.form === undefined || (browser.formHosts ?? browser.hosts.filter((host) => !host.startsWith('*.'))).length > 0)
    return { profile: parsed.data, dropped };
  name(['browser.form']);
  return { profile: { ...parsed.data, browser: withoutForm(browser) }, dropped };
}

/** A sign-in page whose form people fill in themselves. */
export function withoutForm({ address, hosts, keep }: NonNullable<Profile['browser']>): NonNullable<Profile['browser']> {
  return { hosts, ...(address !== undefined && { address }), ...(keep !== undefined && { keep }) };
}

/** Without its own hosts a form would count on all of the page's, and get the password there. So it goes with them. */
function withoutWiderForm(before: unknown, rest: unknown): unknown {
  const [had, has] = [before, rest].map((value) => z.record(z.string(), z.unknown()).safeParse(value).data ?? {});
  if (!had || !has || !('formHosts' in had) || 'formHosts' in has) return rest;
  return Object.fromEntries(Object.entries(has).filter(([key]) => key !== 'form'));
}

/** The failure for a key without which there is nothing to connect to. */
function wrong(key: string, allowed = choices.get(key)): CausewayError {
  return allowed ? fail('profile-choice', { key, allowed: allowed.join(', ') }) : fail('profile-invalid', { key });
}

/** The host and port of `host[:port]`. The default port is 443. An IPv6 address is returned without its brackets. */
export function splitHost(address: string): { host: string; port: number } {
  const [, inBrackets, name, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(address) ?? [];
  return { host: inBrackets ?? name ?? address, port: port === undefined ? 443 : Number(port) };
}
