import { profileVersion, type Profile } from '../shared/profile.ts';

/** The campus's name. The on-campus probe answers with it. */
export const campusName = 'campus.test';
export const issuerName = 'Campus Test University';
export const portalHost = '2fa.campus.test';
export const portalAddress = `https://${portalHost}/`;
const onCampusPath = '/.well-known/causeway-on-campus';

/**
 * The profile that this campus publishes. Its names are not in DNS: `connectTo` leads them to loopback. It names the
 * portal's port even off campus, where nothing listens on it.
 */
export function campusProfile({ port, portalPort, authorityPem }: { port: number; portalPort: number; authorityPem: string }): Profile {
  const recoveryHost = 'recovery.campus.test';
  return {
    version: profileVersion,
    id: 'campus-test',
    name: issuerName,
    gateways: [`vpn.campus.test:${port}`],
    protocol: 'campus',
    tunnel: 'relay',
    labels: { userId: 'UMPASS user ID', password: 'UMPASS password' },
    portal: { address: portalAddress, hosts: [portalHost], pages: 'causeway.portal.v1' },
    recovery: { address: `https://${recoveryHost}:${port}/`, interface: 'causeway.recovery.v1' },
    onCampus: { probe: new URL(onCampusPath, portalAddress).href, campus: campusName },
    trust: { kind: 'authority', pem: authorityPem },
    helpDesk: { name: 'ICT help desk', phone: '+853 0000 0000', email: 'help@campus.test' },
    connectTo: [
      { host: 'vpn.campus.test', port, loopbackPort: port },
      { host: recoveryHost, port, loopbackPort: port },
      { host: portalHost, port: 443, loopbackPort: portalPort },
    ],
  };
}
