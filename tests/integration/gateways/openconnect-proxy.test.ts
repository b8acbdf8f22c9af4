import { describe, expect, test } from 'vitest';
import type { WebProxy } from '../../../electron/net/endpoint.ts';
import { signInForm } from '../../peers/gateways/form-gateway.ts';
import { failsWith, hasIPv6, missingLibrary } from '../../peers/openconnect-bench.ts';
import { startProxy } from '../../peers/proxies.ts';
import { mei, useDriver } from '../../support/openconnect-driver.ts';

describe.skipIf(missingLibrary() !== null)('a sign-in through a proxy, or at an IPv6 address', () => {
  const { gateway, tcp, signIn, cleanUp } = useDriver();

  const through = async (kind: Exclude<WebProxy['kind'], 'https'>, given: { user: string; password: string } | null, wanted = given) => {
    const at = await gateway(({ init }) => (init ? signInForm : 'success'));
    const proxy = await startProxy({ kind, routes: { [`${at.host}:443`]: at.port }, ...(wanted ? { signIn: wanted } : {}) });
    cleanUp.push(() => proxy.stop());
    const { host, port } = proxy.via;
    // As the app finds it: the name is the proxy's to look up
    const target = { host: at.host, port: 443, via: { kind, host, port, ...(given ? { signIn: given } : {}) } };
    return { at, proxy, attempt: signIn(at.profile({ connectTo: [] }), { credentials: mei }, undefined, target) };
  };

  test.each(['http', 'socks5'] as const)(
    'an OpenConnect sign-in works through a %s proxy, with and without the proxy’s own user and password',
    async (kind) => {
      for (const given of [null, { user: 'nö:body', password: 'p@ss w/ord' }]) {
        const { at, proxy, attempt } = await through(kind, given);
        const { grant } = await attempt.session;
        expect(grant).toMatchObject({ connectUrl: `https://${at.host}/`, address: null });
        expect(proxy.asked).toContain(`${at.host}:443`);
      }
    },
  );

  test('an OpenConnect sign-in works through a proxy kind that only we speak', async () => {
    const { at, proxy, attempt } = await through('socks4', null);
    const { grant } = await attempt.session;
    expect(grant).toMatchObject({ connectUrl: `https://${at.host}/`, endpoint: { via: { kind: 'socks4' } } });
    expect(proxy.asked).toContain(`${at.host}:443`);
  });

  test.each([
    ['http', null],
    ['socks5', null],
    ['http', { user: 'a', password: 'not it' }],
    ['socks5', { user: 'a', password: 'not it' }],
  ] as const)('a %s proxy that rejects us is reported as proxy-rejected: %j', async (kind, given) => {
    const { attempt, proxy } = await through(kind, given, { user: 'a', password: 'b' });
    await expect(attempt.session).rejects.toMatchObject(failsWith('proxy-rejected', { host: `127.0.0.1:${proxy.via.port}` }));
  });

  test('a gateway’s own error behind a proxy is not blamed on the proxy', async () => {
    const at = await gateway(({ init }) => (init ? signInForm : { raw: 'nonsense' }));
    const proxy = await startProxy({ kind: 'http', routes: { [`${at.host}:443`]: at.port } });
    cleanUp.push(() => proxy.stop());
    const attempt = signIn(at.profile({ connectTo: [] }), { credentials: mei }, undefined, { host: at.host, port: 443, via: proxy.via });
    await expect(attempt.session).rejects.toMatchObject(failsWith('gateway-protocol', { host: at.host }));
  });

  test.each(['http', 'socks5'] as const)('a %s proxy that cannot reach the gateway is reported as gateway-unreachable', async (kind) => {
    const at = await gateway(() => signInForm);
    const proxy = await startProxy({ kind, routes: {} });
    cleanUp.push(() => proxy.stop());
    const attempt = signIn(at.profile({ connectTo: [] }), {}, undefined, { host: at.host, port: 443, via: proxy.via });
    await expect(attempt.session).rejects.toMatchObject(failsWith('gateway-unreachable', { host: at.host }));
  });

  test('a proxy that is down is reported as proxy-unreachable', async () => {
    const at = await gateway(() => signInForm);
    const port = await tcp(() => undefined);
    for (const each of cleanUp.splice(1)) await each();
    const target = { via: { kind: 'http' as const, host: '127.0.0.1', port } };
    const attempt = signIn(at.profile(), {}, undefined, target);
    await expect(attempt.session).rejects.toMatchObject(failsWith('proxy-unreachable', { host: `127.0.0.1:${port}` }));
  });

  test.skipIf(!hasIPv6)('a gateway at an IPv6 address signs in by its address in brackets, certificate included', async () => {
    const at = await gateway(({ init }) => (init ? signInForm : 'success'), '::1');
    const { grant } = await signIn(at.profile(), { credentials: mei }).session;
    expect(grant).toMatchObject({ connectUrl: `https://[::1]:${at.port}/`, address: '::1', endpoint: { host: '::1', port: at.port } });
  });
});
