import * as z from 'zod';
import { fail, failureOf, type FailureCode } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import {
  passcodeReplySchema,
  portalSignInSchema,
  recoveryErrorSchema,
  recoveryPaths,
  rolesReplySchema,
  verifyReplySchema,
  type Identity,
  type PortalSignIn,
} from '../../shared/recovery.ts';
import type { CertificateJudge } from '../trust/certificate.ts';
import { httpsJson } from '../trust/https.ts';

const limits = { timeoutMs: 15_000, maxBytes: 64 * 1024 };

/** The recovery service's JSON interface (`shared/recovery.ts`), called from this computer. Fails with `recovery-*`, `account-locked` or `certificate-*`. */
export class RecoveryClient {
  private readonly base: string;

  constructor(
    private readonly profile: Profile,
    private readonly judge: CertificateJudge,
    private readonly signal: AbortSignal,
  ) {
    if (!profile.recovery) throw fail('recovery-unavailable');
    this.base = profile.recovery.address;
  }

  roles() {
    return this.call('GET', recoveryPaths.roles, undefined, rolesReplySchema);
  }

  verify(identity: Identity) {
    return this.call('POST', recoveryPaths.verify, identity, verifyReplySchema);
  }

  passcode(token: string, password: string) {
    return this.call('POST', recoveryPaths.passcode, { token, password }, passcodeReplySchema);
  }

  portalSignIn(token: string): Promise<PortalSignIn> {
    return this.call('POST', recoveryPaths.portalSignIn, { token }, portalSignInSchema);
  }

  private async call<S extends z.core.$ZodType>(method: 'GET' | 'POST', path: string, body: unknown, schema: S): Promise<z.output<S>> {
    const { connectTo } = this.profile;
    const reply = await httpsJson(new URL(path, this.base).href, this.judge, {
      ...limits,
      method,
      ...(body === undefined ? {} : { body }),
      ...(connectTo ? { connectTo } : {}),
      signal: this.signal,
    }).catch((error: unknown) => {
      throw inRecoveryTerms(error, new URL(this.base).hostname);
    });
    if (reply.status === 200) {
      const parsed = z.safeParse(schema, reply.json);
      if (parsed.success) return parsed.data;
    }
    const refusal = recoveryErrorSchema.safeParse(reply.json);
    if (refusal.success) throw fail(refusal.data.error, refusal.data.params);
    throw fail('recovery-unreachable', { host: new URL(this.base).hostname }, { detail: `HTTP ${reply.status}` });
  }
}

const network: readonly FailureCode[] = [
  'gateway-unreachable',
  'gateway-name-unknown',
  'gateway-silent',
  'gateway-not-secure',
  'gateway-protocol',
  'gateway-closed',
  'gateway-busy',
];

function inRecoveryTerms(error: unknown, host: string): unknown {
  const failure = failureOf(error);
  return network.includes(failure.code)
    ? fail('recovery-unreachable', { host }, { detail: failure.detail ?? failure.code, cause: error })
    : error;
}
