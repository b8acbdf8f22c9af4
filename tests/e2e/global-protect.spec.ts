import { startGpGateway } from '../peers/gateways/gp-gateway.ts';
import { startClient } from './support/client.ts';
import { expect, test } from './support/scene.ts';

/** The window in front of the stand-in for GlobalProtect, which signs in and carries the tunnel. */
test.skip(process.platform !== 'linux', 'libopenconnect');

test('the window signs in to GlobalProtect, opens the portal through its tunnel, and signs out', async () => {
  const peer = await startGpGateway();
  const client = await startClient({ profiles: [peer.profile()] });
  try {
    const { window } = client;
    const button = (name: string) => window.getByRole('button', { name, exact: true });
    await button('Connect').click();
    await window.getByLabel('NetID').fill('mei');
    await window.getByLabel('Password', { exact: true }).fill('harbour');
    await button('Sign in').click();
    await window.getByRole('button', { name: 'Main site' }).click();
    await window.getByLabel('Challenge').fill('123456');
    await button('Verify').click();
    await expect(window.getByRole('heading', { level: 1, name: 'Connected' })).toBeVisible();
    await button('Open device portal').click();
    const portal = await client.portal();
    await expect(portal.getByText(peer.inside.page.replace(/<[^>]*>/g, '')).first()).toBeVisible();
    await client.picture('out/screens/gp-portal.png');
    await button('Disconnect').click();
    await expect(button('Connect')).toBeVisible();
    await expect.poll(() => peer.tickets().size).toBe(0);
  } finally {
    await client.close();
    await peer.stop();
  }
});
