import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { startWithin } from '../../peers/command.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';

/** Well under the two minutes that the system gives one dead address. */
const withinMs = 15_000;

describe.skipIf(missingForPeers() !== null)('a gateway’s name with several addresses', { timeout: 60_000 }, () => {
  let lab: Ocserv;
  let people = 0;
  /** Addresses of the gateway's own network at which packets are taken and nothing is said, before which the system prefers none. */
  let dead: { four: string[]; six: string[] };
  beforeAll(async () => {
    lab = await startOcserv({ client: true });
    const { client } = lab;
    if (!client) throw new Error('no client namespace');
    const device = /wan\d+/.exec(await client.ip('-o', 'link'))?.[0] ?? '';
    const near = (last: number) => lab.address.replace(/\.1$/, `.${last}`);
    dead = { four: [3, 4, 5].map(near), six: [3, 4, 5].map((last) => lab.address6.replace(/::1$/, `::${last}`)) };
    for (const address of [...dead.four, ...dead.six])
      await client.ip('neigh', 'add', address, 'lladdr', '02:00:00:00:00:99', 'dev', device);
  });
  afterAll(() => lab.stop());

  /** Both commands, with this hosts file: what each came to, and how long it took. */
  async function tryBoth(addresses: readonly string[]) {
    const { client } = lab;
    if (!client) throw new Error('no client namespace');
    writeFileSync(client.file('hosts'), ['127.0.0.1 localhost', ...addresses.map((each) => `${each} ${lab.host}`), ''].join('\n'));
    const user = lab.addUser({ name: `row6-${++people}` });
    const folder = await cliFolder();
    const file = join(folder, 'lab.causeway');
    await writeFile(file, JSON.stringify({ ...profileOf(lab), connectTo: [] }));
    const answers = await answersFile(folder, { user: user.name, password: user.password, totp: user.key });
    const doctor = startWithin(client.inside, 'doctor', file, '--user-data-dir', folder);
    await doctor.exit;
    const gateway = doctor.events().find((event) => event.event === 'check' && event.check === 'gateway');
    const begin = performance.now();
    const connect = startWithin(client.inside, 'connect', file, '--answers', answers, '--user-data-dir', folder);
    const done = await Promise.race([
      connect.until('state', ({ state }) => state === 'connected').then(() => 'connected' as const),
      connect.exit,
    ]);
    const ms = performance.now() - begin;
    connect.interrupt();
    await connect.exit;
    return { gateway, done, ms, end: connect.events().at(-1) };
  }

  test.each<[string, () => string[]]>([
    ['an IPv6 address that swallows packets, then a live IPv4 one', () => [...dead.six.slice(0, 1), lab.address]],
    ['a dead IPv4 address, then a live one', () => [...dead.four.slice(0, 1), lab.address]],
    ['a dead IPv4 address, then a live IPv6 one', () => [...dead.four.slice(0, 1), lab.address6]],
    ['three dead ones, then a live one', () => [...dead.four, lab.address]],
  ])(
    'a gateway with several addresses is signed in to within seconds, tunnel included, and doctor agrees: %s',
    async (_what, addresses) => {
      const { gateway, done, ms } = await tryBoth(addresses());
      expect(gateway).toMatchObject({ result: 'ok' });
      expect(done).toBe('connected');
      expect(ms).toBeLessThan(withinMs);
    },
  );

  test('a name with only dead addresses is unreachable for both commands, within the time limit', async () => {
    const { gateway, done, ms, end } = await tryBoth([...dead.six, ...dead.four]);
    expect(gateway).toMatchObject({ result: 'attention' });
    expect(done).toBe(5);
    expect(end).toMatchObject({ failure: { code: 'gateway-unreachable' } });
    expect(ms).toBeLessThan(withinMs + 5_000);
  });
});
