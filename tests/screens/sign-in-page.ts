import type { AppState } from '../../shared/app-state.ts';
import { asking, heldPasscode, type Screens } from './base.ts';
import { prompts } from './prompts.ts';

/** The question before the campus’s own sign-in page, and our column beside that page. */

export const duoPage = { host: 'api-1a2b3c4d.duosecurity.com', path: '/frame/v4/auth/prompt', step: 'second-factor' } as const;

/** The campus's own sign-in page is open beside our column. */
export function onPage(page: Partial<Extract<AppState['signInPage'], { kind: 'open' }>>, over: Partial<AppState> = {}): AppState {
  const signInPage: AppState['signInPage'] = {
    kind: 'open',
    host: 'login.campus.test:8444',
    path: '/adfs/ls/',
    step: 'form',
    loading: false,
    canGoBack: true,
    failure: null,
    denied: null,
    blocked: { named: [], count: 0 },
    ...page,
  };
  return asking(prompts.browser, { signInPage, ...over }, 'p1', true);
}

export const signInPageScreens: Screens = {
  'browser': { state: asking(prompts.browser), heading: 'Sign in on your campus’s page', focus: 'heading' },
  'browser-keep': {
    state: asking(prompts.browser, { keepPage: { offered: true, wanted: true, why: null, where: 'page' } }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
  'browser-keep-unencrypted': {
    state: asking(prompts.browser, { keepPage: { offered: false, wanted: false, why: 'no-encryption', where: 'page' } }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
  'browser-own': {
    state: asking({ ...prompts.browser, where: 'own' }, { task: 'add-device' }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
  'browser-open': { state: asking(prompts.browser, {}, 'p1', true), heading: 'Sign in on your campus’s page', focus: 'heading' },
  'sign-in-page-loading': {
    state: onPage({ host: 'vpn.campus.test', path: '/', step: 'gateway', loading: true }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
  'sign-in-page-form': {
    state: onPage({}, { task: 'add-device', keepPage: { offered: true, wanted: false, why: null, where: 'page' } }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
  'sign-in-page-by-hand': {
    state: onPage({ formLeft: true }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
  'sign-in-page-factor': { state: onPage(duoPage), heading: 'Sign in on your campus’s page', focus: 'heading' },
  'sign-in-page-held': {
    state: onPage(duoPage, { heldPasscode, task: 'lost-phone' }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
  'sign-in-page-lost': {
    state: onPage(duoPage, { task: 'lost-phone' }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
  'sign-in-page-blocked': {
    state: onPage({
      blocked: { named: ['cdn.identity.example', 'fonts.somewhere-else.example:8443', 'static.campus.test', 'd.test'], count: 41 },
      denied: 'window',
    }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
  'sign-in-page-slow': {
    state: onPage({ ...duoPage, loading: true, failure: { code: 'browser-slow', params: { host: duoPage.host } } }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
  'sign-in-page-failed': {
    state: onPage({ canGoBack: false, failure: { code: 'gateway-unreachable', params: { host: 'login.campus.test' } } }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
  'browser-strayed': {
    state: asking({
      ...prompts.browser,
      failure: { code: 'browser-strayed', params: { host: 'a-rather-long-name-of-some-other-place.elsewhere.test' } },
    }),
    heading: 'Sign in on your campus’s page',
    focus: 'heading',
  },
};
