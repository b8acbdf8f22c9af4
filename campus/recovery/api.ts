import {
  identitySchema,
  passcodeReplySchema,
  passcodeRequestSchema,
  portalSignInRequestSchema,
  portalSignInSchema,
  recoveryErrorSchema,
  recoveryPaths,
  rolesReplySchema,
  verifyReplySchema,
} from '../../shared/recovery.ts';
import type { FailureCode } from '../../shared/failure.ts';
import type { Now } from '../clock.ts';
import { speechFor } from '../pages/languages.ts';
import type { Excuse, Site } from '../pages/listener.ts';
import { failureForClients } from '../internal-failure.ts';
import { json } from '../pages/reply.ts';
import { readJson } from '../pages/visit.ts';
import type { RecoveryService } from './recovery-service.ts';
import { namedRoles } from './roles.ts';

/** The JSON interface `causeway.recovery.v1` (shared/recovery.ts). */
export function addRecoveryApi(router: Site, recoveryService: RecoveryService, now: Now): void {
  router.get(recoveryPaths.roles, (visit) => json(rolesReplySchema.parse({ roles: namedRoles(speechFor(visit).words) })));
  router.post(recoveryPaths.verify, async (visit) => {
    const identity = await readJson(visit, identitySchema);
    return json(verifyReplySchema.parse({ token: recoveryService.verify(identity) }));
  });
  router.post(recoveryPaths.passcode, async (visit) => {
    const { token, password } = await readJson(visit, passcodeRequestSchema);
    return json({ ...passcodeReplySchema.parse(await recoveryService.passcode(token, password)), now: now() });
  });
  router.post(recoveryPaths.portalSignIn, async (visit) => {
    const { token } = await readJson(visit, portalSignInRequestSchema);
    return json({ ...portalSignInSchema.parse(recoveryService.portalSignIn(token)), now: now() });
  });
}

const statuses: Partial<Record<FailureCode, number>> = {
  'recovery-identity': 403,
  'recovery-password': 403,
  'recovery-timed-out': 410,
  'recovery-limited': 429,
  'account-locked': 429,
  'campus-trouble': 503,
};

/** Answers an error as JSON. The failure's detail is left out: it is for the campus's operator. */
export function recoveryApiExcuse(now: Now): Excuse {
  return (failure, status, visit) => {
    if (!visit.req.path.startsWith('/api/')) return null;
    const { code, params } = failureForClients(failure);
    const untilAt = params?.['untilAt'];
    const headers: Record<string, string> =
      typeof untilAt === 'number' ? { 'Retry-After': String(Math.max(1, Math.ceil((untilAt - now()) / 1000))) } : {};
    return json(
      { ...recoveryErrorSchema.parse({ error: code, ...(params && { params }) }), now: now() },
      statuses[code] ?? status,
      headers,
    );
  };
}
