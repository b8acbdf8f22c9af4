import { createRequire } from 'node:module';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What the deb does in addition to electron-builder's own script: a user for openconnect, the command line on the PATH,
 * and a restart of the service.
 */
const ours = `
# The user that openconnect runs as
if hash systemd-sysusers 2>/dev/null; then
    systemd-sysusers causeway-vpn.conf || true
fi

# Typed in a terminal it is the command line; the desktop's entry names the app by its path. It goes with the app's own,
# because update-alternatives drops what is no longer there
if type update-alternatives >/dev/null 2>&1; then
    update-alternatives --install /usr/bin/causeway causeway /opt/Causeway/resources/native/causeway 200 || true
fi

# The helper of this package, where an administrator has started it
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
    systemctl try-restart causeway-helper.service || true
fi
`;

/** Writes the script that dpkg runs after unpacking the deb: electron-builder's, in the installed version, followed by ours. */
export function writeAfterInstall(file: string): void {
  const builder = dirname(createRequire(import.meta.url).resolve('app-builder-lib/package.json'));
  const theirs = readFileSync(join(builder, 'templates/linux/after-install.tpl'), 'utf8');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${theirs.trimEnd()}\n${ours}`);
}
