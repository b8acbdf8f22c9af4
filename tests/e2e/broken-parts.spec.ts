import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onRealElectron } from './support/double.ts';
import { otherProfile } from './support/other-profile.ts';
import { expect, test as base } from './support/scene.ts';

/** Copies the app into `folder` and truncates the native modules of these packages, as a broken disk or a virus scanner might. */
async function appWithBroken(folder: string, ...packages: readonly string[]): Promise<string> {
  await cp('package.json', path.join(folder, 'package.json'));
  await cp('dist', path.join(folder, 'dist'), { recursive: true });
  await symlink(path.resolve('build'), path.join(folder, 'build'));
  const modules = path.join(folder, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir('node_modules')) {
    const isBroken = packages.some((each) => each === name || each.startsWith(`${name}/`));
    if (!isBroken) await symlink(path.resolve('node_modules', name), path.join(modules, name));
  }
  const natives: string[] = [];
  for (const name of packages) {
    const own = path.join(modules, name);
    await cp(path.join('node_modules', name), own, { recursive: true });
    natives.push(...(await readdir(own, { recursive: true })).filter((file) => file.endsWith('.node')).map((file) => path.join(own, file)));
  }
  expect(natives.length).toBeGreaterThan(0);
  for (const file of natives) {
    // Never write through a link into the real node_modules
    expect(await realpath(file)).toBe(path.join(await realpath(folder), path.relative(folder, file)));
    await writeFile(file, 'cut short');
  }
  return folder;
}

const test = base.extend<{ broken: (...packages: string[]) => Promise<string> }>({
  broken: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'causeway-broken-'));
    await use((...packages) => appWithBroken(folder, ...packages));
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  },
});

test('without keytar, the app opens, says that it cannot remember anything, and signs in', async ({ open, broken }) => {
  const scene = await open({}, { folder: await broken('keytar') });
  await scene.connect();
  await scene.proceed();
  await scene.says('This computer has no keychain, so your sign-in cannot be remembered.');
  await scene.signIn();
  await scene.toPasscode();
  await scene.enterPasscode(scene.code());
  await expect(scene.heading('Connected')).toBeVisible();
  await expect(scene.window.getByRole('region', { name: 'Notices' })).toBeHidden();
  expect(await scene.client.log()).toContain('keytar does not load: ');
});

test('without koffi, the app names it as missing for another vendor’s gateway, and the campus’s own sign-in works', async ({
  open,
  broken,
}) => {
  test.skip(process.platform !== 'linux' || process.arch !== 'x64', 'breaks the binary for Linux on x64');
  test.skip(onRealElectron, 'the double’s worker looks for the library');
  const folder = await broken('koffi', '@koromix/koffi-linux-x64');
  const scene = await open({}, ({ profile }) => Promise.resolve({ folder, profiles: [otherProfile(profile)] }));
  await scene.button('Connect').click();
  await expect(scene.button('Try again')).toBeVisible();
  await scene.client.picture(path.resolve('out/pictures/koffi-broken.png'));
  await scene.says('Causeway needs koffi to connect to this gateway, and it is not installed.');
  await scene.says(/^Install Causeway again/);
  expect(await scene.client.log()).toContain('koffi does not load: ');
  const atCampus = await open({}, { folder });
  await atCampus.signedIn();
});
