import http from 'node:http';
import https from 'node:https';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isOnCampus } from '../../electron/access/trusted-network.ts';
import { createVerifier } from '../../electron/trust/verifier.ts';
import type { Profile } from '../../shared/profile.ts';
import { promptOf, startAppBench, when, type AppBench } from '../support/app.ts';
import { dayMs, issue, type Issued, type CertificateOptions } from '../support/issuer.ts';
import { listen, tcp } from '../support/servers.ts';
import { timed } from '../support/stalls.ts';

/** A captive portal, or a hostile network, that answers in the campus's place. */
const probeHost = '2fa.campus.test';
let campusRoot: Issued;
let otherRoot: Issued;
beforeAll(async () => {
  campusRoot = await issue(null, { name: 'CN=Campus Root', authority: {} });
  otherRoot = await issue(null, { name: 'CN=Campus Root', authority: {} });
});
let bench: AppBench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

/** An HTTPS server that answers everything in the same way. `asked` holds the requests that reached it. */
async function impostor(
  by: Issued | null,
  wishes: CertificateOptions,
  answer: http.RequestListener,
): Promise<{ port: number; asked: string[] }> {
  const leaf = await issue(by, wishes);
  const asked: string[] = [];
  const server = https.createServer({ key: leaf.keyPem, cert: leaf.pem }, (request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  return { port: await listen(server), asked };
}

const says = (body: string, status = 200, headers: http.OutgoingHttpHeaders = {}): http.RequestListener => {
  return (_request, response) => void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
};
const right = says('{"campus":"campus.test"}');

function onCampusAt(port: number, trust: Profile['trust'] = { kind: 'authority', pem: campusRoot.pem }): Promise<boolean> {
  const profile: Profile = {
    version: 1,
    id: 'campus-test',
    name: 'Campus',
    gateways: ['vpn.campus.test'],
    protocol: 'campus',
    tunnel: 'relay',
    labels: { userId: 'User ID', password: 'Password' },
    portal: { address: `https://${probeHost}/`, hosts: [probeHost], pages: 'other' },
    onCampus: { probe: `https://${probeHost}/probe`, campus: 'campus.test' },
    trust,
    connectTo: [{ host: probeHost, port: 443, loopbackPort: port }],
  };
  return isOnCampus(profile, createVerifier({ trust, now: Date.now }), AbortSignal.timeout(20_000));
}

test('a probe that is refused after two seconds, as on Windows loopback, delays a sign-in by no more than that', async () => {
  const port = await tcp((socket) => void setTimeout(() => socket.resetAndDestroy(), 2_000));
  const took = await timed(async () => {
    expect(await onCampusAt(port)).toBe(false);
  });
  expect(took).toBeLessThan(2_700);
});

describe('an impostor of the on-campus probe', () => {
  test('the genuine on-campus answer is believed, so that the tests of false ones mean something', async () => {
    const { port } = await impostor(campusRoot, { dns: [probeHost] }, right);
    expect(await onCampusAt(port)).toBe(true);
  });

  test.each<[string, () => Issued | null, CertificateOptions]>([
    ['signed by itself', () => null, { dns: [probeHost] }],
    ['signed by an authority that only calls itself the campus’s', () => otherRoot, { dns: [probeHost] }],
    ['of another host of the campus', () => campusRoot, { dns: ['vpn.campus.test'] }],
    [
      'that is over',
      () => campusRoot,
      { dns: [probeHost], notBefore: new Date(Date.now() - 9 * dayMs), notAfter: new Date(Date.now() - dayMs) },
    ],
    ['that is not for servers', () => campusRoot, { dns: [probeHost], usages: ['1.3.6.1.5.5.7.3.2'] }],
  ])('an on-campus answer with a certificate %s is not believed, and gets no request', async (_what, by, wishes) => {
    const { port, asked } = await impostor(by(), wishes, right);
    expect(await onCampusAt(port)).toBe(false);
    expect(await onCampusAt(port, { kind: 'system' })).toBe(false);
    expect(await onCampusAt(port, { kind: 'pin', spkiSha256: [`${'A'.repeat(43)}=`] })).toBe(false);
    expect(asked).toEqual([]);
  });

  test.each<[string, http.RequestListener]>([
    ['a sign-in page', says('<html>Welcome to the hotel</html>', 200, { 'content-type': 'text/html' })],
    ['a redirect to the right answer', says('{"campus":"campus.test"}', 302, { location: '/probe' })],
    ['another campus', says('{"campus":"other.test"}')],
    ['the right words in an error', says('{"campus":"campus.test"}', 511)],
    ['the right words in a list', says('[{"campus":"campus.test"}]')],
    ['more than it has to say', says(`{"campus":"campus.test","more":"${'x'.repeat(5_000)}"}`)],
    ['an answer without end', (_request, response) => void response.writeHead(200).write('{"campus":"campus.test"')],
    ['nothing', () => undefined],
  ])('an on-campus answer with the right certificate and %s is not believed, within bounded time', async (_what, answer) => {
    const { port } = await impostor(campusRoot, { dns: [probeHost] }, answer);
    expect(await onCampusAt(port)).toBe(false);
  });

  test('an on-campus answer without TLS is not believed', async () => {
    expect(await onCampusAt(await listen(http.createServer(right)))).toBe(false);
    expect(await onCampusAt(await tcp((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{"campus":"campus.test"}')))).toBe(false);
  });

  test('with a false on-campus answer, the whole application still connects to the gateway and asks', async () => {
    const { port, asked } = await impostor(otherRoot, { dns: [probeHost] }, right);
    bench = await startAppBench();
    const { app, campus, settings } = bench;
    const connectTo = (campus.profile.connectTo ?? []).map((entry) =>
      entry.host === probeHost ? { ...entry, loopbackPort: port } : entry,
    );
    settings.update(() => ({ profiles: [{ ...campus.profile, connectTo }] }));
    await app.verbs.connect({ profileId: campus.profile.id });
    await when(app, promptOf('notice'));
    expect(asked).toEqual([]);
  });
});

describe('a false recovery site', () => {
  test.each<[string, () => Issued | null, CertificateOptions, string]>([
    ['nobody vouches for', () => null, { dns: ['recovery.campus.test'] }, 'certificate-untrusted'],
    ['is another host’s', () => otherRoot, { dns: ['hotel.test'] }, 'certificate-wrong-host'],
  ])('a recovery site whose certificate %s fails with that certificate’s code, and gets no request', async (_what, by, wishes, code) => {
    const { port, asked } = await impostor(by(), wishes, says('{"roles":[{"id":"student","label":"Student"}]}'));
    bench = await startAppBench();
    const { app, campus, settings } = bench;
    settings.update(() => ({
      profiles: [
        {
          ...campus.profile,
          recovery: { address: `https://recovery.campus.test:${port}/`, interface: 'causeway.recovery.v1' },
          connectTo: [{ host: 'recovery.campus.test', port, loopbackPort: port }],
        },
      ],
    }));
    await app.verbs.startTask({ task: 'lost-phone' });
    const { failure } = await when(app, ({ recovery }) => recovery.step === 'failed' && recovery);
    expect(failure.code).toBe(code);
    expect(asked).toEqual([]);
  });
});
