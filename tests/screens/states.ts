import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentsOf } from '../../electron/app/profiles/profile-preview.ts';
import { summaryOf } from '../../electron/app/profiles/profile-store.ts';
import { lastRead, readCampus } from '../../electron/storage/campuses.ts';
import type { AppState, ProfilePreview, ProfileSummary } from '../../shared/app-state.ts';
import type { AccessStateOf } from '../../shared/access-state.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { FactorDevice, Prompt } from '../../shared/prompt.ts';
import { noPolicyState } from '../support/app-state.ts';

/** One state of the window for each screen worth looking at, at one fixed instant. */

export const now = Date.parse('2026-09-07T09:12:00Z');
const minute = 60_000;

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
const sha256 = '3F:0A:91:C4:77:1E:5B:D2:88:60:AF:3C:09:E4:12:BD:5A:F7:2C:93:46:D1:0E:68:B5:7A:C0:21:9D:34:E8:F6';

const base: AppState = {
  access: { kind: 'idle', ending: null },
  task: null,
  portal: { kind: 'closed' },
  signInPage: { kind: 'closed' },
  recovery: { step: 'closed' },
  heldPasscode: null,
  policy: noPolicyState,
  profiles: [campus],
  profileId: campus.id,
  preview: null,
  confirmation: null,
  preferences: { language: 'en', openAtLogin: false, notifications: true },
  settingsOpen: false,
  saved: { userId: null, password: false, offered: false, keychain: 'available' },
  proxyQuestion: null,
  keptCodes: 'off',
  keepPage: { offered: false, wanted: false, why: null, where: 'page' },
  pageSignIns: [],
  acceptedHosts: [],
  notices: [],
  about: { version: '0.1.0', linksOpen: true, platform: 'linux' },
};
export const state = (over: Partial<AppState>): AppState => ({ ...base, ...over });

const target = { profileId: campus.id, gateway: 'vpn.campus.test' };
const session = {
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

export const prompts = {
  notice: {
    kind: 'notice',
    when: 'before',
    text: `Access to this network is for members of Campus Test University only.\n\n${'Use of the service is logged. By going on you agree to the Acceptable Use Policy and to keep your password and your devices to yourself. '.repeat(6)}\n\nInformation and Communication Technology Office`,
  },
  credentials: {
    kind: 'credentials',
    fields: [
      { name: 'user', secret: false },
      { name: 'password', secret: true },
    ],
    selects: [],
  },
  realm: {
    kind: 'credentials',
    fields: [
      { name: 'user', secret: false },
      { name: 'password', secret: true },
    ],
    selects: [
      {
        name: 'realm',
        label: 'Realm',
        options: [
          { value: 'students', label: 'Students' },
          { value: 'staff', label: 'Staff' },
        ],
      },
    ],
  },
  factor: {
    kind: 'second-factor',
    devices: [
      { id: 'd1', name: 'Mei’s phone', methods: ['push', 'passcode'] },
      { id: 'd2', name: 'Office tablet', methods: ['push', 'passcode'] },
    ],
  },
  factorOne: { kind: 'second-factor', devices: [{ id: 'd1', name: 'Mei’s phone', methods: ['push', 'passcode'] }] },
  push: { kind: 'push', device: 'Mei’s phone', deadline: now + 47_000 },
  passcode: { kind: 'passcode', lengths: [6, 7, 9] },
  choice: {
    kind: 'choice',
    purpose: 'session',
    options: [
      { id: 's1', label: 'Library PC 14', detail: 'Since 08:02, from 10.4.1.7' },
      { id: 's2', label: 'Laptop at home', detail: 'Since yesterday, 21:40' },
    ],
  },
  sites: {
    kind: 'choice',
    purpose: 'realm',
    options: Array.from({ length: 1_000 }, (_, index) => ({
      id: String(index),
      label: index % 3 === 0 ? `第 ${index + 1} 校區圖書館` : `Site ${index + 1} of the University`,
    })),
    failure: {
      code: 'choice-not-offered',
      params: { name: 'Harbour Library', offered: 'Site 2 of the University, 第 4 校區圖書館, … (+998)' },
    },
  },
  realmAgain: {
    kind: 'choice',
    purpose: 'realm',
    options: [
      { id: '0', label: 'Staff' },
      { id: '1', label: 'Students' },
      { id: '2', label: 'Visitors' },
    ],
    usual: '1',
  },
  fields: {
    kind: 'fields',
    title: 'Change your password',
    message: 'Your password has expired.\nChoose a new one to go on.',
    fields: [
      { name: 'old', label: 'Old password', secret: true },
      { name: 'new', label: 'New password', secret: true, newPassword: true },
      { name: 'hint', label: 'A hint for yourself', secret: false },
    ],
    selects: [],
  },
  certificate: {
    kind: 'certificate',
    host: 'vpn.campus.test',
    sha256,
    key: 'r8oOqKmHrxTQW6n0rO8bJzZo7m4kq0b1TzQ2l9cYx0E=',
    subject: 'CN=vpn.campus.test, O=Campus Test University',
    issuer: 'CN=Campus Test University Authority',
    validUntil: now + 300 * 24 * 60 * minute,
  },
  browser: { kind: 'browser', host: 'vpn.campus.test', where: 'window' },
  clientCertificate: { kind: 'client-certificate', host: 'vpn.campus.test', wantsPassphrase: false },
  proxy: { kind: 'proxy', host: 'proxy.cafe.test:3128' },
} as const satisfies Record<string, Prompt>;

const menuDevices: FactorDevice[] = [
  { id: '1', name: 'XXX-XXX-1234', methods: ['push', 'passcode'] },
  { id: '2', name: 'XXX-XXX-1234', methods: ['call'] },
  { id: '3', name: 'XXX-XXX-1234', methods: ['text'], startsWith: '2' },
  { id: '4', name: 'Hardware token', methods: ['other'] },
];

const duoPage = { host: 'api-1a2b3c4d.duosecurity.com', path: '/frame/v4/auth/prompt', step: 'second-factor' } as const;

/** The campus's own sign-in page is open beside our column. */
function onPage(page: Partial<Extract<AppState['signInPage'], { kind: 'open' }>>, over: Partial<AppState> = {}): AppState {
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

const portal = (path: string, over: Partial<Extract<AppState['portal'], { kind: 'open' }>> = {}): AppState['portal'] => ({
  kind: 'open',
  host: '2fa.campus.test',
  path,
  loading: false,
  canGoBack: true,
  via: 'tunnel',
  failure: null,
  ...over,
});
const role = { id: 'student', label: 'Student' };
/** A profile with every feature, some of it on other hosts, and a bundle of two authorities. */
const whole: Profile = {
  version: 1,
  id: campus.id,
  name: campus.name,
  gateways: ['vpn.campus.test', 'vpn2.campus.test:8443', 'vpn.harbour.example'],
  gatewayChoice: 'quickest',
  protocol: 'anyconnect',
  tunnel: 'system',
  udp: false,
  keepAlive: true,
  signInPath: '/students',
  realm: '學生 Students',
  secondFactor: 'otp-field',
  notice: '僅限授權用戶。Authorised use only.',
  browser: { address: 'https://login.identity.example/saml', hosts: ['login.identity.example', 'cdn.identity.example'] },
  clientCertificate: true,
  keptCodes: true,
  labels: campus.labels,
  portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test', 'static.campus.test'], pages: 'causeway.portal.v1' },
  recovery: { address: 'https://recover.campus.test/', interface: 'causeway.recovery.v1' },
  onCampus: { probe: 'https://inside.campus.test/probe', campus: 'campus' },
  trust: { kind: 'system' },
  helpDesk: campus.helpDesk ?? {},
  connectTo: [{ host: 'vpn.campus.test', port: 443, loopbackPort: 8443 }],
};
const authority = (subject: string, first: string) => ({
  sha256: `${first}${sha256.slice(2)}`,
  subject,
  validUntil: now + 900 * 24 * 60 * minute,
});
const preview: ProfilePreview = {
  profile: campus,
  source: 'https://campus.test/.well-known/causeway.json',
  shipped: null,
  contents: {
    ...contentsOf({ ...whole, gateways: ['vpn.campus.test'], browser: undefined, connectTo: undefined }),
    authorities: [authority('CN=Campus Test University Authority', '3F')],
  },
  dropped: [],
  replaces: null,
};
const chinese = { ...campus, name: '澳門測試大學', trust: 'pin' as const };
const previewWhole: ProfilePreview = {
  ...preview,
  profile: campus,
  contents: {
    ...contentsOf(whole),
    authorities: [authority('CN=Campus Test University Authority', '3F'), authority('CN=Campus Backup Authority', 'A0')],
  },
};
const previewChinese: ProfilePreview = {
  ...preview,
  profile: chinese,
  source: '校園.causeway',
  contents: {
    ...contentsOf({ ...whole, name: chinese.name, notice: '本系統僅供授權用戶使用。使用者須遵守大學的資訊科技政策；所有連線均會被記錄。' }),
    pins: ['r8oOqKmHrxTQW6n0rO8bJzZo7m4kq0b1TzQ2l9cYx0E=', 'Zo7m4kq0b1TzQ2l9cYx0Er8oOqKmHrxTQW6n0rO8bJz='],
  },
};

const shippedCampus = readCampus(readFileSync(join(import.meta.dirname, '../../campuses/um.edu.mo.json'), 'utf8'));
const previewShipped: ProfilePreview = {
  profile: summaryOf(shippedCampus.read.profile),
  source: '',
  shipped: {
    domain: 'um.edu.mo',
    from: shippedCampus.sources.map(({ from }) => from),
    lastRead: lastRead(shippedCampus.sources),
    signedIn: shippedCampus.signedIn,
  },
  contents: contentsOf(shippedCampus.read.profile),
  dropped: [],
  replaces: null,
};

const captive: Failure = { code: 'captive-portal', params: { address: 'http://login.harbour-hotel.test/welcome?room=' } };

/** Every screen by name: its state, the heading that it must show, and what must have the focus (`heading` or a field's label). */
export const screens: Record<string, { state: AppState; heading: string; focus: string }> = {
  'first-run': {
    state: state({ profiles: [], profileId: null }),
    heading: 'Welcome to Causeway',
    focus: 'Campus name, web address or e-mail',
  },
  'preview-shipped': {
    state: state({ profiles: [], profileId: null, preview: previewShipped }),
    heading: 'Add this campus?',
    focus: 'heading',
  },
  'preview': { state: state({ profiles: [], profileId: null, preview }), heading: 'Add this campus?', focus: 'heading' },
  'preview-replaces': {
    state: state({ preview: { ...preview, replaces: campus, dropped: ['theme', 'autoConnect'] } }),
    heading: 'Replace this campus?',
    focus: 'heading',
  },
  'preview-whole': {
    state: state({ profiles: [], profileId: null, preview: previewWhole }),
    heading: 'Add this campus?',
    focus: 'heading',
  },
  'preview-chinese': {
    state: state({ profiles: [], profileId: null, preview: previewChinese }),
    heading: 'Add this campus?',
    focus: 'heading',
  },
  'home': { state: state({}), heading: campus.name, focus: 'heading' },
  'home-two-campuses': { state: state({ profiles: [campus, college] }), heading: campus.name, focus: 'heading' },
  'home-notice': {
    state: state({ notices: [{ id: 'n1', failure: { code: 'settings-damaged', params: { file: 'settings.damaged.json' } } }] }),
    heading: campus.name,
    focus: 'heading',
  },
  'home-trouble': {
    state: state({
      notices: [
        { id: 'n1', failure: { code: 'folder-unusable', params: { folder: '/home/陳大文/.config/學生資料/Causeway' } } },
        { id: 'n2', failure: { code: 'fault-ended', params: { endedAt: now - 3_600_000 } } },
        { id: 'n3', failure: { code: 'sandbox-off' } },
        { id: 'n4', failure: { code: 'parts-missing', params: { folder: '/opt/Causeway/resources/native' } } },
      ],
    }),
    heading: campus.name,
    focus: 'heading',
  },
  'home-push-left': {
    state: state({ notices: [{ id: 'push-left', failure: { code: 'push-left' } }] }),
    heading: campus.name,
    focus: 'heading',
  },
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
    heading: 'Your campus did not come back',
    focus: 'heading',
  },
  'ended-interrupted': {
    state: state({
      access: { kind: 'idle', ending: { code: 'session-interrupted', params: { campus: campus.name } } },
      task: 'add-device',
    }),
    heading: 'Causeway was cut short',
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
  'notice': { state: asking(prompts.notice), heading: 'Notice from your campus', focus: 'heading' },
  'credentials': { state: asking(prompts.credentials), heading: 'Sign in', focus: 'UMPASS user ID' },
  'credentials-titled': {
    state: asking({ ...prompts.credentials, title: 'Secure Logon for Campus Test University' }),
    heading: 'Secure Logon for Campus Test University',
    focus: 'UMPASS user ID',
  },
  'credentials-with-code': {
    state: asking({
      ...prompts.realm,
      fields: [...prompts.realm.fields, { name: 'otp', label: 'One-time code', secret: true, code: true }],
    }),
    heading: 'Sign in',
    focus: 'UMPASS user ID',
  },
  'credentials-remembered': {
    state: asking(prompts.realm, {
      saved: { userId: 'dc012345', password: false, offered: false, keychain: 'absent' },
      task: 'add-device',
    }),
    heading: 'Sign in',
    focus: 'UMPASS password',
  },
  'credentials-keep': {
    state: asking(prompts.credentials, { keepPage: { offered: true, wanted: false, why: null, where: 'form' } }),
    heading: 'Sign in',
    focus: 'UMPASS user ID',
  },
  'credentials-saved': {
    state: asking(prompts.realm, { saved: { userId: 'dc012345', password: true, offered: true, keychain: 'available' } }),
    heading: 'Sign in',
    focus: 'UMPASS password',
  },
  'credentials-failed': {
    state: asking(
      { ...prompts.credentials, failure: { code: 'sign-in-rejected' }, triesLeft: 3 },
      { saved: { userId: 'dc012345', password: false, offered: false, keychain: 'available' } },
    ),
    heading: 'Sign in',
    focus: 'UMPASS password',
  },
  'second-factor': { state: asking(prompts.factor), heading: 'Confirm it is you', focus: 'heading' },
  'second-factor-held': {
    state: asking(prompts.factorOne, { heldPasscode, task: 'add-device' }),
    heading: 'Confirm it is you',
    focus: 'heading',
  },
  'second-factor-lost': {
    state: asking(prompts.factor, { task: 'lost-phone', profiles: [{ ...campus, recovery: 'other' }] }),
    heading: 'Confirm it is you',
    focus: 'heading',
  },
  'second-factor-denied': {
    state: asking({ ...prompts.factorOne, failure: { code: 'push-denied' } }),
    heading: 'Confirm it is you',
    focus: 'heading',
  },
  'second-factor-timed-out': {
    state: asking({ ...prompts.factorOne, failure: { code: 'push-timed-out' } }),
    heading: 'Confirm it is you',
    focus: 'heading',
  },
  'push': { state: asking(prompts.push), heading: 'Approve it on your phone', focus: 'heading' },
  'push-number': { state: asking({ ...prompts.push, number: '482' }), heading: 'Approve it on your phone', focus: 'heading' },
  'push-call': {
    state: asking({ ...prompts.push, device: 'XXX-XXX-1234', call: true }),
    heading: 'Answer the call',
    focus: 'heading',
  },
  'push-over': {
    state: asking({ ...prompts.push, over: true, number: '482913', message: '請在 Duo Mobile 輸入 482913。' }),
    heading: 'Approve it on your phone',
    focus: 'heading',
  },
  'second-factor-menu': {
    state: asking({ kind: 'second-factor', devices: menuDevices }),
    heading: 'Confirm it is you',
    focus: 'heading',
  },
  'second-factor-unknown': {
    state: asking({ kind: 'second-factor', devices: menuDevices, failure: { code: 'factor-unknown' } }),
    heading: 'Confirm it is you',
    focus: 'heading',
  },
  'second-factor-not-confirmed': {
    state: asking({ kind: 'second-factor', devices: menuDevices, failure: { code: 'call-not-confirmed' } }),
    heading: 'Confirm it is you',
    focus: 'heading',
  },
  'waiting': {
    state: asking({ kind: 'waiting', until: now + 68_000 }),
    heading: 'Waiting for your campus',
    focus: 'heading',
  },
  'passcode-labelled': {
    state: asking({ kind: 'passcode', lengths: [], only: true, label: '驗證碼', message: '請輸入驗證碼，已寄到 m***@campus.test。' }),
    heading: 'Enter a Passcode',
    focus: '驗證碼',
  },
  'passcode-new-code': {
    state: asking({
      kind: 'passcode',
      lengths: [],
      only: true,
      label: 'Code',
      startsWith: '2',
      message: 'The code has expired. A new one was sent.',
      failure: { code: 'passcode-expired' },
    }),
    heading: 'Enter a Passcode',
    focus: 'Code',
  },
  'fields-pin': {
    state: asking({ kind: 'fields', message: 'Enter your PIN', fields: [{ name: 'secret', label: 'PIN', secret: true }], selects: [] }),
    heading: 'Your campus asks for more',
    focus: 'PIN',
  },
  'fields-told': {
    state: asking({ kind: 'fields', message: '您的密碼將於 3 天後到期。', fields: [], selects: [] }),
    heading: 'A message from your campus',
    focus: 'heading',
  },
  'new-password': {
    state: asking({
      kind: 'fields',
      message: '您的密碼已過期，請設定新密碼。',
      fields: [{ name: 'answer', label: '新密碼', secret: true, newPassword: true }],
      selects: [],
    }),
    heading: 'Choose a new password',
    focus: '新密碼',
  },
  'passcode': { state: asking(prompts.passcode), heading: 'Enter a Passcode', focus: 'Passcode' },
  'passcode-waiting': {
    state: state({
      access: { kind: 'asking', ...target, promptId: 'p1', prompt: prompts.passcode, answered: false, autoAnswerAt: now + 17_000 },
      keptCodes: 'kept',
    }),
    heading: 'Waiting for a new passcode',
    focus: 'Passcode',
  },
  'passcode-used': {
    state: asking({ ...prompts.passcode, failure: { code: 'passcode-used' }, triesLeft: 9, nextCodeAt: now + 12_000 }, { heldPasscode }),
    heading: 'Enter a Passcode',
    focus: 'Passcode',
  },
  'choice': { state: asking(prompts.choice), heading: 'You are signed in elsewhere already', focus: 'heading' },
  'realm': { state: asking(prompts.realmAgain), heading: 'Choose where to sign in', focus: 'heading' },
  'sites': { state: asking(prompts.sites), heading: 'Choose where to sign in', focus: 'Type part of the name' },
  'fields': { state: asking(prompts.fields), heading: 'Change your password', focus: 'Old password' },
  'certificate': { state: asking(prompts.certificate), heading: 'Is this really your campus?', focus: 'heading' },
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
  'client-certificate': { state: asking(prompts.clientCertificate), heading: 'Your certificate', focus: 'heading' },
  'client-certificate-passphrase': {
    state: asking({
      ...prompts.clientCertificate,
      file: '/home/mei/certificates/mei-chan-and-a-name-that-goes-on-and-on-2026.p12',
      wantsPassphrase: true,
    }),
    heading: 'Your certificate',
    focus: 'Passphrase',
  },
  'client-certificate-failed': {
    state: asking({
      ...prompts.clientCertificate,
      file: 'C:\\Users\\mei\\mei.p12',
      wantsPassphrase: true,
      failure: { code: 'client-certificate-unreadable', params: { file: 'mei.p12' } },
    }),
    heading: 'Your certificate',
    focus: 'Passphrase',
  },
  'proxy': { state: asking(prompts.proxy), heading: 'Your network asks who you are', focus: 'Proxy user name' },
  'proxy-failed': {
    state: asking({ ...prompts.proxy, failure: { code: 'proxy-rejected', params: { host: prompts.proxy.host } } }),
    heading: 'Your network asks who you are',
    focus: 'Proxy user name',
  },
  'connected': { state: state({ access: connected }), heading: 'Connected', focus: 'heading' },
  'connected-portal-down': { state: state({ access: { ...connected, portal: 'down' } }), heading: 'Connected', focus: 'heading' },
  'connected-dns-failed': { state: state({ access: { ...connected, portal: 'dns-failed' } }), heading: 'Connected', focus: 'heading' },
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
  'recovery-role': {
    state: state({ recovery: { step: 'role', roles: [role, { id: 'staff', label: 'Staff' }] }, task: 'lost-phone' }),
    heading: 'Who are you?',
    focus: 'heading',
  },
  'recovery-identity': {
    state: state({ recovery: { step: 'identity', role, busy: false, failure: null }, task: 'lost-phone' }),
    heading: 'Show that it is you',
    focus: 'UMPASS user ID',
  },
  'recovery-identity-failed': {
    state: state({ recovery: { step: 'identity', role, busy: false, failure: { code: 'recovery-identity' } }, task: 'lost-phone' }),
    heading: 'Show that it is you',
    focus: 'UMPASS user ID',
  },
  'recovery-password': {
    state: state({ recovery: { step: 'password', userId: 'dc012345', busy: false, failure: null }, task: 'lost-phone' }),
    heading: 'Get 2FA Passcode',
    focus: 'UMPASS password',
  },
  'recovery-passcode': {
    state: state({ recovery: { step: 'passcode', expiresAt: heldPasscode.expiresAt }, heldPasscode, task: 'lost-phone' }),
    heading: 'Your recovery passcode',
    focus: 'heading',
  },
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
    state: state({ settingsOpen: true, about: { version: '0.1.0', linksOpen: false, platform: 'linux' } }),
    heading: 'Settings',
    focus: 'heading',
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
  'settings-no-keychain': {
    state: state({ settingsOpen: true, saved: { userId: null, password: false, offered: false, keychain: 'absent' } }),
    heading: 'Settings',
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
