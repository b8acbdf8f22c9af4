import { writeFile } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Profile } from '../../../shared/profile.ts';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { issue } from '../../support/issuer.ts';
import { listen } from '../../support/servers.ts';
import { startCommand } from '../../peers/command.ts';
import { missingLibrary } from '../../peers/openconnect-bench.ts';

describe.skipIf(missingLibrary() !== null)('a gateway that leaves its intermediate certificate out', { timeout: 60_000 }, () => {
  test.each<Profile['protocol']>(['anyconnect', 'gp', 'fortinet', 'nc'])(
    'connect and doctor report a missing intermediate certificate as the campus’s mistake, and ask nobody about a fingerprint: %s',
    async (protocol) => {
      const host = 'vpn.campus.test';
      const root = await issue(null, { name: 'CN=Campus Root', authority: {} });
      const middle = await issue(root, { name: 'CN=Campus Issuing', authority: {} });
      const leaf = await issue(middle, { dns: [host] });
      const requests: string[] = [];
      const server = https.createServer({ cert: leaf.pem, key: leaf.keyPem }, (request, response) => {
        requests.push(request.url ?? '');
        response.end();
      });
      const profile: Profile = {
        version: 1,
        id: 'gap',
        name: 'Campus with a gap',
        gateways: [host],
        protocol,
        tunnel: 'app',
        labels: { userId: 'User ID', password: 'Password' },
        portal: { address: 'https://portal.campus.test/', hosts: ['portal.campus.test'], pages: 'other' },
        trust: { kind: 'authority', pem: root.pem },
        connectTo: [{ host, port: 443, loopbackPort: await listen(server) }],
      };
      const folder = await cliFolder();
      const file = join(folder, 'campus.causeway');
      await writeFile(file, JSON.stringify(profile));
      const answers = await answersFile(folder, { user: 'mei', password: 'harbour' });
      const doctor = startCommand('doctor', file, '--user-data-dir', folder);
      const connect = startCommand('connect', file, '--answers', answers, '--user-data-dir', folder);
      expect(await Promise.all([doctor.exit, connect.exit])).toEqual([6, 6]);
      const failure = { code: 'certificate-incomplete', params: { host, issuer: 'CN=Campus Issuing' } };
      expect(connect.events().at(-1)).toMatchObject({ event: 'end', failure });
      expect(connect.events().filter(({ event }) => event === 'prompt')).toEqual([]);
      const check = doctor.events().find((event) => event.event === 'check' && event.check === 'gateway');
      expect(check).toMatchObject({
        says: expect.stringContaining('CN=Campus Issuing') as unknown,
        todo: expect.stringContaining('help desk') as unknown,
      });
      expect(requests).toEqual([]);
    },
  );
});
