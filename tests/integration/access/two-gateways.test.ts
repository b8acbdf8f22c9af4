import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { AccessController } from '../../../electron/access/controller.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import { answer, credentials, handEnvironment, reach } from '../../support/access.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import { startEngine } from '../../peers/openconnect-bench.ts';

const missing = missingForPeers();

describe.skipIf(missing !== null)('two gateways', () => {
  let first: Ocserv;
  let second: Ocserv;
  beforeAll(async () => {
    [first, second] = await Promise.all([startOcserv(), startOcserv({ host: 'vpn2.campus.test' })]);
  });
  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
  });

  test('a gateway that is killed during a session is reported, and the next sign-in goes to the second gateway', async () => {
    const { driver, engine } = await startEngine();
    onTestFinished(() => driver.stop());
    const controller = new AccessController({
      drivers: { anyconnect: driver },
      tunnels: { app: engine },
      direct: () => () => Promise.reject(new Error('not on campus')),
      verifierFor: (profile) => createVerifier({ trust: profile.trust, now: Date.now }),
      environment: handEnvironment(),
      client: { name: 'test', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
      prepared: () => () => Promise.resolve(null),
      now: Date.now,
      random: Math.random,
      log: () => undefined,
    });
    onTestFinished(() => controller.disconnect());
    const signIn = async (lab: Ocserv): Promise<void> => {
      controller.connect(profileOf([first, second]));
      await answer(controller, 'credentials', credentials('alice', lab.user().password));
      await answer(controller, 'passcode', { kind: 'passcode', passcode: lab.codeFor() });
      await reach(controller, 'connected');
    };
    await signIn(first);
    expect(controller.state).toMatchObject({ gateway: first.host });
    await first.kill();
    await reach(controller, 'reconnecting');
    await controller.disconnect();
    await reach(controller, 'idle');
    await signIn(second);
    expect(controller.state).toMatchObject({ gateway: second.host });
  });
});
