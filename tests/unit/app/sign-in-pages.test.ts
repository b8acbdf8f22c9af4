import { expect, test } from 'vitest';
import { campusProfile } from '../../../campus/profile.ts';
import type { SignInPage } from '../../../electron/app/ports.ts';
import { SignInPages } from '../../../electron/app/sign-in/sign-in-pages.ts';

/** Each sign-in page's step, by the page-based campus's own profile. It decides what our column says beside the page. */
const profile = campusProfile({ port: 8443, portalPort: 8444, authorityPem: '', signIn: 'pages' });

/** The steps of a sign-in that shows pages of these hosts, one after another. A page that closes is null. */
function stepsAt(...hosts: (string | null)[]): string[] {
  let show: (page: SignInPage | null) => void = () => undefined;
  const view = { back: () => undefined, reload: () => undefined, copyBlockedHosts: () => Promise.resolve() };
  const pages = new SignInPages({
    view: { ...view, onPage: (listener) => (show = listener) },
    profile: () => profile,
    changed: () => undefined,
    opened: () => undefined,
  });
  const page = { path: '/', loading: false, canGoBack: false, failure: null, denied: null, blocked: { named: [], count: 0 } };
  return hosts.map((host) => {
    show(host === null ? null : { host, ...page });
    return pages.state.kind === 'open' ? pages.state.step : pages.state.kind;
  });
}

test.each([
  ['vpn.campus.test:8443', 'gateway'],
  ['login.campus.test:8443', 'form'],
  ['duo.campus.test:8443', 'second-factor'],
  ['api-1a2b3c4d.duosecurity.com', 'second-factor'],
  ['api-1a2b3c4d.duofederal.com', 'second-factor'],
  // Neither is named for Duo, nor is the port the form's
  ['notduosecurity.com', 'other'],
  ['duopoly.campus.test', 'other'],
  ['login.campus.test', 'other'],
])('a page of %s is the step: %s', (host, step) => {
  expect(stepsAt(host)).toEqual([step]);
});

test('the gateway’s own pages after another host’s page are the last step, until the next sign-in', () => {
  const gateway = 'vpn.campus.test:8443';
  expect(stepsAt(gateway, gateway, 'login.campus.test:8443', gateway, null, gateway)).toEqual([
    'gateway',
    'gateway',
    'form',
    'last',
    'closed',
    'gateway',
  ]);
});
