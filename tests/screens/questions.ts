import { asking, campus, heldPasscode, now, state, target, type Screens } from './base.ts';
import { menuDevices, prompts } from './prompts.ts';

/** The questions of a sign-in. */

export const questionScreens: Screens = {
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
    heading: 'Your campus asks for more details',
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
};
