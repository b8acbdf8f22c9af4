import type { FactorDevice, Prompt } from '../../shared/prompt.ts';
import { minute, now, sha256 } from './base.ts';

/** One question of each kind. */

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

/** A gateway's numbered menu as devices. */
export const menuDevices: FactorDevice[] = [
  { id: '1', name: 'XXX-XXX-1234', methods: ['push', 'passcode'] },
  { id: '2', name: 'XXX-XXX-1234', methods: ['call'] },
  { id: '3', name: 'XXX-XXX-1234', methods: ['text'], startsWith: '2' },
  { id: '4', name: 'Hardware token', methods: ['other'] },
];
