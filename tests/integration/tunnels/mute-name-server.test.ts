import { describe, expect, test } from 'vitest';
import { ClientProcess } from '../../peers/client-process.ts';
import { HelperProcess } from '../../peers/helper-process.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv } from '../../peers/gateways/ocserv.ts';
import { grantFor } from '../../peers/sign-in.ts';

const nobody = 65_534;
/** Longer than the look that follows a portal's silence, and the one that follows a change of network. */
const looksAreOverMs = 6_000;

describe.skipIf(missingForPeers() !== null)('a campus whose name server says nothing and whose portal is down', { timeout: 90_000 }, () => {
  test.concurrent.for(['app', 'system'] as const)(
    'a campus with a silent name server and a portal that is down connects and stays connected: %s tunnel',
    async (tunnel, { onTestFinished, expect: expectHere }) => {
      const lab = await startOcserv({ client: true, muteNames: true });
      onTestFinished(() => lab.stop());
      if (!lab.client) throw new Error('no client namespace');
      const helper = tunnel === 'system' ? await HelperProcess.start(lab.client, { lab }) : null;
      onTestFinished(() => helper?.stop() ?? Promise.resolve());
      const app = await ClientProcess.start({ namespace: lab.client, uid: nobody });
      onTestFinished(() => app.kill());
      const profile = { ...profileOf(lab), connectTo: [], tunnel };
      // Nobody listens at this port
      const portal = { ...profile.portal, address: 'https://10.60.0.80:1/', hosts: ['10.60.0.80'] };
      await app.connect({ ...profile, portal }, await grantFor(lab, 'alice', 'client'), helper?.socket('nobody'));
      await expect.poll(() => app.state?.kind === 'connected' && app.state.portal, { timeout: 25_000 }).toBe('down');
      await app.networkChange();
      const since = performance.now();
      while (performance.now() - since < looksAreOverMs) expectHere(await app.page('10.60.0.80')).toContain(lab.page);
      expectHere(app.states.map(({ kind }) => kind)).not.toContain('reconnecting');
      await app.disconnect();
    },
  );
});
