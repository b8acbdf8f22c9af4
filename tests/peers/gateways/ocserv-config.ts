/** Options for a test's gateway. The defaults are the simplest. */
export interface OcservSettings {
  /** How people sign in; `both` asks for a certificate and then a password. */
  auth?: 'password' | 'password+code' | 'certificate' | 'certificate+password';
  /** Shown before the first form, and after signing in. */
  preLoginBanner?: string;
  banner?: string;
  /** Offered in the first form: names, or `name[Label]`. */
  groups?: readonly string[];
  /** Seconds. */
  sessionTimeout?: number;
  idleTimeout?: number;
  cookieTimeout?: number;
  dpd?: number;
  keepalive?: number;
  /** UDP beside TCP, for clients in the client namespace. */
  dtls?: boolean;
  /** Addresses of IPv6 inside the tunnel too. */
  ipv6?: boolean;
  /** All traffic, not only the campus's network. */
  everything?: boolean;
  /** Its campus has a name server that receives every query and never answers. */
  muteNames?: boolean;
  /** More lines of ocserv's own. */
  extra?: readonly string[];
}

export interface ConfigFiles {
  directory: string;
  passwords: string;
  codes: string;
  certificate: string;
  key: string;
  authority: string;
}

/** The text of `ocserv.conf`. */
export function configOf(wishes: OcservSettings, files: ConfigFiles, network: { number: number }): string {
  const { auth = 'password+code' } = wishes;
  const plain = (codes: boolean): string => `auth = "plain[passwd=${files.passwords}${codes ? `,otp=${files.codes}` : ''}]"`;
  const methods = {
    'password': [plain(false)],
    'password+code': [plain(true)],
    'certificate': ['auth = "certificate"'],
    'certificate+password': ['auth = "certificate"', plain(false)],
  }[auth];
  const certificates = auth.startsWith('certificate') ? [`ca-cert = ${files.authority}`, 'cert-user-oid = 2.5.4.3'] : [];
  const optional = (key: string, value: number | string | undefined): string[] => (value === undefined ? [] : [`${key} = ${value}`]);
  return [
    ...methods,
    ...certificates,
    'listen-host = gateway.lab',
    'tcp-port = 443',
    ...(wishes.dtls ? ['udp-port = 443'] : []),
    'run-as-user = root',
    'run-as-group = root',
    `socket-file = ${files.directory}/s`,
    `pid-file = ${files.directory}/pid`,
    'use-occtl = true',
    `occtl-socket-file = ${files.directory}/occtl`,
    `server-cert = ${files.certificate}`,
    `server-key = ${files.key}`,
    'isolate-workers = false',
    'max-clients = 100',
    'max-same-clients = 10',
    'max-ban-score = 0',
    'rate-limit-ms = 0',
    'server-stats-reset-time = 0',
    'try-mtu-discovery = false',
    `keepalive = ${wishes.keepalive ?? 300}`,
    `dpd = ${wishes.dpd ?? 60}`,
    `mobile-dpd = ${wishes.dpd ?? 60}`,
    `cookie-timeout = ${wishes.cookieTimeout ?? 300}`,
    'persistent-cookies = false',
    ...optional('session-timeout', wishes.sessionTimeout),
    ...optional('idle-timeout', wishes.idleTimeout),
    ...optional('mobile-idle-timeout', wishes.idleTimeout),
    'device = vpns',
    'default-domain = campus.test',
    `ipv4-network = 10.50.${network.number}.0/24`,
    ...(wishes.ipv6 ? [`ipv6-network = fd50:${network.number}::/64`, 'ipv6-subnet-prefix = 128'] : []),
    ...(wishes.everything ? ['route = default'] : ['route = 10.60.0.0/24', ...(wishes.ipv6 ? ['route = fd60::/64'] : [])]),
    'dns = 10.60.0.53',
    ...optional('pre-login-banner', wishes.preLoginBanner && `"${wishes.preLoginBanner}"`),
    ...optional('banner', wishes.banner && `"${wishes.banner}"`),
    ...(wishes.groups ?? []).map((group) => `select-group = ${group}`),
    ...(wishes.groups ? ['auto-select-group = false'] : []),
    'cisco-client-compat = true',
    'dtls-legacy = true',
    ...(wishes.extra ?? []),
    '',
  ].join('\n');
}
