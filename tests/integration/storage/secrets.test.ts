import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secrets, type Keytar } from '../../../electron/storage/secrets.ts';
import { removeFolder } from '../../support/folders.ts';

const steps = join(import.meta.dirname, '../../support/keychain-steps.ts');
const has = (program: string) => spawnSync('which', [program]).status === 0;
const canTryKeyring = process.platform === 'linux' && has('dbus-run-session') && has('gnome-keyring-daemon');

/** Runs the steps on a session bus of their own, in a home of their own, after `prepare` (a shell line). */
async function inSession(prepare: string, asked: string[], busConfig?: string): Promise<unknown> {
  const home = await mkdtemp(join(tmpdir(), 'causeway-keychain-'));
  onTestFinished(() => removeFolder(home));
  await mkdir(join(home, 'run'), { mode: 0o700 });
  if (busConfig !== undefined) await writeFile(join(home, 'bus.conf'), busConfig);
  const { stdout } = await promisify(execFile)(
    'dbus-run-session',
    [
      ...(busConfig === undefined ? [] : [`--config-file=${join(home, 'bus.conf')}`]),
      '--',
      'sh',
      '-c',
      `${prepare}; exec "$@"`,
      'sh',
      process.execPath,
      '--import',
      'tsx',
      steps,
      ...asked,
    ],
    // No display: nobody is there to unlock anything
    { env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: join(home, 'run') }, timeout: 25_000 },
  );
  return JSON.parse(stdout);
}

const unlocked = 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null';

const emptyBus = `<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>`;

describe.skipIf(!canTryKeyring)('a real keychain', () => {
  it('a real keychain keeps a password by profile and user ID, and forgets it', async () => {
    const asked = [
      'availability',
      'get campus d.chan',
      'set campus d.chan geheim-澳門',
      'get campus d.chan',
      'get campus other',
      'get other d.chan',
      'set campus d.chan another',
      'get campus d.chan',
      'delete campus d.chan',
      'get campus d.chan',
      'delete campus d.chan',
    ];
    expect(await inSession(unlocked, asked)).toEqual([
      'available',
      null,
      null,
      'geheim-澳門',
      null,
      null,
      null,
      'another',
      null,
      null,
      null,
    ]);
  });

  it('a locked keychain is reported as locked', async () => {
    const restarted = `${unlocked}; gnome-keyring-daemon --replace --daemonize --components=secrets >/dev/null`;
    expect(await inSession(restarted, ['availability', 'set campus d.chan secret'])).toEqual(['locked', 'keychain-locked']);
  });

  it('a missing keychain is reported as absent, though a look-up alone would not show it', async () => {
    const asked = ['availability', 'set campus d.chan secret'];
    expect(await inSession(':', asked, emptyBus)).toEqual(['absent', 'keychain-absent']);
  });

  it('without a session bus, the keychain is absent too', async () => {
    const noBus = 'export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent';
    expect(await inSession(noBus, ['availability', 'set campus d.chan secret'])).toEqual(['absent', 'keychain-absent']);
  });
});

describe('a keychain that misbehaves', () => {
  const bounds = { callMs: 100, probeMs: 50 };

  it('a keychain whose library cannot be loaded is absent', async () => {
    const secrets = new Secrets(() => Promise.reject(new Error('libsecret-1.so.0: cannot open shared object file')), bounds);
    expect(await secrets.availability()).toBe('absent');
    await expect(secrets.get('campus', 'd.chan')).rejects.toMatchObject({ failure: { code: 'keychain-absent' } });
  });

  it('a keychain that loses what was written is absent', async () => {
    const forgetful: Keytar = {
      setPassword: () => Promise.resolve(),
      getPassword: () => Promise.resolve(null),
      deletePassword: () => Promise.resolve(false),
    };
    expect(await new Secrets(() => Promise.resolve(forgetful), bounds).availability()).toBe('absent');
  });

  const failing = (words: string): Keytar => {
    const no = () => Promise.reject(new Error(words));
    return { getPassword: no, setPassword: no, deletePassword: no };
  };
  it.each<[NodeJS.Platform, words: string, code: string]>([
    ['darwin', 'Der Benutzername oder die eingegebene Passphrase ist nicht korrekt.', 'keychain-locked'],
    ['darwin', '使用者互動不被允許。', 'keychain-locked'],
    ['linux', 'Die Eingabeaufforderung wurde abgebrochen', 'keychain-locked'],
    ['linux', 'The name org.freedesktop.secrets was not provided by any .service files', 'keychain-absent'],
    ['linux', 'Cannot autolaunch D-Bus without X11 $DISPLAY', 'keychain-absent'],
    ['win32', 'Eine angegebene Anmeldesitzung ist nicht vorhanden.', 'keychain-absent'],
  ])('a keychain’s error is recognized by the system (%s), whatever its language: %s', async (platform, words, code) => {
    const secrets = new Secrets(() => Promise.resolve(failing(words)), bounds, platform);
    await expect(secrets.get('campus', 'd.chan')).rejects.toMatchObject({ failure: { code, detail: words } });
  });

  it('a keychain that takes at most 2,560 bytes says so, and keeps what it has', async () => {
    const kept = new Map<string, string>();
    const credentialManager: Keytar = {
      getPassword: (_service, account) => Promise.resolve(kept.get(account) ?? null),
      setPassword: (_service, account, secret) => {
        if (Buffer.byteLength(secret) > 2560) return Promise.reject(new Error('Der Stub hat falsche Daten erhalten.'));
        kept.set(account, secret);
        return Promise.resolve();
      },
      deletePassword: (_service, account) => Promise.resolve(kept.delete(account)),
    };
    const secrets = new Secrets(() => Promise.resolve(credentialManager), bounds, 'win32');
    const most = `${'é'.repeat(1279)}xy`;
    await secrets.set('campus', 'd.chan', most);
    await expect(secrets.set('campus', 'd.chan', `${most}z`)).rejects.toMatchObject({ failure: { code: 'keychain-too-long' } });
    await expect(secrets.setCodesKey('campus', 'x'.repeat(2561))).rejects.toMatchObject({ failure: { code: 'keychain-too-long' } });
    expect(await secrets.get('campus', 'd.chan')).toBe(most);
    // Elsewhere there is no such end
    await new Secrets(() => Promise.resolve({ ...credentialManager, setPassword: () => Promise.resolve() }), bounds, 'darwin').set(
      'campus',
      'd.chan',
      `${most}z`,
    );
  });

  it('a keychain that does not answer counts as locked, gets one call at a time, and none that was given up', async () => {
    const called: string[] = [];
    let answer: (value: string | null) => void = () => undefined;
    const stuck: Keytar = {
      getPassword: (_service, account) => {
        called.push(`get ${account}`);
        return new Promise((resolve) => (answer = resolve));
      },
      setPassword: (_service, account) => {
        called.push(`set ${account}`);
        return Promise.resolve();
      },
      deletePassword: () => Promise.resolve(true),
    };
    const secrets = new Secrets(() => Promise.resolve(stuck), bounds);
    const locked = { failure: { code: 'keychain-locked' } };
    await expect(secrets.get('campus', 'one')).rejects.toMatchObject(locked);
    await expect(secrets.set('campus', 'two', 'secret')).rejects.toMatchObject(locked);
    expect(await secrets.availability()).toBe('locked');
    expect(called).toEqual(['get campus/one']);
    answer(null); // it came back after all: what was given up stays undone
    await secrets.set('campus', 'three', 'secret');
    expect(called).toEqual(['get campus/one', 'set campus/three']);
  });
});
