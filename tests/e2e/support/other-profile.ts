import type { Profile } from '../../../shared/profile.ts';

/** A profile for an AnyConnect gateway at the campus's address, so that the app signs in through its openconnect worker. */
export function otherProfile({ gateways, trust, connectTo }: Profile): Profile {
  return {
    version: 1,
    id: 'other',
    name: 'Harbour University',
    protocol: 'anyconnect',
    gateways,
    trust,
    ...(connectTo && { connectTo }),
    tunnel: 'app',
    labels: { userId: 'User ID', password: 'Password' },
    portal: { address: 'https://2fa.harbour.example/', hosts: ['2fa.harbour.example'], pages: 'other' },
  };
}
