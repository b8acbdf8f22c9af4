import type * as Dns from 'node:dns';
import net from 'node:net';
import type * as Os from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { campusProfile } from '../../../campus/profile.ts';
import { connectPlain } from '../../../electron/net/tcp.ts';
import { connectVia } from '../../../electron/net/proxy/proxy.ts';
import { directDial } from '../../../electron/tunnels/direct.ts';
import { failureOf, type Failure } from '../../../shared/failure.ts';
import { english } from '../../support/english.ts';

vi.mock('node:os', async (original) => {
  const wifi = { family: 'IPv4', cidr: '10.20.3.4/20', internal: false };
  const wifi6 = { family: 'IPv6', cidr: '2001:db8:7::4/64', internal: false };
  const self = { family: 'IPv4', cidr: '127.0.0.1/8', internal: true };
  return { ...(await original<typeof Os>()), networkInterfaces: () => ({ lo0: [self], en0: [wifi, wifi6] }) };
});

/** Every name has one address; what the system tells of a connection there is `answer`. */
vi.mock('node:dns', async (original) => {
  const real = await original<typeof Dns>();
  const lookup = () => Promise.resolve([{ address: '203.0.113.80', family: 4 }]);
  return { ...real, default: { ...real, promises: { ...real.promises, lookup } } };
});

/** What a connection is told by the system. */
const unreachable = (address: string, code = 'EHOSTUNREACH'): Error =>
  Object.assign(new Error(`connect ${code} ${address}:443`), { code, address, port: 443 });

const { platform } = process;
let answer: Error;
beforeEach(() => {
  Object.defineProperty(process, 'platform', { value: 'darwin' });
  vi.spyOn(net, 'connect').mockImplementation(() => {
    const socket = new net.Socket();
    setImmediate(() => socket.destroy(answer));
    return socket;
  });
});
afterEach(() => {
  Object.defineProperty(process, 'platform', { value: platform });
  vi.restoreAllMocks();
});

const signal = new AbortController().signal;
const profile = campusProfile({ port: 1, portalPort: 2, authorityPem: '' });
const failing = (work: Promise<unknown>): Promise<Failure> => work.then(() => Promise.reject(new Error('it connected')), failureOf);
const gateway = () => failing(connectPlain({ host: 'vpn.campus.test', port: 443 }, { signal, timeoutMs: 5_000 }));
const portal = () => {
  const plain = { ...profile };
  delete plain.connectTo;
  return failing(directDial(plain)('2fa.campus.test', 443, signal));
};

describe('on a Mac that keeps Causeway from the local network', () => {
  test.each(['10.20.15.250', '2001:db8:7::99'])(
    'a gateway and a portal on the local network fail with local-network: %s',
    async (address) => {
      answer = unreachable(address);
      expect(await gateway()).toMatchObject({ code: 'local-network', params: { host: 'vpn.campus.test' } });
      expect(await portal()).toMatchObject({ code: 'local-network', params: { host: '2fa.campus.test' } });
      expect(english.failure(await gateway()).todo).toContain('Privacy & Security, Local Network');
    },
  );

  test('a name with several addresses fails with local-network if one is on the local network', async () => {
    answer = new AggregateError([unreachable('203.0.113.9', 'ETIMEDOUT'), unreachable('10.20.0.7')]);
    expect(await gateway()).toMatchObject({ code: 'local-network' });
  });

  test('a web proxy on the local network fails with local-network if no other of its list can be reached', async () => {
    answer = unreachable('10.20.0.9');
    const proxy = { kind: 'http', host: 'proxy.campus.test', port: 3128 } as const;
    const target = { host: 'vpn.campus.test', port: 443 };
    const options = { signal, timeoutMs: 5_000 };
    expect(await failing(connectVia(proxy, target, options))).toMatchObject({
      code: 'local-network',
      params: { host: 'proxy.campus.test:3128' },
    });
    const both = { ...proxy, fallbacks: [{ ...proxy, host: 'proxy2.campus.test' }] };
    expect(await failing(connectVia(both, target, options))).toMatchObject({
      code: 'local-network',
      params: { host: 'proxy.campus.test:3128, proxy2.campus.test:3128' },
    });
  });

  test.each([
    ['another network', unreachable('192.0.2.7')],
    ['this computer itself', unreachable('127.0.0.1')],
    ['a host that refuses', unreachable('10.20.0.7', 'ECONNREFUSED')],
  ])('on a Mac, %s is reported as what it is', async (_, error) => {
    answer = error;
    expect(await gateway()).toMatchObject({ code: 'gateway-unreachable' });
    expect(await portal()).toMatchObject({ code: 'host-unreachable' });
  });

  test('other systems never report local-network', async () => {
    Object.defineProperty(process, 'platform', { value: 'linux' });
    answer = unreachable('10.20.0.7');
    expect(await gateway()).toMatchObject({ code: 'gateway-unreachable' });
  });
});
