import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';

/**
 * Installs the older deb, runs the command line that it brings along, upgrades, goes back and purges it; all in a copy of this system
 * that nobody else sees and that is gone with the process. A line `== STEP` comes before what each step prints.
 */
const script = `set -e
work=$(mktemp -d)
trap 'umount -l "$work" && rmdir "$work"' EXIT
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$work/root"
mount --rbind /proc "$work/root/proc"
mount --rbind /dev "$work/root/dev"
touch "$work/root/older.deb" "$work/root/newer.deb"
mount --bind "$1" "$work/root/older.deb"
mount --bind "$2" "$work/root/newer.deb"
chroot "$work/root" sh -c '
left() { find /opt/Causeway /usr/bin/causeway /var/lib/causeway /etc/apparmor.d/causeway /usr/share/*/causeway* /usr/share/*/*/*causeway* /usr/share/man/*/man1/causeway* /usr/lib/systemd/system/causeway* /usr/lib/sysusers.d/causeway* 2>/dev/null || true; }
mkdir -p /etc/causeway
echo policy >/etc/causeway/policy.json
dpkg --install --force-depends /older.deb >&2
echo == installed
getent passwd causeway-vpn
readlink /usr/bin/causeway
dpkg --verify causeway
HOME=/root causeway doctor --json
dpkg --install --force-depends /newer.deb >&2
echo == upgraded
dpkg-query --show causeway
dpkg --verify causeway
dpkg --install --force-depends --no-triggers /older.deb >&2
echo == downgraded
dpkg-query --show causeway
cat /etc/causeway/policy.json
mkdir -p /var/lib/causeway
dpkg --purge causeway >&2
echo == purged
cat /etc/causeway/policy.json
left'`;

const checkSchema = z.object({ event: z.literal('check'), check: z.string(), says: z.string() });
const ours = '/opt/Causeway/resources/native';

/**
 * Installs, upgrades, downgrades and purges a deb. dpkg goes back with a warning; apt asks to be told so. Returns what was not as it should be: the user of openconnect, `causeway` in a
 * terminal, which OpenConnect that finds, files that differ from the package's, and what is left at the end.
 *
 * @param older and `newer` are two versions of it
 */
export async function debInCopyOfSystem(older: string, newer: string): Promise<string[]> {
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', older, newer];
  const { stdout } = await promisify(execFile)('unshare', args, { timeout: 240_000, maxBuffer: 1 << 24 });
  const [, installed = '', upgraded = '', downgraded = '', purged = ''] = stdout.split(/^== .*\n/m);
  const [user = '', link = '', ...others] = installed.split('\n').filter(Boolean);
  const checks = others.flatMap((line) => {
    const check = line.startsWith('{') ? checkSchema.safeParse(JSON.parse(line)) : null;
    return check?.success ? [check.data] : [];
  });
  const found = [
    ['libopenconnect', 'libopenconnect.so.5'],
    ['openconnect', 'openconnect'],
  ].flatMap(([check = '', file = '']) => {
    const says = checks.find((each) => each.check === check)?.says ?? 'nothing';
    return says.includes(`${ours}/${file}`) ? [] : [`doctor says of ${check}: ${says}`];
  });
  return [
    ...(user.startsWith('causeway-vpn:') ? [] : [`openconnect has no user of its own: ${user}`]),
    ...(link === `${ours}/causeway` ? [] : [`causeway in a terminal is ${link}`]),
    ...others.filter((line) => !line.startsWith('{')).map((line) => `differs after the installation: ${line}`),
    ...found,
    ...(upgraded === 'causeway\t0.2.0\n' ? [] : [`after the upgrade: ${upgraded}`]),
    ...(downgraded === 'causeway\t0.1.0\npolicy\n' ? [] : [`after the downgrade: ${downgraded}`]),
    ...(purged === 'policy\n' ? [] : [`left after the purge: ${purged}`]),
  ];
}

/** What lintian has to say about it, beyond what `build/deb/lintian-overrides` answers. */
export async function lintianOn(deb: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('lintian', ['--allow-root', '--fail-on', 'none', '--tag-display-limit', '0', deb], {
    timeout: 240_000,
  });
  // Compressing it takes longer than all that is looked at
  return stdout.split('\n').filter((line) => /^[EW]: /.test(line) && !line.includes('uses-no-compression'));
}
