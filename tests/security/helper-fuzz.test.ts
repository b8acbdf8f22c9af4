import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { helperMessageSchema, type HelperMessage } from '../../electron/helper-client/protocol.ts';
import { HelperProcess } from '../peers/helper-process.ts';
import { missingForUnit } from '../peers/service.ts';
import { missingForPeers, Namespace } from '../peers/namespaces.ts';

const missing = missingForPeers([]);
const numRuns = process.env['CAUSEWAY_LONG'] === undefined ? 2_000 : 100_000;
const answerTimeoutMs = 10_000;

const pin = `${'R'.repeat(43)}=`;
const valid = {
  open: {
    id: 1,
    type: 'open',
    target: {
      protocol: 'anyconnect',
      connectUrl: 'https://vpn.campus.test/',
      address: null,
      proxy: null,
      agent: { userAgent: 'AnyConnect Windows 4.10.06079', system: 'win' },
    },
    cookie: 'webvpn=0123456789',
  },
  close: { id: 2, type: 'close', signOut: true },
  status: { id: 3, type: 'status' },
  ask: { id: 7, type: 'status', host: 'vpn.campus.test' },
  statistics: { id: 4, type: 'statistics' },
  watch: { id: 5, type: 'watch' },
  mend: { id: 6, type: 'recover' },
};

/** What an attacker with access to the socket would try. */
const hostile = fc.constantFrom(
  '--script=/tmp/evil',
  'https://vpn.campus.test/ --script=/tmp/evil',
  'https://vpn.campus.test/\n--script=/tmp/evil',
  'https://user:secret@vpn.campus.test/',
  'https://vpn.campus.test:99999/',
  'https://other.campus.test/',
  'https://vpn.campus.test.evil.example/',
  'https://vpn.campus.test%00.evil.example/',
  'http://vpn.campus.test/',
  'https://[::1]/',
  'https://vpn.campus.test\\@evil.example/',
  "'; touch /tmp/evil; '",
  '$(touch /tmp/evil)',
  '../../../etc/passwd',
  'pin-sha256:',
  '127.0.0.1 --script=/tmp/evil',
  '\u0000',
  '\u202e',
  'x'.repeat(5_000),
);
const anything = fc.oneof(
  hostile,
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Tricks with the spelling of a gateway's name, to make the checked name differ from the one connected to. */
const oddAddresses = [
  'https://vpn.campus.test./',
  'https://vpn.campus.test../',
  'https://.vpn.campus.test/',
  'https://a.vpn.campus.test/',
  'https://xvpn.campus.test/',
  'https://vpn.campus.test.evil.example/',
  'https://vpn.campus.test%00.evil.example/',
  'https://vpn.campus.test\u0000.evil.example/',
  'https://vpn.campus.test%20.evil.example/',
  'https://vpn.campus.test%2f.evil.example/',
  'https://vpn.campus.test%5c@evil.example/',
  'https://vpn.campus.test%252e/',
  'https://vpn.campus.test%25.evil.example/',
  'https://user@vpn.campus.test/',
  'https://user:secret@vpn.campus.test/',
  'https://:@evil.example/',
  'https://vpn.campus.test:443@evil.example/',
  'https://vpn.campus.test@evil.example/',
  'https://evil.example\\@vpn.campus.test/',
  'https://evil.example#@vpn.campus.test/',
  'https://evil.example?@vpn.campus.test/',
  'https://evil.example/@vpn.campus.test/',
  'https://vpn.campus.test,evil.example/',
  'https://vpn.campus.test;evil.example/',
  'https://vpn.campus.test|evil.example/',
  'https://vpn.campus.test:0/',
  'https://vpn.campus.test:65536/',
  'https://vpn.campus.test:99999/',
  'https://vpn.campus.test:-1/',
  'https://vpn.campus.test:4 43/',
  'https://vpn.campus.test:443:443/',
  'https://vpn.c\u0430mpus.test/',
  'https://vpn\uff0ecampus.test/',
  'https://vpn.campus.te\u00adst/',
  'https://\u202evpn.campus.test/',
  'https://xn--vpn-.campus.test/',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://2130706433/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[fe80::1%25eth0]/',
  'https://[v1.vpn]/',
  'https://localhost/',
  'https://*.campus.test/',
  'https://*/',
  'https:vpn.campus.test/',
  'https://',
  'HTTPS://vpn.campus.test/',
  'http://vpn.campus.test/',
  'file://vpn.campus.test/',
  ' https://vpn.campus.test/',
  'https://vpn.campus.test/\n',
  'https://vpn.campus.test\t.evil.example/',
  'https://vpn.campus.test/ --script=/tmp/evil',
  '--script=/tmp/evil',
  `https://${'a'.repeat(64)}.campus.test/`,
  `https://${'a.'.repeat(200)}campus.test/`,
  `https://vpn.campus.test/${'x'.repeat(10_000)}`,
  `https://${'x'.repeat(10_000)}/`,
];

const isRecord = (node: unknown): node is Record<string, unknown> => typeof node === 'object' && node !== null;

/** A valid message with something replaced, added or removed, at any depth. */
const mutated = fc
  .tuple(
    fc.constantFrom(...Object.values(valid)),
    fc.constantFrom('replace', 'add', 'remove'),
    fc.nat(20),
    fc.string({ maxLength: 12 }),
    anything,
  )
  .map(([message, how, at, key, value]) => {
    const copy: unknown = JSON.parse(JSON.stringify(message));
    const places: [Record<string, unknown>, string][] = [];
    const walk = (node: unknown): void => {
      if (!isRecord(node)) return;
      for (const name of Object.keys(node)) {
        places.push([node, name]);
        walk(node[name]);
      }
    };
    walk(copy);
    const [node, name] = places[at % places.length] ?? [{}, ''];
    if (how === 'replace') node[name] = value;
    else if (how === 'add') Object.defineProperty(node, key, { value, enumerable: true, configurable: true, writable: true });
    else Reflect.deleteProperty(node, name);
    return Buffer.from(`${JSON.stringify(copy)}\n`);
  });
const message = fc.oneof(
  { weight: 6, arbitrary: mutated },
  { weight: 2, arbitrary: fc.json().map((text) => Buffer.from(`${text}\n`)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.concat([bytes, Buffer.from('\n')])) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.values(valid)).map((good) => Buffer.from(`${JSON.stringify(good)}\n`)) },
);

describe.skipIf(missing !== null)('the helper’s socket', { timeout: 1_800_000 }, () => {
  let namespace: Namespace;
  let helper: HelperProcess;
  let seen: string;
  beforeAll(async () => {
    namespace = await Namespace.create('c');
    helper = await HelperProcess.start(namespace, { users: ['nobody'] });
    // The service's own folder, by both names. openconnect's user has a file of its own there
    seen = join(helper.directory, 'run/seen');
    writeFileSync(seen, '');
    chmodSync(seen, 0o666);
    const inside = missingForUnit === null ? '/run/causeway/seen' : seen;
    const fake = join(helper.directory, 'openconnect');
    writeFileSync(
      fake,
      `#!/bin/sh\n{ printf '%s\\0' "$@"; printf 'ENV\\0'; tr '\\0' ' ' < /proc/self/environ; printf '\\0STDIN\\0'; cat; printf '\\001'; } >> ${inside}\nexit 1\n`,
    );
    chmodSync(fake, 0o755);
    helper.configure({ users: ['nobody'], gateways: [{ host: 'vpn.campus.test', trust: { pins: [pin] } }], openconnect: fake });
  });
  afterAll(async () => {
    await helper.stop();
    namespace.destroyNow();
  });
  /** What each openconnect was started with. */
  const startedSoFar = (): string[] => (existsSync(seen) ? readFileSync(seen, 'latin1').split('\x01').filter(Boolean) : []);

  test(`the helper answers or refuses ${numRuns.toLocaleString('en')} messages, and hands openconnect nothing unchecked`, async () => {
    const pid = helper.pid;
    await fc.assert(
      fc.asyncProperty(message, async (bytes) => {
        const answers = await exchange(helper.socket('nobody'), bytes);
        expect(answers.length).toBeGreaterThan(0);
      }),
      { numRuns },
    );
    expect(helper.pid).toBe(pid);
    const alive = await exchange(helper.socket('nobody'), Buffer.from(`${JSON.stringify(valid.status)}\n`));
    expect(alive).toEqual([{ id: 3, state: { kind: 'closed' } }]);
    const started = startedSoFar();
    expect(started.length).toBeGreaterThan(0);
    for (const run of started) expectHarmless(run);
  });

  test.each(oddAddresses)('the helper opens no tunnel to %j, and keeps serving', async (connectUrl) => {
    const [pid, before] = [helper.pid, startedSoFar()];
    const asked = { ...valid.open, target: { ...valid.open.target, connectUrl } };
    const [answer] = await exchange(helper.socket('nobody'), Buffer.from(`${JSON.stringify(asked)}\n`));
    expect(answer).toEqual({
      id: expect.toBeOneOf([1, null]) as unknown,
      failure: expect.objectContaining({ code: expect.toBeOneOf(['request-invalid', 'helper-denied']) as unknown }) as unknown,
    });
    expect(startedSoFar()).toEqual(before);
    expect(helper.pid).toBe(pid);
    expect(await exchange(helper.socket('nobody'), Buffer.from(`${JSON.stringify(valid.status)}\n`))).toEqual([
      { id: 3, state: { kind: 'closed' } },
    ]);
    // It is not told how such a gateway would be verified either
    const host = /^https:\/\/([^/?#]*)/.exec(connectUrl)?.[1] ?? connectUrl;
    if (host === 'vpn.campus.test') return;
    const [proofReply] = await exchange(helper.socket('nobody'), Buffer.from(`${JSON.stringify({ ...valid.ask, host })}\n`));
    expect(proofReply).not.toHaveProperty('proof', expect.anything());
  });

  test.each([
    'https://VPN.Campus.TEST/',
    'https://vpn.campus.test:443/',
    'https://vpn%2ecampus.test/',
    'https://vpn.campus.test/%2e%2e/',
    'https:///vpn.campus.test/',
    'https://vpn.campus.test\\@evil.example/..',
  ])('the helper gives openconnect the one spelling that it checked for %j', async (connectUrl) => {
    const before = startedSoFar().length;
    const asked = { ...valid.open, target: { ...valid.open.target, connectUrl } };
    const [answer] = await exchange(helper.socket('nobody'), Buffer.from(`${JSON.stringify(asked)}\n`));
    // The openconnect stand-in exits at once
    expect(answer).toMatchObject({ failure: { code: expect.not.stringMatching(/^(request-invalid|helper-denied)$/) as unknown } });
    const [run = '', ...others] = startedSoFar().slice(before);
    expect(others).toEqual([]);
    expectHarmless(run);
    expect(run.split('ENV\0')[0]?.split('\0').at(-2)).toBe('https://vpn.campus.test/');
  });

  test('the helper refuses a line without an end, and closes the connection', async () => {
    const answers = await exchange(helper.socket('nobody'), Buffer.alloc(1024 * 1024, 'x'));
    expect(answers).toEqual([{ id: null, failure: { code: 'request-invalid' } }]);
  });

  test('the helper serves at most sixteen connections at once, and the next one when one closes', async () => {
    const open = (): Promise<net.Socket> =>
      new Promise((resolve, reject) => {
        const socket = net.connect(helper.socket('nobody'), () => resolve(socket)).once('error', reject);
      });
    const sockets = await Promise.all(Array.from({ length: 40 }, open));
    for (const socket of sockets) socket.on('error', () => undefined).resume();
    await expect.poll(() => sockets.filter((socket) => socket.closed).length).toBe(40 - 16);
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(() => exchange(helper.socket('nobody'), Buffer.from(`${JSON.stringify(valid.status)}\n`)).catch(() => []))
      .toEqual([{ id: 3, state: { kind: 'closed' } }]);
  });
});

/** Sends bytes over a new connection. Resolves with the answer, or with what came until it was closed. */
function exchange(path: string, bytes: Buffer): Promise<HelperMessage[]> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path);
    let text = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no answer to ${bytes.toString('latin1').slice(0, 300)}`));
    }, answerTimeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(
        text
          .split('\n')
          .filter(Boolean)
          .map((line) => helperMessageSchema.parse(JSON.parse(line))),
      );
    };
    socket.on('error', () => undefined);
    socket.on('data', (part) => {
      text += part.toString('utf8');
      if (text.endsWith('\n')) settle();
    });
    socket.once('close', settle);
    socket.write(bytes);
  });
}

/** The arguments that openconnect may get, in order; our environment; one line on stdin. */
function expectHarmless(run: string): void {
  const [words = '', rest = ''] = run.split('ENV\0');
  const [environment = '', cookie = ''] = rest.split('STDIN\0');
  const all = words.split('\0').slice(0, -1);
  const allowed = [
    /^--protocol=(anyconnect|nc|pulse|gp|f5|fortinet|array)$/,
    /^--cookie-on-stdin$/,
    /^--non-inter$/,
    // From the client, as one argument and one line
    /^--useragent=[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?$/,
    /^--os=(linux|linux-64|win|mac-intel)$/,
    // From the configuration, and nothing from a client
    new RegExp(`^--servercert=pin-sha256:${pin}$`),
    /^--reconnect-timeout=90$/,
    /^--force-dpd=4$/,
    /^--base-mtu=(1280|1406)$/,
    /^--resolve=vpn\.campus\.test:[0-9a-fA-F.:]+$/,
    /^--proxy=(http|socks5):\/\/[A-Za-z0-9.-]+:\d+$/,
    /^--no-proxy$/,
    /^--interface=causeway0$/,
    /^--script$/,
    /^'[^']+'( '[^']+')* 'script' '--report-to' '[^']+'$/,
    /^https:\/\/vpn\.campus\.test(:\d+)?\/[\x21-\x7e]*$/,
  ];
  for (const word of all)
    expect(
      allowed.some((shape) => shape.test(word)),
      word,
    ).toBe(true);
  expect(
    environment
      .replace('\0', '')
      .split(' ')
      .filter(Boolean)
      .map((pair) => pair.split('=')[0])
      .sort(),
  ).toEqual(['LC_ALL', 'PATH', 'TZ']);
  expect(cookie).toMatch(/^[\x20-\x7e]+\n$/);
}
