import type { KeptCookie } from '../../shared/kept-cookie.ts';

/** The cookie by which a sign-in page knows this computer again, for a day from `now` (epoch milliseconds). */
export const deviceCookie = (value: string, now: number): KeptCookie => ({
  name: 'device',
  value,
  domain: 'idp.campus.test',
  hostOnly: true,
  path: '/',
  secure: true,
  httpOnly: true,
  expirationDate: now / 1000 + 86_400,
  sameSite: 'lax',
});
