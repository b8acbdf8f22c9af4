import type { AppState } from '../../shared/app-state.ts';
import { campus, connected, heldPasscode, minute, now, state, type Screens } from './base.ts';

/** Recovery, and the guide beside the portal. */

export const portal = (path: string, over: Partial<Extract<AppState['portal'], { kind: 'open' }>> = {}): AppState['portal'] => ({
  kind: 'open',
  host: '2fa.campus.test',
  path,
  loading: false,
  canGoBack: true,
  via: 'tunnel',
  failure: null,
  ...over,
});
const roles = [
  { id: 'student', label: 'Student' },
  { id: 'staff', label: 'Staff' },
  { id: 'alumnus', label: 'Alumni' },
];
export const portalScreens: Screens = {
  'recovery-loading': {
    state: state({ recovery: { step: 'loading' }, task: 'lost-phone' }),
    heading: 'Contacting the recovery site',
    focus: 'heading',
  },
  'recovery-failed': {
    state: state({
      recovery: { step: 'failed', failure: { code: 'recovery-unreachable', params: { host: 'recovery.campus.test' } } },
      task: 'lost-phone',
    }),
    heading: 'Recovery did not start',
    focus: 'heading',
  },
  'recovery-identity': {
    state: state({ recovery: { step: 'identity', roles, busy: false, failure: null }, task: 'lost-phone' }),
    heading: 'Confirm who you are',
    focus: 'heading',
  },
  'recovery-identity-failed': {
    state: state({ recovery: { step: 'identity', roles, busy: false, failure: { code: 'recovery-identity' } }, task: 'lost-phone' }),
    heading: 'Confirm who you are',
    focus: 'heading',
  },
  'recovery-password-failed': {
    state: state({
      recovery: { step: 'identity', roles, busy: false, failure: { code: 'recovery-password' } },
      task: 'lost-phone',
    }),
    heading: 'Confirm who you are',
    focus: 'heading',
  },
  'recovery-one-role': {
    state: state({ recovery: { step: 'identity', roles: roles.slice(0, 1), busy: false, failure: null }, task: 'lost-phone' }),
    heading: 'Confirm who you are',
    focus: 'heading',
  },
  'recovery-passcode': {
    state: state({
      recovery: { step: 'passcode', expiresAt: heldPasscode.expiresAt, answersGateway: true },
      heldPasscode,
      task: 'lost-phone',
    }),
    heading: 'Your recovery passcode',
    focus: 'heading',
  },
  'recovery-passcode-page': {
    state: state({
      recovery: { step: 'passcode', expiresAt: heldPasscode.expiresAt, answersGateway: false },
      heldPasscode,
      task: 'lost-phone',
    }),
    heading: 'Your recovery passcode',
    focus: 'heading',
  },
  'portal-add-confirm': {
    state: state({ access: connected, portal: portal('/add/confirm'), task: 'add-device', heldPasscode }),
    heading: 'Add a new device',
    focus: 'heading',
  },
  'portal-add-done': {
    state: state({ access: connected, portal: portal('/add/done'), task: 'add-device' }),
    heading: 'Add a new device',
    focus: 'heading',
  },
  'portal-done-on-campus': {
    state: state({
      access: { kind: 'on-campus', profileId: campus.id },
      portal: portal('/add/done', { via: 'direct' }),
      task: 'add-device',
    }),
    heading: 'Add a new device',
    focus: 'heading',
  },
  'portal-lost-confirm': {
    state: state({ access: connected, portal: portal('/add/confirm'), task: 'lost-phone' }),
    heading: 'Add a new device',
    focus: 'heading',
  },
  'portal-lost-done': {
    state: state({ access: connected, portal: portal('/add/done'), task: 'lost-phone' }),
    heading: 'Add a new device',
    focus: 'heading',
  },
  'portal-lost-other': {
    state: state({
      access: connected,
      portal: portal('/admin'),
      task: 'lost-phone',
      profiles: [{ ...campus, portalPages: 'other', recovery: 'other' }],
    }),
    heading: 'Add a new device',
    focus: 'heading',
  },
  'portal-remove': {
    state: state({
      access: { kind: 'on-campus', profileId: campus.id },
      portal: portal('/devices', { via: 'direct', loading: true }),
      task: 'remove-device',
    }),
    heading: 'Remove an old device',
    focus: 'heading',
  },
  'portal-free': {
    state: state({ access: { ...connected, expiring: true, expiresAt: now + 5 * minute }, portal: portal('/home') }),
    heading: 'Device portal',
    focus: 'heading',
  },
  'portal-failed': {
    state: state({
      access: connected,
      portal: portal('/home', { canGoBack: false, failure: { code: 'portal-unreachable', params: { host: '2fa.campus.test' } } }),
      task: 'remove-device',
    }),
    heading: 'Remove an old device',
    focus: 'heading',
  },
  'recovery-site': {
    state: state({ profiles: [{ ...campus, recovery: 'other' }], task: 'lost-phone', recovery: { step: 'site' } }),
    heading: 'Get your recovery passcode',
    focus: 'heading',
  },
};
