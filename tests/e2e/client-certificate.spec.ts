import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pkcs12 } from '../peers/client-certificates.ts';
import { missingForPeers } from '../peers/namespaces.ts';
import { profileOf, startOcserv } from '../peers/gateways/ocserv.ts';
import { canStartKeyring, startKeyring } from '../support/keyring.ts';
import { startClient, type Client } from './support/client.ts';
import { onRealElectron } from './support/double.ts';
import { expect, test } from './support/scene.ts';

const missing = missingForPeers();
test.skip(missing !== null, missing ?? '');
test.skip(onRealElectron, 'the system’s file dialog is the double’s');

/** The file that the person chooses in the next system dialog. */
const chooses = (client: Client, file: string): Promise<void> =>
  client.electron.evaluate((electron, chosen) => {
    const double = Reflect.get(electron, 'double') as { dialogAnswers: { open: { canceled: boolean; filePaths: string[] }[] } };
    double.dialogAnswers.open.push({ canceled: false, filePaths: [chosen] });
  }, file);

test('a personal certificate is chosen in the system’s dialog and unlocked by its passphrase; the next sign-in asks for the passphrase only', async () => {
  const passphrase = 'öpen sesame "7"';
  const folder = await mkdtemp(path.join(tmpdir(), 'causeway-certificate-'));
  const lab = await startOcserv({ auth: 'certificate' });
  const keyring = canStartKeyring ? await startKeyring() : null;
  const client = await startClient({ profiles: [profileOf(lab, { clientCertificate: true })], ...(keyring && { env: keyring.env }) });
  try {
    const issued = await lab.clientCertificate('alice');
    const file = path.join(folder, 'alice.p12');
    await writeFile(file, await pkcs12(issued, passphrase), { mode: 0o600 });
    const junk = path.join(folder, 'junk.p12');
    await writeFile(junk, 'no certificate at all');
    const { window } = client;
    const button = (name: string) => window.getByRole('button', { name, exact: true });
    const heading = (name: string) => window.getByRole('heading', { level: 1, name });

    await button('Connect').click();
    await expect(heading('Your certificate')).toBeVisible();
    await chooses(client, junk);
    await button('Choose file…').click();
    await expect(window.getByText('junk.p12', { exact: true }).first()).toBeVisible();
    await button('Continue').click();
    await expect(window.getByText('That certificate could not be opened').first()).toBeVisible();
    await chooses(client, file);
    await button('Choose file…').click();
    await expect(window.getByText('alice.p12', { exact: true }).first()).toBeVisible();
    await button('Continue').click();
    await window.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await button('Continue').click();
    await expect(heading('Connected')).toBeVisible();
    await button('Disconnect').click();
    await expect(button('Connect')).toBeVisible();

    await button('Connect').click();
    await expect(window.getByLabel('Passphrase', { exact: true })).toBeVisible();
    const kept = await readFile(path.join(client.userData, 'settings.json'), 'utf8');
    expect(kept).toContain(JSON.stringify(file));
    expect(`${kept}${await client.log()}`).not.toContain('sesame');
    // The entry that probes the keychain at a sign-in has been removed again
    if (keyring) await expect.poll(() => keyring.entries()).toBe(0);
    await button('Cancel').click();
    await expect(button('Connect')).toBeVisible();
  } finally {
    await client.close();
    await lab.stop();
    await keyring?.close();
    await rm(folder, { recursive: true });
  }
});
