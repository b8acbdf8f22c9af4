import type { PolicyKey } from '../../shared/policy/keys.ts';
import type { PolicyValue } from '../../shared/policy/schema.ts';

/** A value of each key, for the samples. */
export const examples: { readonly [K in PolicyKey]: PolicyValue<K> } = {
  profiles: [
    '/etc/causeway/campus.causeway',
    { address: 'https://campus.example', pins: ['JEjnOQ0aoGAgqy4N0s2MMLEmkjKkL4PDlCTfdHQm3EU='] },
  ],
  addProfiles: false,
  allowedGateways: ['vpn.campus.example', '*.cluster.campus.example'],
  rememberPasswords: false,
  keptCodes: true,
  keepPageSignIns: false,
  certificates: 'strict',
  oldTls: 'refuse',
  wildcardHosts: false,
  sandboxRequired: true,
  tunnel: 'app',
  trustedNetwork: 'profile',
  keepAlive: 'profile',
  quickConnect: true,
  alwaysConnect: true,
  userAgent: 'AnyConnect Windows 4.10.06079',
  reportedSystem: 'win',
  language: 'system',
  startAtSignIn: true,
  updates: 'automatic',
  updateChannel: 'stable',
  updateFeed: 'https://mirror.campus.example/causeway',
  helpDesk: { name: 'IT service desk', phone: '+853 0000 0000', email: 'help@campus.example', address: 'https://it.campus.example' },
  managedBy: { name: 'IT', caption: 'Ask us if something does not work for you.', address: 'https://it.campus.example' },
  logLevel: 'info',
  openconnectFrom: 'installer',
  library: '/opt/openconnect/lib/libopenconnect.so.5',
  openconnect: '/opt/openconnect/sbin/openconnect',
  ocproxy: '/opt/ocproxy/bin/ocproxy',
  hostCheckWrapper: '/usr/libexec/openconnect/hipreport.sh',
};
