import { describe, expect, it, test } from 'vitest';
import { mergePolicy } from '../../../electron/storage/policy/merge.ts';
import { noPolicy, policyFrom } from '../../../electron/storage/policy/policy.ts';
import { decisionsIn } from '../../../electron/storage/policy/report.ts';
import type { PolicySource } from '../../../electron/storage/policy/source.ts';
import { policyKeys } from '../../../shared/policy/keys.ts';
import { policySchemas, strictPolicy } from '../../../shared/policy/schema.ts';
import { sourceOf } from '../../support/policy.ts';

const machine = (values: Record<string, unknown>, more: Partial<PolicySource> = {}) => sourceOf(values, { place: 'machine', ...more });
const recommended = (values: Record<string, unknown>) => sourceOf(values, { place: 'recommended', level: 'default' });
const person = (values: Record<string, unknown>) => sourceOf(values, { place: 'person', level: 'default', byPerson: true });

const decided = (...sources: PolicySource[]) =>
  Object.fromEntries([...mergePolicy(sources).decisions.values()].map(({ key, value, source }) => [key, [value, source.place]]));
const faultsOf = (...sources: PolicySource[]) => mergePolicy(sources).faults.map(({ place, key, why }) => `${place} ${key} ${why}`);

test('the best place that has a key decides it, and says what it overrides', () => {
  const sources = [
    machine({ language: 'en', keptCodes: true }),
    recommended({ language: 'system', oldTls: 'allow' }),
    person({ language: 'en' }),
  ];
  expect(decided(...sources)).toEqual({ language: ['en', 'machine'], keptCodes: [true, 'machine'], oldTls: ['allow', 'recommended'] });
  expect(mergePolicy(sources).decisions.get('language')?.overrides).toEqual([
    { place: 'recommended', value: 'system' },
    { place: 'person', value: 'en' },
  ]);
  expect(faultsOf(...sources)).toEqual([]);
});

describe('a value that is not understood', () => {
  it.each(Object.entries(strictPolicy))('forbids what it was meant to forbid, whatever lower places say: %s', (key, strict) => {
    const nonsense = { no: ['body', 'knows'] };
    const sources = [machine({ [key]: nonsense }), recommended({ [key]: key === 'allowedGateways' ? ['vpn.test'] : looser(key) })];
    expect(decided(...sources)).toEqual({ [key]: [strict, 'machine'] });
    expect(faultsOf(...sources)).toEqual([`machine ${key} wrong`]);
  });

  it('of a key that forbids nothing is dropped, and the next place counts', () => {
    const sources = [machine({ userAgent: 'x\ny', library: 'relative/path' }), recommended({ userAgent: 'Campus' })];
    expect(decided(...sources)).toEqual({ userAgent: ['Campus', 'recommended'] });
    expect(faultsOf(...sources).sort()).toEqual(['machine library wrong', 'machine userAgent wrong']);
  });

  it('in a list or among several texts costs only itself', () => {
    const sources = [
      machine({
        allowedGateways: ['vpn.campus.test', 7, 'a b', '*.cluster.campus.test:8443'],
        helpDesk: { name: 'IT', phone: 5, address: 'http://plain.test', colour: 'red' },
        managedBy: { name: 'IT', address: 'javascript:alert(1)' },
      }),
    ];
    expect(decided(...sources)).toEqual({
      allowedGateways: [['vpn.campus.test', '*.cluster.campus.test:8443'], 'machine'],
      helpDesk: [{ name: 'IT' }, 'machine'],
      managedBy: [{ name: 'IT' }, 'machine'],
    });
    expect(faultsOf(...sources)).toEqual([
      'machine allowedGateways.1 wrong',
      'machine allowedGateways.2 wrong',
      'machine helpDesk.phone wrong',
      'machine helpDesk.address wrong',
      'machine helpDesk.colour unknown',
      'machine managedBy.address wrong',
    ]);
  });

  it('that is a list too long allows nothing of it', () => {
    expect(decided(machine({ allowedGateways: Array.from({ length: 101 }, (_, index) => `vpn${index}.test`) }))).toEqual({
      allowedGateways: [[], 'machine'],
    });
  });
});

test('a campus of the policy is shown by its name or address, not as JSON', async () => {
  const address = { address: 'https://campus.test', pins: ['JEjnOQ0aoGAgqy4N0s2MMLEmkjKkL4PDlCTfdHQm3EU='] };
  const harbour = { version: 1, id: 'harbour', name: 'Harbour University', gateways: ['vpn.harbour.test'] };
  const inForce = await policyFrom([machine({ profiles: ['/etc/causeway/a.causeway', address, harbour] })], 'linux');
  expect(decisionsIn(inForce)).toMatchObject([{ value: '/etc/causeway/a.causeway, https://campus.test, Harbour University' }]);
});

test('where people can write, only their own settings count', () => {
  const all = Object.fromEntries(policyKeys.map((key) => [key, true]));
  const sources = [person({ ...all, language: 'en', updates: 'automatic' })];
  expect(decided(...sources)).toEqual({
    language: ['en', 'person'],
    startAtSignIn: [true, 'person'],
    alwaysConnect: [true, 'person'],
    updates: ['automatic', 'person'],
  });
  expect(faultsOf(...sources)).toHaveLength(policyKeys.length - 4);
});

test('a damaged place forbids whatever a policy may forbid, unless a better place has decided it', async () => {
  const damaged = machine({}, { place: 'file', state: 'unreadable', detail: 'no JSON object' });
  const sources = [
    machine({ certificates: 'ask', rememberPasswords: true }),
    damaged,
    recommended({ quickConnect: true, userAgent: 'Campus' }),
  ];
  const { policy, notices } = await policyFrom(sources, 'linux');
  expect(policy).toEqual({
    ...noPolicy,
    ...strictPolicy,
    allowedGateways: null,
    certificates: 'ask',
    rememberPasswords: true,
    userAgent: 'Campus',
  });
  expect(notices).toEqual([{ code: 'policy-unreadable', params: { file: 'file' }, detail: 'no JSON object' }]);
});

test('what others could have written counts for nothing', () => {
  const sources = [machine({ certificates: 'ask' }, { state: 'untrusted' }), recommended({ certificates: 'strict' })];
  expect(decided(...sources)).toEqual({ certificates: ['strict', 'recommended'] });
  expect(faultsOf(...sources)).toEqual(['machine null untrusted']);
});

test('paths of another system do not count', async () => {
  const source = machine({
    library: 'C:\\oc\\libopenconnect-5.dll',
    hostCheckWrapper: '/opt/oc/hip.sh',
    profiles: ['C:\\campus.causeway'],
  });
  const { policy, faults } = await policyFrom([source], 'linux');
  expect(policy).toEqual({ ...noPolicy, hostCheckWrapper: '/opt/oc/hip.sh' });
  expect(faults.map(({ key, why }) => `${key} ${why}`)).toEqual(['profiles.0 profile', 'library wrong']);
  const windows = await policyFrom([machine({ library: 'C:\\oc\\libopenconnect-5.dll', hostCheckWrapper: 'oc.exe' })], 'win32');
  expect(windows.policy.library).toBe('C:\\oc\\libopenconnect-5.dll');
  expect(windows.faults.map(({ key }) => key)).toEqual(['hostCheckWrapper']);
});

/** A value that is allowed and is not the strict one. */
function looser(key: string): unknown {
  const values = [true, false, 'ask', 'refuse', 'allow', 'profile', 'automatic', 'beta', 'https://mirror.test/'];
  const strict = new Map<string, unknown>(Object.entries(strictPolicy)).get(key);
  const schema = new Map(Object.entries(policySchemas)).get(key);
  return values.find((value) => value !== strict && schema?.safeParse(value).success);
}
