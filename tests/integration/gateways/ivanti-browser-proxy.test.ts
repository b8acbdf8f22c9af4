import { afterEach, expect, it, vi } from 'vitest';
import type { AccessController } from '../../../electron/access/controller.ts';
import { systemProxy } from '../../../electron/desktop/system/system-proxy.ts';
import { Proxies } from '../../../electron/net/proxy/lookup.ts';
import { double } from '../../electron-double/index.ts';
import type { Ivanti, IvantiOptions } from '../../peers/gateways/ivanti.ts';
import { startProxy, type ProxyOptions, type TestProxy } from '../../peers/proxies.ts';
import { answer, reach } from '../../support/access.ts';
import { inWindow, pageHosts, signInOn, useIvantiPages } from '../../support/ivanti-pages.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** Sign-in on an Ivanti gateway’s own pages in a network that lets nothing out but through its web proxy. */

const bench = useIvantiPages({ proxySignIn: (host, port) => proxies.signInAt(host, port) });
const { pageWith } = bench;
/** The web proxies of this computer, and the one that leads on. */
let proxies = new Proxies();
let network: TestProxy | null = null;
let controller: AccessController;
let ivanti: Ivanti;

afterEach(async () => {
  await controller.disconnect();
  await network?.stop();
  network = null;
  proxies = new Proxies();
  double.setSystemProxy('DIRECT');
});

/** The gateway and its identity provider as they are from a network that lets nothing out but through its web proxy. */
async function beginThrough(options: IvantiOptions, wishes: Pick<ProxyOptions, 'signIn' | 'challenges'> = {}): Promise<TestProxy> {
  const routes: Record<string, number> = {};
  network = await startProxy({ kind: 'http', routes, ...wishes });
  // Of a list the first is away, for us and for Chromium
  const gone = await startProxy({ kind: 'http', routes });
  await gone.stop();
  double.setSystemProxy(`PROXY 127.0.0.1:${gone.via.port}; PROXY 127.0.0.1:${network.via.port}`);
  proxies = new Proxies(systemProxy);
  const profileOf = (peer: Ivanti) => {
    for (const name of [peer.host, peer.provider]) routes[`${name}:443`] = peer.port;
    const profile = peer.profile({ browser: { hosts: pageHosts } });
    delete profile.connectTo;
    return profile;
  };
  ({ controller, ivanti } = await bench.begin(options, profileOf, { proxies }));
  return network;
}

it('a browser sign-in sends the page, its identity provider and the first contact through the network’s web proxy', async () => {
  const through = await beginThrough({ saml: true });
  await answer(controller, 'browser', inWindow);
  const identity = await pageWith('Campus identity provider');
  await identity.getByLabel('User').fill(ivanti.user.name);
  await identity.getByLabel('Pass phrase').fill(ivanti.user.password);
  await identity.getByRole('button', { name: 'Continue' }).click();
  await reach(controller, 'connected');
  // A whole Chromium asks a service of its maker's about forms besides, which Electron does not have
  const asked = new Set(through.asked.filter((each) => !each.endsWith('.googleapis.com:443')));
  expect(asked).toEqual(new Set([`${ivanti.host}:443`, `${ivanti.provider}:443`]));
  // What carries goes through there too, and looks no name up
  expect(bench.grants[0]).toMatchObject({ address: null, endpoint: { via: { port: through.via.port } } });
});

it('the web proxy’s sign-in is asked for once, in our own window, and the page needs no other', async () => {
  const signIn = { user: 'guest', password: 'let me through' };
  const through = await beginThrough({}, { signIn });
  await answer(controller, 'proxy', { kind: 'proxy', ...signIn });
  await answer(controller, 'browser', inWindow);
  await signInOn(await pageWith('Welcome to Campus Secure Access'), ivanti);
  await reach(controller, 'connected');
  expect(through.asked.length).toBeGreaterThan(1);
  expect(bench.log.join('\n')).not.toContain(signIn.password);
});

it('no page is shown if the web proxy wants a kind of sign-in that we do not support', async () => {
  const through = await beginThrough({}, { signIn: { user: 'a', password: 'b' }, challenges: ['Negotiate', 'NTLM'] });
  expect(await reach(controller, 'idle')).toMatchObject({
    ending: { code: 'proxy-sign-in-kind', params: { host: `127.0.0.1:${through.via.port}`, scheme: 'Negotiate, NTLM' } },
  });
});
