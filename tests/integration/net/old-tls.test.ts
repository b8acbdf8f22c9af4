import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { startCommand } from '../../peers/command.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv } from '../../peers/gateways/ocserv.ts';

/** GnuTLS's words for what a gateway that nobody has renewed in years can do. */
const priorities = {
  'TLS 1.0': 'NORMAL:-VERS-ALL:+VERS-TLS1.0',
  'TLS 1.1': 'NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0',
  'TLS 1.2 without safe renegotiation': 'NORMAL:-VERS-TLS1.3:%DISABLE_SAFE_RENEGOTIATION',
};

describe.skipIf(missingForPeers() !== null)('an old gateway', { timeout: 60_000 }, () => {
  async function both(priority: string) {
    const lab = await startOcserv({ auth: 'password', extra: [`tls-priorities = "${priority}"`] });
    onTestFinished(() => lab.stop());
    const { name: user, password } = lab.user();
    const folder = await cliFolder();
    const file = join(folder, 'lab.causeway');
    await writeFile(file, JSON.stringify(profileOf(lab)));
    const doctor = startCommand('doctor', file, '--user-data-dir', folder);
    const connect = startCommand('connect', file, '--answers', await answersFile(folder, { user, password }), '--user-data-dir', folder);
    const leave = connect
      .until('state', ({ state }) => state === 'connected')
      .then(
        () => connect.interrupt(),
        () => undefined, // it has ended by itself
      );
    const codes = await Promise.all([doctor.exit, connect.exit, leave]);
    return {
      lab,
      codes: codes.slice(0, 2),
      check: doctor.events().find((event) => event.event === 'check' && event.check === 'gateway'),
      connect,
    };
  }

  test.each(Object.entries(priorities))(
    'a gateway that offers %s gets the same verdict from connect and doctor, and no password',
    async (found, priority) => {
      const { lab, codes, check, connect } = await both(priority);
      expect(connect.events().at(-1)).toMatchObject({ event: 'end', failure: { code: 'old-tls', params: { host: lab.host, found } } });
      expect(connect.events().filter(({ event }) => event === 'prompt')).toEqual([]);
      expect(check).toMatchObject({ result: 'attention' });
      expect(JSON.stringify(check)).toContain(found);
      expect(JSON.stringify(check)).not.toMatch(/hotel/);
      expect(codes).toEqual([5, 5]);
      expect(lab.log()).not.toContain('alice');
    },
  );

  test('a gateway with current TLS is signed in to', async () => {
    const { check, connect } = await both('NORMAL');
    expect(check).toMatchObject({ result: 'ok' });
    expect(connect.out()).toContain('"state":"opening"');
  });
});
