import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

/** What electron-builder runs in place of fpm, which it would fetch. */
export const fpm = join(import.meta.dirname, 'fpm.mjs');

/**
 * Installs the deb, runs the command line that it brings along, and takes it away again; all in a copy of this system that
 * nobody else sees and that is gone with the process. Its last lines: what the command line says, and what is left.
 */
const script = `set -e
work=$(mktemp -d)
trap 'umount -l "$work" && rmdir "$work"' EXIT
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$work/root"
mount --rbind /proc "$work/root/proc"
mount --rbind /dev "$work/root/dev"
cp "$1" "$work/root/package.deb"
chroot "$work/root" sh -c '
dpkg --install --force-depends /package.deb >&2
getent passwd causeway-vpn
HOME=/root causeway doctor --json
dpkg --purge causeway >&2
find /opt/Causeway /usr/bin/causeway /etc/alternatives/causeway 2>/dev/null || true'`;

const checkSchema = z.object({ event: z.literal('check'), check: z.string(), says: z.string() });
const ours = '/opt/Causeway/resources/native';

/** Rejects where the deb does not install, `causeway` in a terminal is not its command line, or that finds another OpenConnect than the one beside it. */
export async function installsWithOurOpenConnect(deb: string): Promise<void> {
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', deb];
  const { stdout } = await promisify(execFile)('unshare', args, { timeout: 180_000, maxBuffer: 1 << 24 });
  const lines = stdout.split('\n').filter(Boolean);
  if (!lines[0]?.startsWith('causeway-vpn:')) throw new Error(`openconnect has no user of its own: ${stdout}`);
  const checks = lines.flatMap((line) => {
    const check = line.startsWith('{') ? checkSchema.safeParse(JSON.parse(line)) : null;
    return check?.success ? [check.data] : [];
  });
  for (const [check, file] of [
    ['libopenconnect', 'libopenconnect.so.5'],
    ['openconnect', 'openconnect'],
  ]) {
    const says = checks.find((each) => each.check === check)?.says ?? 'nothing';
    if (!says.includes(`${ours}/${file ?? ''}`)) throw new Error(`doctor says of ${check ?? ''}: ${says}`);
  }
  const left = lines.filter((line) => line.startsWith('/'));
  if (left.length > 0) throw new Error(`left after its removal: ${left.join(' ')}`);
}
