import type { AccessState, AccessStateKind, AccessStateOf } from '../../shared/access-state.ts';
import type { AppState } from '../../shared/app-state.ts';
import { defaultPreferences } from '../../shared/settings.ts';

export const campus = 'Campus Test University';
const target = { profileId: 'campus-test', gateway: 'vpn.campus.test' };
const session = { ...target, since: 1_000, expiresAt: 9_000_000, idleSeconds: 600, extendable: true, user: 'mei.chan' };

/** One ordinary state of each kind. */
export const accessStates: { [K in AccessStateKind]: AccessStateOf<K> } = {
  'idle': { kind: 'idle', ending: null },
  'checking': { kind: 'checking', profileId: 'campus-test' },
  'on-campus': { kind: 'on-campus', profileId: 'campus-test' },
  'contacting': { kind: 'contacting', ...target },
  'asking': { kind: 'asking', ...target, promptId: 'p1', prompt: { kind: 'notice', when: 'before', text: 'Terms' }, answered: false },
  'opening': { kind: 'opening', ...target },
  'connected': { kind: 'connected', ...session, portal: 'up', expiring: false },
  'reconnecting': { kind: 'reconnecting', ...session, brokeAt: 2_000, why: { code: 'tunnel-dropped' }, tries: 1, nextTryAt: 3_000 },
  'closing': { kind: 'closing', profileId: 'campus-test', ending: null },
};

/** A computer without a policy. */
export const noPolicyState: AppState['policy'] = {
  managedBy: null,
  decisions: [],
  faults: [],
  addProfiles: true,
  rememberPasswords: true,
  profiles: [],
};

/** The whole application state around an access state, with one campus. */
export function appState(access: AccessState, more: Partial<AppState> = {}): AppState {
  return {
    access,
    alwaysConnect: { step: 'off' },
    task: null,
    portal: { kind: 'closed' },
    signInPage: { kind: 'closed' },
    recovery: { step: 'closed' },
    heldPasscode: null,
    policy: noPolicyState,
    updates: { kind: 'off', why: 'build' },
    profiles: [
      {
        id: 'campus-test',
        name: campus,
        gateways: ['vpn.campus.test'],
        labels: { userId: 'User ID', password: 'Password' },
        portalHost: '2fa.campus.test',
        portalPages: 'causeway.portal.v1',
        recovery: null,
        helpDesk: null,
        trust: 'system',
      },
    ],
    profileId: 'campus-test',
    preview: null,
    confirmation: null,
    proxyQuestion: null,
    preferences: defaultPreferences,
    settingsOpen: false,
    support: null,
    check: { running: false, cut: null, findings: [], at: null },
    step: 'idle',
    saved: { userId: null, password: false, offered: false, keychain: 'available' },
    keptCodes: 'off',
    keepPage: { offered: false, wanted: false, why: null, where: 'page' },
    pageSignIns: [],
    acceptedHosts: [],
    notices: [],
    about: { version: '0.1.0', linksOpen: true, platform: 'linux', languages: ['en-GB'] },
    ...more,
  };
}
