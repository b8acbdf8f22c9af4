/** What the deb needs, and why if its name does not say. */
const depends = [
  // Electron
  'libc6',
  'libstdc++6',
  'libgtk-3-0 | libgtk-3-0t64',
  'libnotify4',
  'libnss3',
  'libxss1',
  'libxtst6',
  'xdg-utils',
  'libatspi2.0-0 | libatspi2.0-0t64',
  'libuuid1',
  // The keychain's library
  'libsecret-1-0',
  // Asks the session bus whether there is a tray
  'dbus-bin',
  // Sign in to and carry traffic through gateways of others, if ours does not load
  'openconnect',
  'libopenconnect5',
  'vpnc-scripts',
  'iproute2',
  // Makes the user that openconnect runs as
  'systemd | systemd-standalone-sysusers',
];
/** A tray, and who asks for an administrator where the service is not set up. */
const recommends = ['libayatana-appindicator3-1 | libappindicator3-1', 'pkexec'];

export interface DebFields {
  version: string;
  architecture: 'amd64' | 'arm64';
  homepage: string;
  /** `Name <address>`. */
  maintainer: string;
  kibibytes: number;
}

/** The package's control file (Debian Policy, 5.3). */
export function controlFile({ version, architecture, homepage, maintainer, kibibytes }: DebFields): string {
  const fields = {
    'Package': 'causeway',
    'Version': version,
    'Architecture': architecture,
    'Section': 'net',
    'Priority': 'optional',
    'Maintainer': maintainer,
    'Installed-Size': String(kibibytes),
    'Depends': depends.join(', '),
    'Recommends': recommends.join(', '),
    'Homepage': homepage,
    'Description': [
      'secure-access client for people off campus',
      ' Causeway signs in to the gateways of a campus, carries traffic through',
      " them, and leads people through the campus's device portal: from a lost or",
      ' new phone to a second factor that works.',
    ].join('\n'),
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}
