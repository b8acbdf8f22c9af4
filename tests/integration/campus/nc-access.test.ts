import tls from 'node:tls';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCampus, type Campus } from '../../../campus/campus.ts';
import { AccessController } from '../../../electron/access/controller.ts';
import { browserDriver } from '../../../electron/gateways/ivanti-web/driver.ts';
import type { OpenSignInPage } from '../../../electron/gateways/sign-in-page.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import { fail } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import { answer, handEnvironment, proceed, reach, student } from '../../support/access.ts';
import { lastingPort } from '../../support/ports.ts';
import { kill } from '../../peers/namespaces.ts';
import { missingLibrary, startEngine, type EngineBench } from '../../peers/openconnect-bench.ts';

/** Our own code from Connect to the portal on a campus behind Ivanti: only the page, where the person signs in, is a double. */
const portal = '2fa.campus.test';

describe.skipIf(missingLibrary() !== null)('a campus whose gateway is Ivanti’s', () => {
  let campus: Campus;
  let controller: AccessController;
  let ticket: string;
  let sessionId: string;
  let bench: EngineBench;

  beforeEach(async () => {
    campus = await startCampus({ port: await lastingPort(), signIn: 'pages' });
    ({
      ticket,
      session: { id: sessionId },
    } = await campus.services.sessions.start({ userId: student.userId, installation: 'page', client: 'page' }));
    const signInPage: OpenSignInPage = async (request) => {
      const url = `https://vpn.campus.test:${campus.port}/dana/home/index.cgi`;
      const done = await request.seen({ url, cookies: [{ name: 'DSID', value: ticket, hostOnly: true }], headers: [] });
      return { kind: done ? 'done' : 'closed' };
    };
    bench = await startEngine();
    controller = new AccessController({
      drivers: { nc: browserDriver(signInPage) },
      tunnels: { app: bench.engine },
      direct: () => () => Promise.reject(fail('internal')),
      verifierFor: (profile) => createVerifier({ trust: profile.trust, now: Date.now }),
      environment: handEnvironment(),
      client: { name: 'test', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
      prepared: () => () => Promise.resolve(null),
      now: Date.now,
      random: Math.random,
      log: () => undefined,
    });
    const profile: Profile = {
      ...campus.profile,
      // Without the form, which the pages' own tests fill in
      browser: { hosts: campus.profile.browser?.hosts ?? [] },
      notice: 'For members of the university only.',
    };
    controller.connect(profile);
    await answer(controller, 'notice', proceed);
    await answer(controller, 'browser', { kind: 'browser', where: 'window' });
    await reach(controller, 'connected');
  });
  afterEach(async () => {
    await controller.disconnect();
    await campus.stop();
    bench.driver.stop();
  });

  /** The portal's page over a TLS connection through the tunnel, whose certificate is checked. */
  async function portalPage(): Promise<string> {
    const stream = await controller.dial(portal, 443, AbortSignal.timeout(10_000));
    const secure = tls.connect({ socket: stream, servername: portal, ca: [campus.authority.pem] });
    secure.write(`GET /sign-in HTTP/1.1\r\nHost: ${portal}\r\nConnection: close\r\n\r\n`);
    return text(secure);
  }

  it('a campus behind Ivanti loads its portal by name through the tunnel, which reaches no other host or port', async () => {
    const page = await portalPage();
    expect(page).toMatch(/^HTTP\/1\.1 200 /);
    expect(page).toContain('Two-factor devices');
    for (const [host, port] of [
      [portal, 80],
      ['127.0.0.1', campus.port],
      ['vpn.campus.test', 443],
    ] as const)
      await expect(controller.dial(host, port, AbortSignal.timeout(5_000))).rejects.toThrow();
    expect(campus.records.sessions().map(({ id }) => id)).toEqual([sessionId]);
  });

  it('a session behind Ivanti resumes with the same cookie after the tunnel’s process was killed, and asks nobody', async () => {
    const back = reach(controller, 'reconnecting').then(() => reach(controller, 'connected'));
    kill(bench.workers.at(-1)?.pid);
    await back;
    expect(await portalPage()).toContain('Two-factor devices');
  });

  it('a session behind Ivanti reports that the campus ended it', async () => {
    await campus.control.end(sessionId);
    expect((await reach(controller, 'idle')).ending).toMatchObject({ code: 'session-revoked' });
  });

  it('Disconnect signs a session behind Ivanti out at the gateway', async () => {
    expect(campus.records.sessions()).toHaveLength(1);
    await controller.disconnect();
    expect(campus.records.sessions()).toEqual([]);
  });

  it('a session behind Ivanti reconnects while the gateway is gone', async () => {
    await campus.stop();
    kill(bench.workers.at(-1)?.pid);
    await reach(controller, 'reconnecting');
  });
});
