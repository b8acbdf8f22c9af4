import { readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { serveControl } from '../../campus/control.ts';
import { startCampus } from '../../campus/campus.ts';
import { localAddress } from '../../campus/local-socket.ts';
import { setOpenAtLogin } from '../../electron/desktop/system/autostart.ts';
import { Redactor } from '../../electron/redaction/redactor.ts';
import { openLog } from '../../electron/desktop/system/log.ts';
import { Settings } from '../../electron/storage/settings.ts';

vi.mock('electron', () => import('../electron-double/index.ts'));

/** Only the modes of our files keep out other users of this computer, whatever the umask is. */
describe.skipIf(process.platform === 'win32')('files that only their owner may read', () => {
  let umask = 0;
  beforeAll(() => (umask = process.umask(0)));
  afterAll(() => process.umask(umask));
  afterEach(() => vi.unstubAllEnvs());

  /** Everything below a folder that others could read or change, as `name mode`. Synchronous, because files come and go. */
  function openToOthers(folder: string): string[] {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const modes = names.map((name) => [name, statSync(join(folder, name)).mode & 0o777] as const);
    expect(modes.length).toBeGreaterThan(0);
    return modes.filter(([, mode]) => (mode & 0o077) !== 0).map(([name, mode]) => `${relative('.', name)} ${mode.toString(8)}`);
  }
  async function place(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-modes-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  it('the check for open files finds a file that others can read or change', async () => {
    const folder = await place();
    await writeFile(join(folder, 'open'), '');
    expect(openToOthers(folder)).toEqual(['open 666']);
  });

  it('settings, the folder made for them and damaged copies set aside are private to their owner', async () => {
    const folder = await place();
    const settings = await Settings.open(join(folder, 'new', 'user data'));
    settings.update(() => ({ userIds: { campus: 'mei.chan' } }));
    for (const [text, name] of [
      ['{"version":1,"userIds":3}', 'partly'],
      ['{', 'damaged'],
      ['{"version":99}', 'newer'],
    ] as const) {
      await mkdir(join(folder, name), { mode: 0o700 });
      // As an editor would write it
      await writeFile(join(folder, name, 'settings.json'), text);
      await Settings.open(join(folder, name));
    }
    expect(openToOthers(folder)).toEqual([]);
  });

  it('current and rotated logs are private to their owner', async () => {
    const folder = await place();
    const log = openLog(join(folder, 'logs'), new Redactor());
    for (let line = 0; line < 600; line++) log.line('x y '.repeat(400));
    expect((await readdir(join(folder, 'logs'))).length).toBeGreaterThan(1);
    expect(openToOthers(folder)).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('the autostart entry is private to its owner', async () => {
    const folder = await place();
    vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'));
    await setOpenAtLogin(true);
    expect(openToOthers(folder)).toEqual([]);
  });

  it('a campus’s data, sockets and control socket are private to their owner', async () => {
    const folder = await place();
    vi.stubEnv('XDG_RUNTIME_DIR', join(folder, 'runtime'));
    const campus = await startCampus({ dataDirectory: join(folder, 'data') });
    onTestFinished(() => campus.stop());
    const close = await serveControl(await localAddress('control-test'), campus.control);
    onTestFinished(close);
    const names = await readdir(folder, { recursive: true });
    expect(names.filter((name) => name.endsWith('.sock'))).toHaveLength(2);
    expect(names).toContain(join('data', 'campus.json'));
    expect(openToOthers(folder)).toEqual([]);
  });

  it('a socket folder that others can change is not used', async () => {
    const folder = await place();
    vi.stubEnv('XDG_RUNTIME_DIR', folder);
    await mkdir(join(folder, `causeway-campus-${process.getuid?.() ?? 0}`), { mode: 0o777 });
    await expect(localAddress('x')).rejects.toThrow('not a private directory');
  });
});
