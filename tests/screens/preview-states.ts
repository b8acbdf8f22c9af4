import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentsOf } from '../../electron/app/profiles/profile-preview.ts';
import { summaryOf } from '../../electron/app/profiles/profile-store.ts';
import { lastRead, readCampus } from '../../electron/storage/campuses.ts';
import type { ProfilePreview } from '../../shared/app-state.ts';
import type { Profile } from '../../shared/profile.ts';
import { campus, minute, now, sha256 } from './base.ts';

/** Profiles that wait for a yes. */

/** A profile with every feature, some of it on other hosts, and a bundle of two authorities. */
const whole: Profile = {
  version: 1,
  id: campus.id,
  name: campus.name,
  gateways: ['vpn.campus.test', 'vpn2.campus.test:8443', 'vpn.harbour.example'],
  gatewayChoice: 'quickest',
  protocol: 'anyconnect',
  tunnel: 'system',
  udp: false,
  keepAlive: true,
  signInPath: '/students',
  realm: '學生 Students',
  secondFactor: 'otp-field',
  notice: '僅限授權用戶。Authorised use only.',
  browser: { address: 'https://login.identity.example/saml', hosts: ['login.identity.example', 'cdn.identity.example'] },
  clientCertificate: true,
  keptCodes: true,
  labels: campus.labels,
  portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test', 'static.campus.test'], pages: 'causeway.portal.v1' },
  recovery: { address: 'https://recover.campus.test/', interface: 'causeway.recovery.v1' },
  onCampus: { probe: 'https://inside.campus.test/probe', campus: 'campus' },
  trust: { kind: 'system' },
  helpDesk: campus.helpDesk ?? {},
  connectTo: [{ host: 'vpn.campus.test', port: 443, loopbackPort: 8443 }],
};
const authority = (subject: string, first: string) => ({
  sha256: `${first}${sha256.slice(2)}`,
  subject,
  validUntil: now + 900 * 24 * 60 * minute,
});
export const preview: ProfilePreview = {
  profile: campus,
  source: 'campus.test',
  typed: true,
  shipped: null,
  contents: {
    ...contentsOf({ ...whole, gateways: ['vpn.campus.test'], browser: undefined, connectTo: undefined }),
    authorities: [authority('CN=Campus Test University Authority', '3F')],
  },
  dropped: [],
  replaces: null,
};
const chinese = { ...campus, name: '澳門測試大學', trust: 'pin' as const };
export const previewWhole: ProfilePreview = {
  ...preview,
  profile: campus,
  contents: {
    ...contentsOf(whole),
    authorities: [authority('CN=Campus Test University Authority', '3F'), authority('CN=Campus Backup Authority', 'A0')],
  },
};
export const previewChinese: ProfilePreview = {
  ...preview,
  profile: chinese,
  source: '校園.causeway',
  typed: false,
  contents: {
    ...contentsOf({ ...whole, name: chinese.name, notice: '本系統僅供授權用戶使用。使用者須遵守大學的資訊科技政策；所有連線均會被記錄。' }),
    pins: ['r8oOqKmHrxTQW6n0rO8bJzZo7m4kq0b1TzQ2l9cYx0E=', 'Zo7m4kq0b1TzQ2l9cYx0Er8oOqKmHrxTQW6n0rO8bJz='],
  },
};

const shippedCampus = readCampus(readFileSync(join(import.meta.dirname, '../../campuses/um.edu.mo.json'), 'utf8'));
export const previewShipped: ProfilePreview = {
  profile: summaryOf(shippedCampus.read.profile),
  source: '',
  typed: false,
  shipped: {
    domain: 'um.edu.mo',
    from: shippedCampus.sources.map(({ from }) => from),
    lastRead: lastRead(shippedCampus.sources),
    signedIn: shippedCampus.signedIn,
  },
  contents: contentsOf(shippedCampus.read.profile),
  dropped: [],
  replaces: null,
};
