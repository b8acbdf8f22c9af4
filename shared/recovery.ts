import * as z from 'zod/mini';
import { failureCodes, failureParamsSchema, failureSchema } from './failure.ts';
import { instantSchema } from './instant.ts';
import { plainLine } from './plain-text.ts';

/**
 * The recovery service's JSON interface, `causeway.recovery.v1`: three POSTs below the recovery address, each answered
 * with its result or an error. Also the state of the client's own recovery screens.
 */
export const recoveryPaths = {
  roles: '/api/recovery/v1/roles',
  verify: '/api/recovery/v1/verify',
  passcode: '/api/recovery/v1/passcode',
  portalSignIn: '/api/recovery/v1/portal-sign-in',
} as const;
/** How long a verified identity is valid. */
export const recoveryTokenMs = 10 * 60_000;

const text = z.string().check(z.minLength(1), z.maxLength(200));

export const identitySchema = z.object({
  role: text,
  userId: text,
  dateOfBirth: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)),
  lastFour: z.string().check(z.regex(/^[A-Za-z0-9]{4}$/)),
});
export type Identity = z.infer<typeof identitySchema>;

const recoveryRoleSchema = z.object({ id: text, label: text.check(z.overwrite(plainLine)) });
export const rolesReplySchema = z.object({ roles: z.array(recoveryRoleSchema).check(z.minLength(1), z.maxLength(20)) });
/** The token stands for the verified identity in the next two calls. */
export const verifyReplySchema = z.object({ token: text });
export const passcodeRequestSchema = z.object({ token: text, password: z.string().check(z.maxLength(1024)) });
export const passcodeReplySchema = z.object({ passcode: z.string().check(z.regex(/^\d{9}$/)), expiresAt: instantSchema });
/** After the passcode: a one-time portal sign-in, as in the access protocol. */
export const portalSignInRequestSchema = z.object({ token: text });
export const portalSignInSchema = z.object({ action: z.url().check(z.maxLength(500)), token: text, expiresAt: instantSchema });
export type PortalSignIn = z.infer<typeof portalSignInSchema>;
/** With status 4xx. */
export const recoveryErrorSchema = z.object({ error: z.enum(failureCodes), params: z.optional(failureParamsSchema) });

/** The person's place in the recovery screens. Holds nothing that they typed and no passcode. */
export const recoveryStateSchema = z.discriminatedUnion('step', [
  z.object({ step: z.literal('closed') }),
  /** The campus has its own recovery pages. They are open in the person's web browser. */
  z.object({ step: z.literal('site') }),
  z.object({ step: z.literal('loading') }),
  z.object({ step: z.literal('failed'), failure: failureSchema }),
  /** One form: role, identity and password. The service gets the password only once it has verified the identity. */
  z.object({ step: z.literal('identity'), roles: z.array(recoveryRoleSchema), busy: z.boolean(), failure: z.nullable(failureSchema) }),
  /** `answersGateway`: the next step enters the passcode at the gateway too. Otherwise the person does, on the campus's own page. */
  z.object({ step: z.literal('passcode'), expiresAt: instantSchema, answersGateway: z.boolean() }),
]);
export type RecoveryState = z.infer<typeof recoveryStateSchema>;
