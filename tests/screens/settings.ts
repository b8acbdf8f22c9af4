import type { AppState } from '../../shared/app-state.ts';
import { campus, college, connected, minute, now, state, type Screens } from './base.ts';
import { portal } from './portal.ts';
import { prompts } from './prompts.ts';
import { duoPage, onPage } from './sign-in-page.ts';

const place = 'HKLM\\Software\\Policies\\Causeway';
/** A policy that locks everything in Settings, and has two faults. */
const managed: AppState['policy'] = {
  managedBy: {
    name: '澳門大學 ICTO',
    caption: 'Ask us if something does not work for you. We answer on working days.',
    address: 'https://icto.campus.example/vpn',
  },
  decisions: [
    { key: 'addProfiles', value: 'false', place, level: 'enforced', overrides: [] },
    { key: 'allowedGateways', value: 'vpn.campus.test, *.cluster.campus.test', place, level: 'enforced', overrides: [] },
    { key: 'rememberPasswords', value: 'false', place, level: 'enforced', overrides: [{ place: `${place}\\Recommended`, value: 'true' }] },
    { key: 'certificates', value: 'strict', place, level: 'enforced', overrides: [] },
    { key: 'language', value: 'en', place, level: 'enforced', overrides: [] },
    { key: 'startAtSignIn', value: 'true', place, level: 'enforced', overrides: [] },
    { key: 'quickConnect', value: 'true', place: `${place}\\Recommended`, level: 'default', overrides: [] },
  ],
  faults: [
    { place, key: 'certificates', why: 'wrong' },
    { place: 'C:\\ProgramData\\Causeway\\policy.json', key: null, why: 'unreadable', detail: 'no JSON object' },
  ],
  addProfiles: false,
  rememberPasswords: false,
  profiles: [campus.id],
};

/** Settings, and what asks over any screen. */

export const settingsScreens: Screens = {
  'settings': {
    state: state({
      settingsOpen: true,
      access: connected,
      profiles: [campus, college],
      saved: { userId: 'dc012345', password: true, offered: false, keychain: 'available' },
    }),
    heading: 'Settings',
    focus: 'heading',
  },
  'settings-links-closed': {
    state: state({ settingsOpen: true, about: { version: '0.1.0', linksOpen: false, platform: 'linux', languages: ['en-GB'] } }),
    heading: 'Settings',
    focus: 'heading',
    atEnd: true,
  },
  'settings-vouched': {
    state: state({ settingsOpen: true, acceptedHosts: ['vpn.campus.test'] }),
    heading: 'Settings',
    focus: 'heading',
  },
  'settings-pages': {
    state: state({
      settingsOpen: true,
      profiles: [campus, college],
      pageSignIns: [
        { profileId: campus.id, usedAt: now - 40 * minute },
        { profileId: college.id, usedAt: now - 12 * 24 * 60 * minute },
      ],
    }),
    heading: 'Settings',
    focus: 'heading',
  },
  'settings-codes': { state: state({ settingsOpen: true, keptCodes: 'none' }), heading: 'Settings', focus: 'heading' },
  'settings-codes-kept': { state: state({ settingsOpen: true, keptCodes: 'kept' }), heading: 'Settings', focus: 'heading' },
  'settings-managed': {
    state: state({
      settingsOpen: true,
      profiles: [campus, college],
      preferences: { language: 'en', openAtLogin: true, notifications: true, updates: true, alwaysConnect: true },
      policy: managed,
    }),
    heading: 'Settings',
    focus: 'heading',
  },
  'managed-without-campus': {
    state: state({ profiles: [], profileId: null, policy: { ...managed, profiles: [] } }),
    heading: 'Welcome to Causeway',
    focus: 'heading',
  },
  'settings-updating': {
    state: state({
      settingsOpen: true,
      updates: {
        kind: 'downloading',
        version: '0.2.0',
        received: 37_400_000,
        size: 118_200_000,
        whatsNew: 'https://causeway.example/0.2.0',
      },
    }),
    heading: 'Settings',
    focus: 'heading',
    atEnd: true,
  },
  'settings-update-ready': {
    state: state({
      settingsOpen: true,
      access: connected,
      updates: { kind: 'ready', version: '0.2.0', whatsNew: 'https://causeway.example/0.2.0' },
    }),
    heading: 'Settings',
    focus: 'heading',
    atEnd: true,
  },
  'settings-update-ready-expired': {
    state: state({
      settingsOpen: true,
      updates: {
        kind: 'ready',
        version: '0.2.0',
        whatsNew: 'https://causeway.example/0.2.0',
        failure: { code: 'update-expired', params: { endedAt: now - 9 * 24 * 60 * minute, nowDateAt: now } },
      },
    }),
    heading: 'Settings',
    focus: 'heading',
    atEnd: true,
  },
  'settings-update-failed': {
    state: state({
      settingsOpen: true,
      updates: {
        kind: 'failed',
        failure: { code: 'update-expired', params: { endedAt: now - 9 * 24 * 60 * minute, nowDateAt: now } },
        checkedAt: null,
        retryAt: now + 30 * minute,
      },
    }),
    heading: 'Settings',
    focus: 'heading',
    atEnd: true,
  },
  'settings-updated-by-it': {
    state: state({ settingsOpen: true, updates: { kind: 'by-it', by: 'windows-computer' } }),
    heading: 'Settings',
    focus: 'heading',
    atEnd: true,
  },
  'settings-no-keychain': {
    state: state({ settingsOpen: true, saved: { userId: null, password: false, offered: false, keychain: 'absent' } }),
    heading: 'Settings',
    focus: 'heading',
  },
  'proxy-on-the-way': {
    state: state({
      recovery: { step: 'loading' },
      proxyQuestion: {
        id: 'proxy.1',
        host: 'proxy.hotel.example:3128',
        failure: { code: 'proxy-rejected', params: { host: 'proxy.hotel.example:3128' } },
      },
    }),
    heading: 'Contacting the recovery site',
    focus: 'Proxy user name',
  },
  'confirm-connect': { state: state({ confirmation: { kind: 'connect', profileId: campus.id } }), heading: campus.name, focus: 'Cancel' },
  'confirm-task': { state: state({ confirmation: { kind: 'task', task: 'add-device' } }), heading: campus.name, focus: 'Cancel' },
  'confirm-quit-sign-in': {
    state: onPage(duoPage, { confirmation: { kind: 'quit' } }),
    heading: 'Sign in on your campus’s page',
    focus: 'Stay',
  },
  'confirm-quit': {
    state: state({ access: connected, portal: portal('/home'), confirmation: { kind: 'quit' } }),
    heading: 'Device portal',
    focus: 'Stay',
  },
  'confirm-certificate': {
    state: state({ profiles: [], profileId: null, confirmation: { ...prompts.certificate, kind: 'certificate' } }),
    heading: 'Welcome to Causeway',
    focus: 'Do not connect',
  },
};
