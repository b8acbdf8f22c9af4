import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startCampus } from '../../campus/campus.ts';
import { canMount } from '../support/small-disk.ts';
import { electronHere, startClient } from './support/client.ts';
import { expect, test } from './support/scene.ts';

test.skip(!canMount(), 'needs to mount another /etc');

test('a managed computer shows what is locked and by whom, and follows its policy while the app runs', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'causeway-policy-e2e-'));
  const etc = path.join(folder, 'etc');
  await cp('/etc', etc, { recursive: true, verbatimSymlinks: true });
  await mkdir(path.join(etc, 'causeway'), { recursive: true });
  const file = path.join(etc, 'causeway', 'policy.json');
  const write = (policy: unknown) => writeFile(file, typeof policy === 'string' ? policy : JSON.stringify(policy), { mode: 0o644 });
  // The copy is /etc for the app and what it starts, and for nobody else
  const executable = path.join(folder, 'start');
  const inside = `exec unshare --mount sh -c 'mount --bind "$0" /etc && exec "$@"' '${etc}' '${electronHere}' "$@"`;
  await writeFile(executable, `#!/bin/sh\n${inside}\n`, { mode: 0o755 });
  const campus = await startCampus();
  const managedBy = { name: '澳門大學 ICTO', caption: 'Ask us.', address: 'https://icto.campus.test' };
  await write({ profiles: [campus.profile], addProfiles: false, startAtSignIn: true, language: 'en', managedBy });

  const client = await startClient({ executable, env: { HOME: folder, XDG_CONFIG_HOME: path.join(folder, 'config') } });
  const { window } = client;
  // The policy's campus is there without a question
  await expect(window.getByRole('heading', { level: 1, name: 'Campus Test University' })).toBeVisible();
  await window.getByRole('button', { name: 'Settings' }).click();
  await expect(window.getByLabel('Language')).toBeDisabled();
  const start = window.getByLabel('Start Causeway when I sign in to this computer');
  await expect(start).toBeDisabled();
  await expect(start).toBeChecked();
  const autostart = path.join(folder, 'config', 'autostart', 'org.causeway.client.desktop');
  await expect.poll(() => existsSync(autostart)).toBe(true);
  await expect(window.getByText('Set by 澳門大學 ICTO.')).toHaveCount(3);
  await expect(window.getByText('For everybody on this computer').first()).toBeVisible();
  await expect(window.getByRole('button', { name: 'Add a campus…' })).toHaveCount(0);
  await window.getByRole('button', { name: 'Copy details' }).click();
  await expect.poll(() => client.clipboard()).toContain('Policy: startAtSignIn = true (enforced, /etc/causeway/policy.json)');

  // Without a start or a Connect
  await write({ profiles: [campus.profile], language: 'en', managedBy: { name: 'IT' }, logLevel: 'debug', colour: 'red' });
  await expect(start).toBeEnabled();
  await expect(start).not.toBeChecked();
  await expect.poll(() => existsSync(autostart)).toBe(false);
  await expect(window.getByText('Set by IT.')).toHaveCount(1);
  await expect(window.getByRole('button', { name: 'Add a campus…' })).toBeVisible();
  const log = (): Promise<string> => readFile(path.join(client.userData, 'logs', 'causeway.log'), 'utf8');
  await expect.poll(log).toMatch(/ policy: .*\blogLevel\b/);
  await expect(window.getByText('colour: Causeway does not know this name.').first()).toBeVisible();
  await write('{"language": "en"');
  await expect(window.getByText('This computer’s policy cannot be read').first()).toBeVisible();
  await expect(window.getByLabel('Language')).toBeDisabled();
  await rm(file);
  await expect(window.getByLabel('Language')).toBeEnabled();
  await expect(window.getByText('Managed computer')).toHaveCount(0);

  await client.close();
  await campus.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});
