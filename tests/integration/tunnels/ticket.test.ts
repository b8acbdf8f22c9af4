import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { appTunnel } from '../../../electron/tunnels/openconnect/app.ts';
import { spkiSha256 } from '../../../electron/trust/verifier.ts';
import { failureOf } from '../../../shared/failure.ts';
import { issue, type Issued } from '../../support/issuer.ts';
import { listen } from '../../support/servers.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { nativeFolder } from '../../peers/openconnect-bench.ts';
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
/** How many bytes this version takes of a line. */
const takes = (version: string): number => (/v(9\.(1[2-9]|[2-9]\d)|[1-9]\d)/.test(version) ? 4095 : 1022);
const versionOf = (program: string): string =>
  /v[\d.]+/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout)?.[0] ?? 'none';

const programs = [
  ['our own', nativeFolder, join(nativeFolder, 'openconnect')],
  ['the system’s', null, '/usr/sbin/openconnect'],
] as const;

describe.skipIf(missingForPeers() !== null).each(programs.filter(([, , file]) => existsSync(file)))(
  'a long ticket, with %s openconnect',
  (_name, folder, file) => {
    let issued: Issued;
    const most = takes(versionOf(file));
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
      const engine = appTunnel({ programs: { folder, platform: 'linux' }, log: () => undefined, now: Date.now });
      const failure = await engine.open(grant, new AbortController().signal).then(
        () => null,
        (thrown: unknown) => failureOf(thrown),
      );
      return { received: () => received, value, failure };
    }

    describe.each(families)('%s', (family) => {
      test.each([900, 1_022, 1_023, 1_100, 4_095, 4_096])(
        'a ticket of %i bytes is passed whole, or not at all and with a sentence',
        async (bytes) => {
          const { received, value, failure } = await open(family, bytes);
          if (bytes <= most) {
            // Whatever the gateway makes of it
            expect(received()).toContain(value);
            expect(failure?.code).not.toBe('ticket-too-long');
          } else {
            expect(failure).toMatchObject({ code: 'ticket-too-long', params: { host } });
            expect(received()).toBe('');
          }
          // Never a part of it
          expect(received().replaceAll(value, '')).not.toContain('xxx');
        },
      );
    });
  },
);
