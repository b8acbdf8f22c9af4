import type { AppState, ProfileSummary } from '../../shared/app-state.ts';
import type { AccessStateOf } from '../../shared/access-state.ts';
import type { Prompt } from '../../shared/prompt.ts';
import { noPolicyState } from '../support/app-state.ts';

/** What the states of the window are made of: two campuses, a session, and one fixed instant. */

export const now = Date.parse('2026-09-07T09:12:00Z');
export const minute = 60_000;

export const campus: ProfileSummary = {
  id: 'campus-test',
  name: 'Campus Test University',
  gateways: ['vpn.campus.test'],
  labels: { userId: 'UMPASS user ID', password: 'UMPASS password' },
  portalHost: '2fa.campus.test',
  portalPages: 'causeway.portal.v1',
  recovery: 'causeway.recovery.v1',
  helpDesk: {
    name: 'ICTO Help Desk',
    phone: '+853 8822 8600',
    email: 'icto.helpdesk@campus.test',
    address: 'https://helpdesk.campus.test/',
  },
  trust: 'authority',
};
export const college: ProfileSummary = {
  ...campus,
  id: 'college',
  name: 'Harbour College',
  gateways: ['vpn.harbour.example'],
  helpDesk: null,
  trust: 'system',
};
export const sha256 = '3F:0A:91:C4:77:1E:5B:D2:88:60:AF:3C:09:E4:12:BD:5A:F7:2C:93:46:D1:0E:68:B5:7A:C0:21:9D:34:E8:F6';

const base: AppState = {
  access: { kind: 'idle', ending: null },
  alwaysConnect: { step: 'off' },
  task: null,
  portal: { kind: 'closed' },
  signInPage: { kind: 'closed' },
  recovery: { step: 'closed' },
  heldPasscode: null,
  policy: noPolicyState,
  updates: { kind: 'idle', checkedAt: now - 2 * 60 * 60_000 },
  profiles: [campus],
  profileId: campus.id,
  preview: null,
  confirmation: null,
  preferences: { language: 'en', openAtLogin: false, notifications: true, updates: true, alwaysConnect: false },
  settingsOpen: false,
  support: null,
  check: { running: false, cut: null, findings: [], at: null },
  step: 'idle',
  saved: { userId: null, password: false, offered: false, keychain: 'available' },
  proxyQuestion: null,
  keptCodes: 'off',
  keepPage: { offered: false, wanted: false, why: null, where: 'page' },
  pageSignIns: [],
  acceptedHosts: [],
  notices: [],
  about: { version: '0.1.0', linksOpen: true, platform: 'linux', languages: ['en-GB'] },
};
export const state = (over: Partial<AppState>): AppState => ({ ...base, ...over });

export const target = { profileId: campus.id, gateway: 'vpn.campus.test' };
export const session = {
  ...target,
  since: now - 18 * minute,
  expiresAt: now + 462 * minute,
  idleSeconds: 3600,
  extendable: true,
  user: 'dc012345',
};
export const connected: AccessStateOf<'connected'> = { kind: 'connected', ...session, portal: 'up', expiring: false };
export const heldPasscode = { expiresAt: now + 52 * minute };

/** A state with an open question. */
export const asking = (prompt: Prompt, over: Partial<AppState> = {}, promptId = 'p1', answered = false): AppState =>
  state({ access: { kind: 'asking', ...target, promptId, prompt, answered }, ...over });

/** One screen: its state, the heading that it must show, and what must have the focus (`heading`, a field's label or a button's name). */
export interface ScreenState {
  state: AppState;
  heading: string;
  focus: string;
  /** The English names of what a person opens on it, in this order. */
  unfold?: readonly string[];
  /** A picture shows its end: what it is named after stands there. */
  atEnd?: true;
}
export type Screens = Record<string, ScreenState>;
