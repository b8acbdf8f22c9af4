import { AccessController } from '../../../electron/access/controller.ts';
import { campusDriver } from '../../../electron/gateways/campus/driver.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import { directDial } from '../../../electron/tunnels/direct.ts';
import { startLoopbackProxy } from '../../../electron/tunnels/loopback-proxy.ts';
import { relayTunnel } from '../../../electron/tunnels/relay.ts';
import { readProfile } from '../../../shared/profile.ts';
import { mei } from '../../tour/people.ts';
import { answer, credentials, handEnvironment, proceed, reach } from '../../support/access.ts';
import { serveParent } from '../child.ts';

/** The client's core in a process of its own: controller, driver, relay tunnel and loopback proxy, as the app has them. */
const proxy = await startLoopbackProxy();
const controller = new AccessController({
  drivers: { campus: campusDriver },
  tunnels: { relay: relayTunnel },
  direct: directDial,
  verifierFor: (profile) => createVerifier({ trust: profile.trust, now: Date.now }),
  environment: handEnvironment(),
  client: { name: 'bench', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
  prepared: () => () => Promise.resolve(null),
  now: Date.now,
  random: Math.random,
  log: console.error,
});

serveParent(
  { port: proxy.port, authorization: Buffer.from(`${proxy.username}:${proxy.secret}`).toString('base64') },
  {
    /** As far as the second factor; the code of that moment is asked for then. */
    async begin(profile) {
      controller.connect(readProfile(profile).profile);
      await answer(controller, 'notice', proceed);
      await answer(controller, 'credentials', credentials(mei.userId, mei.password));
    },
    async finish(passcode) {
      await answer(controller, 'second-factor', { kind: 'second-factor-passcode', passcode });
      await reach(controller, 'connected');
      proxy.setDial((host, port, signal) => controller.dial(host, port, signal));
    },
    /** Resident memory in bytes, after what is garbage has gone. */
    async memory() {
      for (let round = 0; round < 5; round++) {
        globalThis.gc?.();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return String(process.memoryUsage.rss());
    },
    async stop() {
      await controller.disconnect();
      await proxy.close();
    },
  },
);
