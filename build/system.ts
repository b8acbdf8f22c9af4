import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PlainError } from './report-errors.ts';

/** The programs that the demo, the tests and the benches use besides npm's packages: how to detect each, and its Debian package. */
const tools = {
  chromium: { proof: '/usr/bin/chromium', packages: ['chromium', 'fonts-liberation', 'fonts-dejavu-core'] },
  bare: {
    proof: '/usr/lib/chromium/chromium-headless-shell',
    packages: ['chromium-headless-shell', 'fonts-liberation', 'fonts-dejavu-core'],
  },
  xvfb: { proof: '/usr/bin/Xvfb', packages: ['xvfb'] },
  fonts: { proof: '/usr/share/fonts/opentype/noto', packages: ['fonts-noto-cjk'] },
  keychain: { proof: '/usr/bin/gnome-keyring-daemon', packages: ['gnome-keyring', 'libsecret-1-0'] },
  dbus: { proof: '/usr/bin/dbus-run-session', packages: ['dbus', 'dbus-x11'] },
  ssh: { proof: '/usr/sbin/sshd', packages: ['openssh-server', 'openssh-client'] },
  openconnect: { proof: '/usr/sbin/openconnect', packages: ['openconnect', 'libopenconnect5', 'vpnc-scripts'] },
  ocserv: { proof: '/usr/sbin/ocserv', packages: ['ocserv'] },
  // The helper's unit, under the tests' own systemd, and a program that lists capabilities
  systemd: { proof: '/usr/bin/systemd-sysusers', packages: ['systemd'] },
  capabilities: { proof: '/usr/sbin/capsh', packages: ['libcap2-bin'] },
  namespaces: { proof: '/usr/sbin/ip', packages: ['iproute2'] },
  // Drops packets if the kernel has no netem
  packets: { proof: '/usr/sbin/iptables', packages: ['iptables'] },
  wine: { proof: '/usr/bin/wine', packages: ['wine', 'wine64'] },
  // Make an MSI, and put into it what wixl cannot say
  wixl: { proof: '/usr/bin/wixl', packages: ['wixl'] },
  msitools: { proof: '/usr/bin/msibuild', packages: ['msitools'] },
  nsis: { proof: '/usr/bin/makensis', packages: ['nsis'] },
  // Languages that Wine starts programs in
  locales: { proof: '/usr/share/i18n/locales/zh_HK', packages: ['locales'] },
  lintian: { proof: '/usr/bin/lintian', packages: ['lintian'] },
  // Compiles the tests' stand-ins for Windows programs
  mingw: { proof: '/usr/bin/x86_64-w64-mingw32-gcc', packages: ['gcc-mingw-w64-x86-64'] },
  // Compiles openconnect for Windows, with the line above
  autotools: { proof: '/usr/bin/m4', packages: ['m4', 'make', 'gcc', 'libc6-dev', 'patch', 'pkgconf', 'xz-utils', 'ca-certificates'] },
  // Compiles openconnect for Linux
  compiler: { proof: '/usr/bin/gcc', packages: ['gcc', 'libc6-dev'] },
  make: { proof: '/usr/bin/make', packages: ['make'] },
  patch: { proof: '/usr/bin/patch', packages: ['patch'] },
  pkgconf: { proof: '/usr/bin/pkg-config', packages: ['pkgconf'] },
  xz: { proof: '/usr/bin/xz', packages: ['xz-utils'] },
  gnutls: { proof: '/usr/include/gnutls/gnutls.h', packages: ['libgnutls28-dev'] },
  zlib: { proof: '/usr/include/zlib.h', packages: ['zlib1g-dev'] },
  kerberos: { proof: '/usr/include/gssapi/gssapi.h', packages: ['libkrb5-dev'] },
  // A person who listens: Orca, what it reads with, a window manager that says what is in front, and keys
  orca: { proof: '/usr/bin/orca', packages: ['orca', 'at-spi2-core', 'speech-dispatcher'] },
  openbox: { proof: '/usr/bin/openbox', packages: ['openbox'] },
  xdotool: { proof: '/usr/bin/xdotool', packages: ['xdotool'] },
  stunnel: { proof: '/usr/bin/stunnel', packages: ['stunnel4', 'openssl'] },
} as const;
export type SystemTool = keyof typeof tools;
/** A program that only one caller uses: the file that shows that it is there, and its Debian packages. */
export interface OtherTool {
  proof: string;
  packages: readonly string[];
}

export const demoTools: readonly SystemTool[] = ['chromium'];
/** The demo of a campus whose members sign in on web pages has a tunnel by openconnect. */
export const pageDemoTools: readonly SystemTool[] = ['chromium', 'openconnect'];
export const tourTools: readonly SystemTool[] = ['chromium', 'bare', 'openconnect', 'keychain', 'dbus'];
export const benchTools: readonly SystemTool[] = ['chromium', 'ssh', 'stunnel', 'openconnect', 'ocserv', 'namespaces', 'packets'];
export const testTools: readonly SystemTool[] = [
  'chromium',
  'bare',
  'xvfb',
  'fonts',
  'keychain',
  'dbus',
  'openconnect',
  'ocserv',
  'namespaces',
  'packets',
  'systemd',
  'capabilities',
];

/** For the MSI of Windows. */
export const msiTools: readonly SystemTool[] = ['wixl', 'msitools'];

/** For what Debian's own check says of the deb. */
export const lintianTools: readonly SystemTool[] = ['lintian'];

/** For `npm run package:check`: a desktop for the packaged app, a gateway, and Wine. */
export const packageTools: readonly SystemTool[] = [...testTools, ...msiTools, 'wine'];

/** For `build/native-windows.ts`. */
export const crossTools: readonly SystemTool[] = ['mingw', 'autotools'];

/** For `build/native-linux.ts`: the minimum to build with. */
export const linuxTools: readonly SystemTool[] = ['compiler', 'make', 'patch', 'pkgconf', 'xz', 'gnutls', 'zlib', 'kerberos'];

/** For tests under Wine, if it emulates Windows on the same processor: installers too. */
export const longTools: readonly SystemTool[] = process.arch === 'x64' ? ['wine', 'mingw', ...msiTools, 'nsis', 'locales'] : [];

/**
 * Makes sure that these tools are on this machine. Installs what is missing if that needs no question (root on Debian or
 * Ubuntu); otherwise throws with the command to run.
 */
export function ensureSystemTools(wanted: readonly (SystemTool | OtherTool)[]): void {
  const all = wanted.map((tool) => (typeof tool === 'string' ? tools[tool] : tool));
  const missing = [...new Set(all.filter(({ proof }) => !existsSync(proof)).flatMap(({ packages }) => packages))];
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const hasApt = spawnSync('apt-get', ['--version']).status === 0;
  if (!hasApt || process.getuid?.() !== 0)
    throw new PlainError(`Missing on this computer: ${missing.join(', ')}. On Debian: sudo ${command}`);
  console.log(`Installing what this needs from Debian: ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'], env });
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { stdio: ['ignore', 'ignore', 'inherit'], env });
}
