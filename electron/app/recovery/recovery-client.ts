import * as z from 'zod/mini';
import { clockOffset, toLocalTime, paramsToLocalTime } from '../../../shared/clocks.ts';
import { fail, failureOf, type FailureCode } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import {
  passcodeReplySchema,
  portalSignInSchema,
  recoveryErrorSchema,
  recoveryPaths,
  rolesReplySchema,
  verifyReplySchema,
  type Identity,
  type PortalSignIn,
} from '../../../shared/recovery.ts';
import type { CertificateVerifier } from '../../trust/verifier.ts';
import { httpsJson, type RouteThroughProxy } from '../../net/https.ts';

const limits = { timeoutMs: 15_000, maxBytes: 64 * 1024 };

/** A client of the recovery service's JSON interface (`shared/recovery.ts`). Fails with `recovery-*`, `account-locked` or `certificate-*`. */
export class RecoveryClient {
  private readonly base: string;

  constructor(
    private readonly profile: Profile,
    private readonly verifier: CertificateVerifier,
    private readonly signal: AbortSignal,
    private readonly now: () => number,
    /** BCP 47 tag: the names of roles are texts. */
    private readonly language: string,
    private readonly routeThroughProxy?: RouteThroughProxy,
  ) {
    if (!profile.recovery) throw fail('recovery-unavailable');
    this.base = profile.recovery.address;
  }

  async roles(): Promise<z.infer<typeof rolesReplySchema>> {
    return (await this.call('GET', recoveryPaths.roles, undefined, rolesReplySchema)).reply;
  }

  async verify(identity: Identity): Promise<z.infer<typeof verifyReplySchema>> {
    return (await this.call('POST', recoveryPaths.verify, identity, verifyReplySchema)).reply;
  }

  async passcode(token: string, password: string): Promise<z.infer<typeof passcodeReplySchema>> {
    const { reply, ahead } = await this.call('POST', recoveryPaths.passcode, { token, password }, passcodeReplySchema);
    return { ...reply, expiresAt: toLocalTime(reply.expiresAt, ahead) };
  }

  async portalSignIn(token: string): Promise<PortalSignIn> {
    const { reply, ahead } = await this.call('POST', recoveryPaths.portalSignIn, { token }, portalSignInSchema);
    return { ...reply, expiresAt: toLocalTime(reply.expiresAt, ahead) };
  }

  /** `ahead`: how far our clock is ahead of the service's, in milliseconds. */
  private async call<S extends z.core.$ZodType>(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    schema: S,
  ): Promise<{ reply: z.output<S>; ahead: number }> {
    const { connectTo } = this.profile;
    const reply = await httpsJson(new URL(path, this.base).href, this.verifier, {
      ...limits,
      method,
      language: this.language,
      ...(body === undefined ? {} : { body }),
      ...(connectTo ? { connectTo } : {}),
      routeThroughProxy: this.routeThroughProxy,
      signal: this.signal,
    }).catch((error: unknown) => {
      throw asRecoveryFailure(error, new URL(this.base).hostname);
    });
    const ahead = clockOffset(reply.json, this.now());
    if (reply.status === 200) {
      const parsed = z.safeParse(schema, reply.json);
      if (parsed.success) return { reply: parsed.data, ahead };
    }
    const refusal = recoveryErrorSchema.safeParse(reply.json);
    if (refusal.success) throw fail(refusal.data.error, refusal.data.params && paramsToLocalTime(refusal.data.params, ahead));
    throw fail('recovery-unreachable', { host: new URL(this.base).hostname }, { detail: `HTTP ${reply.status}` });
  }
}

const networkCodes: readonly FailureCode[] = [
  'gateway-unreachable',
  'gateway-name-unknown',
  'gateway-silent',
  'gateway-not-secure',
  'gateway-protocol',
  'gateway-closed',
  'gateway-busy',
];

function asRecoveryFailure(error: unknown, host: string): unknown {
  const failure = failureOf(error);
  return networkCodes.includes(failure.code)
    ? fail('recovery-unreachable', { host }, { detail: failure.detail ?? failure.code, cause: error })
    : error;
}
