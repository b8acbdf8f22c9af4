import type { Profile } from '../../../shared/profile.ts';
import type { KeepAlive, OpenConnectGrant } from '../gateway.ts';

const keepAliveOf = ({ keepAlive }: Profile): KeepAlive => {
  if (keepAlive === undefined) return 'without-limit';
  return keepAlive ? 'always' : 'never';
};

/**
 * What a profile says about its tunnel, with the defaults. UDP is off for `nc` because openconnect sends nothing over TLS
 * while ESP is up (`oncp.c`, still so in 9.21), so what is on the way forgets the TLS connection after some minutes.
 */
export const tunnelSettings = (profile: Profile): Pick<OpenConnectGrant, 'udp' | 'keepAlive'> => ({
  udp: profile.udp ?? profile.protocol !== 'nc',
  keepAlive: keepAliveOf(profile),
});
