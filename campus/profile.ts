import { profileVersion, type Profile } from '../shared/profile.ts';
import type { SignInKind } from './sign-in-kind.ts';

/** The campus's name. The on-campus probe answers with it. */
export const campusName = 'campus.test';
export const issuerName = 'Campus Test University';
export const portalHost = '2fa.campus.test';
export const portalAddress = `https://${portalHost}/`;
const onCampusPath = '/.well-known/causeway-on-campus';

export const gatewayHost = 'vpn.campus.test';
const recoveryHost = 'recovery.campus.test';
/** The page-based sign-in: ADFS's form, and the prompt for the second factor. */
export const loginHost = 'login.campus.test';
export const duoHost = 'duo.campus.test';

interface ProfileOptions {
  port: number;
  portalPort: number;
  authorityPem: string;
  signIn?: SignInKind;
}

/**
 * The profile that this campus publishes. Its names are not in DNS: `connectTo` leads them to loopback. It names the
 * portal's port even off campus, where nothing listens on it.
 */
export function campusProfile({ port, portalPort, authorityPem, signIn = 'forms' }: ProfileOptions): Profile {
  const pages = signIn === 'pages';
  const here = [gatewayHost, recoveryHost, ...(pages ? [loginHost, duoHost] : [])];
  return {
    version: profileVersion,
    ...(pages ? byPages(port) : byForms),
    gateways: [`${gatewayHost}:${port}`],
    labels: { userId: 'UMPASS user ID', password: 'UMPASS password' },
    portal: { address: portalAddress, hosts: [portalHost], pages: 'causeway.portal.v1' },
    recovery: { address: `https://${recoveryHost}:${port}/`, interface: 'causeway.recovery.v1' },
    onCampus: { probe: new URL(onCampusPath, portalAddress).href, campus: campusName },
    trust: { kind: 'authority', pem: authorityPem },
    helpDesk: { name: 'ICT help desk', phone: '+853 0000 0000', email: 'help@campus.test' },
    connectTo: [...here.map((host) => ({ host, port, loopbackPort: port })), { host: portalHost, port: 443, loopbackPort: portalPort }],
  };
}

type SignInPart = Pick<Profile, 'id' | 'name' | 'protocol' | 'tunnel' | 'browser'>;

const byForms: SignInPart = { id: 'campus-test', name: issuerName, protocol: 'campus', tunnel: 'relay' };

/** It has an ID of its own, so that a client can have both profiles. */
const byPages = (port: number): SignInPart => ({
  id: 'campus-test-pages',
  name: `${issuerName} (web sign-in)`,
  protocol: 'nc',
  tunnel: 'app',
  browser: {
    hosts: [`${loginHost}:${port}`, `${duoHost}:${port}`],
    form: 'adfs',
    formHosts: [`${loginHost}:${port}`],
    keep: true,
  },
});
