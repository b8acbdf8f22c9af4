import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Package } from '../../build/release/packed.ts';
import { startCampus } from '../../campus/campus.ts';
import { Settings } from '../../electron/storage/settings.ts';
import type { Profile } from '../../shared/profile.ts';
import { profileOf, startOcserv } from '../peers/gateways/ocserv.ts';
import { startKeyring } from '../support/keyring.ts';
import { mei } from '../tour/people.ts';
import { wrongIn } from './contents.ts';
import { PackedApp } from './on-double.ts';

/** What the packed app is seen to do on Linux: each rejects with what it did instead. */

/** Asks the running app by its private socket, through the command line that is packed beside it. */
async function status({ resources }: Package, userData: string): Promise<string> {
  const args = ['status', '--json', '--user-data-dir', userData];
  const { stdout } = await promisify(execFile)(join(resources, 'native', 'causeway'), args, { timeout: 30_000 });
  expect(stdout, '"holder":"app"', 'who answers');
  return stdout;
}

/** Starts the app with one profile in a folder of its own, and ends it after `act`, whatever became of it. */
async function withApp(
  made: Package,
  profile: Profile,
  env: Record<string, string>,
  act: (app: PackedApp, userData: string) => Promise<void>,
): Promise<void> {
  const userData = mkdtempSync(join(tmpdir(), 'causeway-package-'));
  try {
    (await Settings.open(userData)).update(() => ({ profiles: [profile], lastProfileId: profile.id }));
    const app = await PackedApp.start(made.executable, userData, env);
    try {
      await act(app, userData);
    } finally {
      await app.close();
    }
  } finally {
    rmSync(userData, { recursive: true, force: true });
  }
}

/** Opens, signs in to a campus, keeps the password in the real keychain, and tells its state to the packed command line. */
export async function signsInToCampus(made: Package): Promise<void> {
  const campus = await startCampus();
  const keyring = await startKeyring();
  try {
    await withApp(made, campus.profile, keyring.env, async (app, userData) => {
      expect(await status(made, userData), '"state":"idle"', 'the state before');
      await app.signIn(mei.userId, mei.password, { remember: true, userLabel: 'UMPASS user ID', passwordLabel: 'UMPASS password' });
      await app.button(/^Enter a Passcode/).click();
      await app.enterCode(campus.services.factors.accounts(mei.phone)[0]?.code ?? '');
      expect(await status(made, userData), '"state":"connected"', 'the state after');
      expect(String(await keyring.entries()), '1', 'what the keychain keeps');
      if (!(await app.hasLoaded('app.asar.unpacked/node_modules/keytar/'))) throw new Error('keytar was not loaded from the package');
    });
  } finally {
    await Promise.all([campus.stop(), keyring.close()]);
  }
}

/** Signs in to a real gateway through the packed worker and the system's libopenconnect. */
export async function signsInToGateway(made: Package): Promise<void> {
  const lab = await startOcserv({ preLoginBanner: 'Authorised users only.' });
  try {
    await withApp(made, profileOf(lab), {}, async (app) => {
      const { password } = lab.user('alice');
      await app.signIn('alice', password, { remember: false, userLabel: 'User ID', passwordLabel: 'Password' });
      await app.sees('Enter a Passcode');
      if (!(await app.hasLoaded('app.asar.unpacked/node_modules/@koromix/'))) throw new Error('koffi was not loaded from the package');
      await app.enterCode(lab.codeFor('alice'));
      expect(JSON.stringify(await lab.occtl('show', 'users')), 'alice', 'whom the gateway sees');
    });
  } finally {
    await lab.stop();
  }
}

/** With an archive that is cut short in the middle it ends at once, with an exit code; this check names the damage. */
export async function endsWhereCutShort(made: Package): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-cut-'));
  try {
    const resources = join(folder, 'resources');
    cpSync(join(made.resources, 'app.asar.unpacked'), join(resources, 'app.asar.unpacked'), { recursive: true });
    copyFileSync(join(made.resources, 'app.asar'), join(resources, 'app.asar'));
    const executable = join(folder, 'causeway');
    copyFileSync(made.executable, executable);
    truncateSync(join(resources, 'app.asar'), Math.floor(statSync(join(resources, 'app.asar')).size / 2));
    expect(wrongIn({ ...made, resources }).join('\n'), 'app.asar is cut short', 'what this check says of it');
    const { code, output } = await PackedApp.endOf(executable, join(folder, 'data'));
    expect(`${code}: ${output}`, '1: Unable to find a valid app', 'how it ends');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function expect(found: string, wanted: string, what: string): void {
  if (!found.includes(wanted)) throw new Error(`${what} is not ${wanted} but ${found}`);
}
