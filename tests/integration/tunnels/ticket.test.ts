import tls from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { spkiSha256 } from '../../../electron/trust/verifier.ts';
import { failureOf } from '../../../shared/failure.ts';
import { issue, type Issued } from '../../support/issuer.ts';
import { listen } from '../../support/servers.ts';
import { bothLibraries, startEngine } from '../../peers/openconnect-bench.ts';
import { agentFor } from '../../../shared/user-agent.ts';

/** Where each family's ticket is long: its one value, and what else stands in the line. */
const lines: Readonly<Record<'anyconnect' | 'nc' | 'gp' | 'fortinet' | 'f5' | 'array', (value: string) => string>> = {
  anyconnect: (value) => value,
  nc: (value) => `DSID=${value}`,
  gp: (value) => `user=mei&portal=campus&domain=d&computer=pc&authcookie=${value}`,
  fortinet: (value) => `SVPNCOOKIE=${value}`,
  f5: (value) => `F5_ST=1z1z1z1700000000z86400; MRHSession=${value}`,
  array: (value) => `ANsession0123456789=${value}`,
};
type Family = keyof typeof lines;
const families: readonly Family[] = ['anyconnect', 'nc', 'gp', 'fortinet', 'f5', 'array'];
const host = 'vpn.campus.test';

describe.each(bothLibraries)('a long ticket, with %s library', (_name, library) => {
  let issued: Issued;
  beforeAll(async () => {
    const authority = await issue(null, { authority: {} });
    issued = await issue(authority, { dns: [host] });
  });

  /** Opens a tunnel with a ticket whose whole line is so long, at a gateway that notes every byte, and refuses. */
  async function open(family: Family, bytes: number) {
    let received = '';
    const server = tls.createServer({ cert: issued.pem, key: issued.keyPem }, (socket) => {
      socket.setEncoding('latin1').on('data', (data) => {
        received += String(data);
        if (received.includes('\r\n\r\n')) socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      });
    });
    const port = await listen(server);
    const value = `${'x'.repeat(bytes - lines[family]('').length - 3)}END`;
    const grant: OpenConnectGrant = {
      kind: 'openconnect',
      agent: agentFor('linux'),
      protocol: family,
      endpoint: { host, port: 443, loopbackPort: port },
      cookie: lines[family](value),
      connectUrl: `https://${host}/`,
      serverPin: `pin-sha256:${spkiSha256(issued.certificate)}`,
      address: '127.0.0.1',
      idleSeconds: null,
      expiresAt: null,
      udp: true,
      keepAlive: 'without-limit',
    };
    expect(grant.cookie).toHaveLength(bytes);
    const { engine } = await startEngine({ library });
    const failure = await engine.open(grant, new AbortController().signal).then(
      () => null,
      (thrown: unknown) => failureOf(thrown),
    );
    return { received: () => received, value, failure };
  }

  describe.each(families)('%s', (family) => {
    test.each([900, 1_023, 4_095, 4_096, 8_000])('a ticket of %i bytes is passed whole', async (bytes) => {
      const { received, value, failure } = await open(family, bytes);
      // Whatever the gateway makes of it
      expect(received()).toContain(value);
      expect(failure).not.toBeNull();
      // Never a part of it
      expect(received().replaceAll(value, '')).not.toContain('xxx');
    });
  });
});
