import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingForPeers } from '../../peers/namespaces.ts';
import { pinOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import { grantFor } from '../../peers/sign-in.ts';

const missing = missingForPeers();

describe.skipIf(missing !== null)('the ocserv test gateway', () => {
  let lab: Ocserv;
  beforeAll(async () => {
    lab = await startOcserv({ client: true, users: [{ name: 'bob' }] });
  });
  afterAll(() => lab.stop());

  test('the ocserv test gateway signs in from loopback, where the page behind it cannot be reached', async () => {
    const grant = await grantFor(lab);
    expect(grant.cookie).toContain('webvpn=');
    // Whoever answers there on this machine's network, if anybody: it is not the campus
    const page = await fetch(lab.webUrl, { signal: AbortSignal.timeout(300) }).then(
      (response) => response.text(),
      () => '',
    );
    expect(page).not.toContain(lab.page);
  });

  test('the ocserv test gateway signs in from the client namespace, and accepts no code twice', async () => {
    const grant = await grantFor(lab, 'bob', 'client');
    expect(grant.connectUrl).toContain(lab.host);
    await expect(grantFor(lab, 'bob', 'client')).rejects.toThrow(/did not sign in/);
  });

  test('the ocserv test gateway restarts after kill -9, with a new key if asked for', async () => {
    const before = lab.pin;
    await lab.restart({ newKey: true });
    expect(lab.pin).not.toBe(before);
    expect(pinOf(lab.authorityPem)).not.toBe(lab.pin);
    expect(await lab.occtl('show', 'status')).toMatchObject({ 'Status': 'online', 'Active sessions': 0 });
  });
});
