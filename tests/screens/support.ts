import type { CheckState, Finding } from '../../shared/check.ts';
import type { FailureCode } from '../../shared/failure.ts';
import { now, state, type Screens } from './base.ts';

/** Report a problem, and Check my connection. */

const fact = (
  check: string,
  name: Extract<Finding['says'], { kind: 'fact' }>['fact'],
  params: Record<string, string | number> = {},
): Finding => ({
  check,
  result: 'ok',
  says: { kind: 'fact', fact: name, params },
  todo: null,
  prevents: false,
});
const failed = (check: string, code: FailureCode, params: Record<string, string> = {}): Finding => ({
  check,
  result: 'attention',
  says: { kind: 'failure', failure: { code, params } },
  todo: null,
  prevents: true,
});

const good: Finding[] = [
  fact('libopenconnect', 'installed', { component: 'libopenconnect', version: 'v9.21' }),
  fact('keychain', 'keychain'),
  fact('other-vpn', 'noOtherVpn'),
  fact('gateway', 'reached', { gateway: 'vpn.campus.test' }),
  fact('clock', 'clock', { gateway: 'vpn.campus.test' }),
];
const check = (over: Partial<CheckState>): CheckState => ({ running: false, cut: null, findings: [], at: now, ...over });

export const supportScreens: Screens = {
  'check-running': {
    state: state({ support: 'check', check: check({ running: true, findings: good.slice(0, 2) }) }),
    heading: 'Check my connection',
    focus: 'heading',
  },
  'check-good': { state: state({ support: 'check', check: check({ findings: good }) }), heading: 'Check my connection', focus: 'heading' },
  'check-trouble': {
    state: state({
      support: 'check',
      check: check({
        findings: [
          {
            ...fact('openconnect', 'notInstalled', { component: 'openconnect' }),
            result: 'missing',
            todo: { advice: 'install', params: { packages: 'openconnect' }, instead: true },
            prevents: true,
          },
          failed('keychain', 'keychain-locked'),
          {
            ...fact('clock', 'clockOff', { gateway: 'vpn.campus.test', minutes: 12 }),
            result: 'attention',
            todo: { advice: 'setClock', params: {}, instead: true },
          },
          failed('gateway', 'gateway-unreachable', { host: 'vpn.campus.test' }),
          fact('other-vpn', 'noOtherVpn'),
        ],
      }),
    }),
    heading: 'Check my connection',
    focus: 'heading',
  },
  'check-stopped': {
    state: state({ support: 'check', check: check({ cut: 'stopped', findings: good.slice(0, 3) }) }),
    heading: 'Check my connection',
    focus: 'heading',
  },
  'report': { state: state({ support: 'report', check: check({ findings: good }) }), heading: 'Report a problem', focus: 'heading' },
  'report-first-run': {
    state: state({ profiles: [], profileId: null, support: 'report', check: check({}) }),
    heading: 'Report a problem',
    focus: 'heading',
  },
  'report-notice': {
    state: state({ notices: [{ id: 'internal', failure: { code: 'internal' } }] }),
    heading: 'Campus Test University',
    focus: 'heading',
  },
};

/** A report as the main process makes one. */
export const shownReport = {
  id: 'r1',
  code: '2C7W 9QH2 XR4M',
  text: [
    'Causeway: problem report',
    'Code to read to the help desk: 2C7W 9QH2 XR4M',
    '',
    '== Summary ==',
    'Causeway 0.1.0 on linux',
    'Failure: gateway-unreachable',
    '',
    '== Network ==',
    'enp3s0  IPv4  address-1/24  address-2',
    '  trust.authority  3F:0A:91:C4:77:1E:5B:D2:88:60:AF:3C:09:E4:12:BD:5A:F7:2C:93:46:D1:0E:68:B5:7A:C0:21:9D:34:E8:F6',
    '',
    '== Log of the app ==',
    ...Array.from(
      { length: 30 },
      (_, second) => `2026-09-07T09:11:${String(second).padStart(2, '0')}.000Z access: reconnecting vpn.campus.test (tunnel-dropped)`,
    ),
    '',
  ].join('\n'),
};
