import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { startWithin } from '../../peers/command.ts';
import { missingForPeers, Namespace } from '../../peers/namespaces.ts';

const [gateway, elsewhere, nameServer] = ['10.77.0.80', '10.77.0.99', '10.77.0.53'];
const host = 'vpn.campus.test';
const frontPage = { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome to Harbour VPN</h1>' };
const loginPage = { status: 302, headers: { location: 'http://login.hotel.test/' }, body: '' };

interface Network {
  web: typeof frontPage | typeof loginPage;
  /** What its name server says of names that nobody has. */
  otherwise?: string;
  /** Takes every connection for its own. */
  takesAll?: boolean;
}

/** A computer in a network of its own in which the gateway's port 443 is closed. */
async function joined({ web, otherwise, takesAll }: Network): Promise<Namespace> {
  const here = await Namespace.create('c', { 'resolv.conf': `nameserver ${nameServer}\n`, 'hosts': '127.0.0.1 localhost\n' });
  onTestFinished(() => here.destroyNow());
  for (const address of [gateway, elsewhere, nameServer]) await here.ip('addr', 'add', `${address}/32`, 'dev', 'lo');
  if (takesAll === true) await here.ip('route', 'add', 'local', '0.0.0.0/0', 'dev', 'lo');
  const [ip, ...words] = here.inside;
  const settings = { nameServer, names: { [host]: gateway }, otherwise: otherwise ?? null, web };
  const inside = fork(join(import.meta.dirname, '../../peers/network-inside.ts'), {
    execPath: ip,
    execArgv: [...words, process.execPath, '--import', 'tsx'],
    env: { ...process.env, NETWORK_INSIDE: JSON.stringify(settings) },
  });
  onTestFinished(() => void inside.kill('SIGKILL'));
  await Promise.race([once(inside, 'message'), once(inside, 'exit').then(() => Promise.reject(new Error('the network ended')))]);
  return here;
}

const profile = {
  version: 1,
  id: 'harbour',
  name: 'Harbour',
  gateways: [host],
  portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
  trust: { kind: 'system' },
};

describe.skipIf(missingForPeers([]) !== null)('a gateway that is down, and what answers for it on plain HTTP', { timeout: 60_000 }, () => {
  test.each<[string, Network, string | null]>([
    ['its own front page: nobody holds people up', { web: frontPage }, null],
    ['a network that takes every connection', { web: frontPage, takesAll: true }, `http://${host}/`],
    ['a network whose name server knows every name', { web: frontPage, otherwise: gateway }, `http://${host}/`],
    ['a provider’s page for mistyped names holds nobody up', { web: frontPage, otherwise: elsewhere }, null],
    ['a network that sends people to its own page', { web: loginPage, takesAll: true }, 'http://login.hotel.test/'],
  ])('doctor and connect agree about %s', async (_what, network, portal) => {
    const here = await joined(network);
    const folder = await cliFolder();
    const file = join(folder, 'harbour.causeway');
    writeFileSync(file, JSON.stringify(profile));
    const answers = await answersFile(folder, { user: 'mei', password: 'pw' });

    const doctor = startWithin(here.inside, 'doctor', file, '--user-data-dir', folder);
    expect(await doctor.exit, doctor.out()).toBe(5);
    const check = doctor.events().find((event) => event.event === 'check' && event.check === 'gateway');
    expect(check).toMatchObject({ result: 'attention' });
    const connect = startWithin(here.inside, 'connect', file, '--user-data-dir', folder, '--answers', answers);
    expect(await connect.exit).toBe(5);
    const end = connect.events().find((event) => event.event === 'end');
    if (portal === null) {
      expect(JSON.stringify(check)).toContain('cannot be reached');
      expect(end).toMatchObject({ failure: { code: 'gateway-unreachable' } });
    } else {
      expect(JSON.stringify(check)).toContain(portal);
      expect(end).toMatchObject({ failure: { code: 'captive-portal', params: { address: portal } } });
    }
  });
});
