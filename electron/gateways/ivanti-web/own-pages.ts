import type { Failure } from '../../../shared/failure.ts';
import { shownAs } from '../../net/endpoint.ts';
import { ownPage } from '../gateway-pages.ts';
import type { GatewayTarget } from '../gateway.ts';

/**
 * The gateway's own pages during a sign-in, by `p` in their address (`welcome.cgi?p=failed`). Each is shown, and the person
 * continues from it if they can. If they close such a page, the code says where they stopped. Notices (`sn-preauth-show`),
 * realms, roles and questions for a code have no entry: closing one of those is just `browser-closed`.
 */
const pageCodes: Readonly<Record<string, Failure['code']>> = {
  'preauth': 'host-check',
  'remediate': 'host-check',
  'user-confirm': 'session-limit',
  'failed': 'page-refused',
  'account-locked-out': 'account-locked-out',
  'timed-out': 'sign-in-timed-out',
  'forced-off': 'session-revoked',
  'logout': 'page-signed-out',
};

/** The same for pages with a path of their own. */
const pathCodes: readonly (readonly [path: RegExp, code: Failure['code']])[] = [
  [/\/remediat\w*\.cgi$/i, 'host-check'],
  [/\/logout\.cgi$/i, 'page-signed-out'],
];

/** A page that wants a new password: `p=passwordChange` and the like. */
const changesPassword = /^(pass|pw)\w*-?(change|expir)/i;

/** Why the sign-in stopped, if the person closed it at this page of the gateway. `browser-closed` for every other page. */
export function stoppedAt(address: string, target: GatewayTarget): Failure {
  const page = ownPage(address, target);
  const why = page?.searchParams.get('p') ?? '';
  const code =
    (Object.hasOwn(pageCodes, why) ? pageCodes[why] : undefined) ??
    (changesPassword.test(why) ? 'new-password-wanted' : undefined) ??
    pathCodes.find(([path]) => page !== null && path.test(page.pathname))?.[1];
  return code === undefined ? { code: 'browser-closed' } : { code, params: { host: shownAs(target) } };
}
