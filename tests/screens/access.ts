import type { Failure } from '../../shared/failure.ts';
import { campus, connected, minute, now, session, state, target, type Screens } from './base.ts';

/** From Connect to Disconnect, without the questions. */

const captive: Failure = {
  code: 'captive-portal',
  params: { address: 'http://login.harbour-hotel.test/welcome?room=', host: 'login.harbour-hotel.test' },
};

export const accessScreens: Screens = {
  'ended-unreachable': {
    state: state({ access: { kind: 'idle', ending: { code: 'gateway-unreachable', params: { host: 'vpn.campus.test' } } } }),
    heading: 'Your campus did not answer',
    focus: 'heading',
  },
  'ended-captive': {
    state: state({ access: { kind: 'idle', ending: captive } }),
    heading: 'This network wants you to sign in first',
    focus: 'heading',
  },
  'ended-captive-free': {
    state: state({ access: { kind: 'idle', ending: captive, wayFree: true } }),
    heading: 'This network wants you to sign in first',
    focus: 'heading',
  },
  'ended-gone': {
    state: state({ access: { kind: 'idle', ending: { code: 'gateway-gone', params: { host: 'vpn.campus.test' } } } }),
    heading: 'Your campus stopped answering',
    focus: 'heading',
  },
  'ended-interrupted': {
    state: state({
      access: { kind: 'idle', ending: { code: 'session-interrupted', params: { campus: campus.name } } },
      task: 'add-device',
    }),
    heading: 'Causeway closed unexpectedly',
    focus: 'heading',
  },
  'ended-changed-key': {
    state: state({
      access: {
        kind: 'idle',
        ending: {
          code: 'certificate-changed',
          params: { host: 'vpn.campus.test', expected: `0A:${'1B:'.repeat(30)}2C`, found: `3D:${'4E:'.repeat(30)}5F`, vouched: 'person' },
        },
      },
    }),
    heading: 'The server’s key has changed',
    focus: 'heading',
  },
  'ended-no-factor': {
    state: state({ access: { kind: 'idle', ending: { code: 'no-second-factor' } } }),
    heading: 'No second factor',
    focus: 'heading',
  },
  'ended-locked': {
    state: state({
      access: { kind: 'idle', ending: { code: 'account-locked', params: { untilAt: now + 10 * minute } } },
      task: 'add-device',
    }),
    heading: 'Account locked',
    focus: 'heading',
  },
  'checking': { state: state({ access: { kind: 'checking', profileId: campus.id } }), heading: 'Checking where you are', focus: 'heading' },
  'on-campus': {
    state: state({ access: { kind: 'on-campus', profileId: campus.id } }),
    heading: 'You are on campus: no VPN needed',
    focus: 'heading',
  },
  'contacting': { state: state({ access: { kind: 'contacting', ...target } }), heading: 'Contacting your campus', focus: 'heading' },
  'opening': { state: state({ access: { kind: 'opening', ...target } }), heading: 'You are signed in', focus: 'heading' },
  'connected': { state: state({ access: connected }), heading: 'Connected', focus: 'heading' },
  'connected-portal-down': { state: state({ access: { ...connected, portal: 'down' } }), heading: 'Connected', focus: 'heading' },
  'connected-dns-failed': { state: state({ access: { ...connected, portal: 'dns-failed' } }), heading: 'Connected', focus: 'heading' },
  'connected-details': { state: state({ access: connected }), heading: 'Connected', focus: 'Details', unfold: ['Details'] },
  'connected-seen': {
    state: state({ access: connected }),
    heading: 'Connected',
    focus: 'How the connection is going',
    unfold: ['How the connection is going'],
  },
  'connected-table': {
    state: state({ access: connected }),
    heading: 'Connected',
    focus: 'Show as a table',
    unfold: ['How the connection is going', 'Show as a table'],
  },
  'expiring': {
    state: state({ access: { ...connected, expiresAt: now + 9.5 * minute, expiring: true } }),
    heading: 'Connected',
    focus: 'heading',
  },
  'expiring-again': {
    state: state({ access: { ...connected, expiresAt: now + 9.5 * minute, expiring: true, extendable: false } }),
    heading: 'Connected',
    focus: 'heading',
  },
  'reconnecting-captive': {
    state: state({
      access: { kind: 'reconnecting', ...session, brokeAt: now - 34_000, why: captive, tries: 2, nextTryAt: now + 8000 },
    }),
    heading: 'Reconnecting',
    focus: 'heading',
  },
  'reconnecting': {
    state: state({
      access: {
        kind: 'reconnecting',
        ...session,
        brokeAt: now - 34_000,
        why: { code: 'tunnel-dropped', params: { host: 'vpn.campus.test' } },
        tries: 2,
        nextTryAt: now + 8000,
      },
    }),
    heading: 'Reconnecting',
    focus: 'heading',
  },
  'closing': {
    state: state({ access: { kind: 'closing', profileId: campus.id, ending: null } }),
    heading: 'Disconnecting',
    focus: 'heading',
  },
};
