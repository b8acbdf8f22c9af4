import { expect, it } from 'vitest';
import { reportPolicy } from '../../../electron/cli/policy-report.ts';
import { plainReport } from '../../../electron/cli/report.ts';
import { policyFrom } from '../../../electron/storage/policy/policy.ts';
import { readRegistryPolicy } from '../../../electron/storage/policy/registry.ts';
import { faultsIn } from '../../../electron/storage/policy/report.ts';
import type { RegistryValue } from '../../../electron/system/windows/registry.ts';
import { reportTextOf } from '../../support/report-text.ts';
import { englishTerminal } from '../../support/english.ts';

/** A registry whose keys have these values. People may write what is under HKCU. */
async function policyOf(keys: Record<string, Record<string, RegistryValue> | Error>) {
  const found = await readRegistryPolicy(() =>
    Promise.resolve({
      read: (root, path) => {
        const key = keys[`${root}\\${path}`];
        if (key instanceof Error) throw key;
        return key === undefined ? null : { values: new Map(Object.entries(key)), keys: [] };
      },
      securityOf: () => ({ owner: 'S-1-5-21-1-2-3-1001', entries: [] }),
    }),
  );
  const { machine, machineDefaults, user, userDefaults, installer } = found;
  return policyFrom([machine, machineDefaults, userDefaults, user, installer], 'win32');
}

const text = (value: string): RegistryValue => ({ kind: 'text', value });
const policies = 'Software\\Policies\\Causeway';

it.each<[string, Record<string, RegistryValue>, string, unknown]>([
  [`HKLM\\${policies}`, { KeptCodes: text('no') }, 'keptCodes', false],
  [`HKLM\\${policies}\\Recommended`, { Updates: text('weekly') }, 'updates', 'off'],
  [`HKCU\\${policies}`, { Updates: text('weekly') }, 'updates', undefined],
  [`HKCU\\${policies}`, { AlwaysConnect: { kind: 'number', value: 7 } }, 'alwaysConnect', undefined],
  [`HKCU\\${policies}\\Recommended`, { Updates: { kind: 'other', type: 3 } }, 'updates', undefined],
  ['HKLM\\Software\\Causeway\\Install', { Autostart: text('yes') }, 'startAtSignIn', undefined],
  ['HKLM\\Software\\Causeway\\Install', { Profile: { kind: 'number', value: 1 } }, 'profiles.0', undefined],
  ['HKLM\\Software\\Causeway\\Install', { Profile: text('campus.causeway') }, 'profiles.0', undefined],
])('a wrong value in %s %j is told in Settings, by the command, the check and a report', async (place, values, key, counts) => {
  const inForce = await policyOf({ [place]: values });
  const fault = { place, key, why: 'wrong' };
  expect(faultsIn(inForce.faults)).toEqual([expect.objectContaining(fault)]);
  expect(inForce.notices).toEqual([{ code: 'policy-repaired', params: { file: place, key } }]);
  let out = '';
  reportPolicy(
    inForce,
    plainReport({ out: (line) => (out += line), err: () => undefined, seen: false, version: '' }, englishTerminal),
    englishTerminal,
  );
  expect(out).toContain(place);
  expect(out).toContain(key);
  expect(reportTextOf({ policy: inForce })).toContain(`fault  ${key} in ${place}: wrong`);
  if (key !== 'profiles.0') expect([...inForce.decisions.values()].map(({ value }) => value)).toEqual(counts === undefined ? [] : [counts]);
});

it('what the MSI noted is told if it cannot be read, and forbids nothing that it could not say', async () => {
  const { decisions, faults } = await policyOf({ 'HKLM\\Software\\Causeway\\Install': new Error('RegOpenKeyExW: 5') });
  expect(decisions.size).toBe(0);
  expect(faults.map(({ key, why }) => `${key} ${why}`)).toEqual(['profiles wrong', 'startAtSignIn wrong']);
  const given = await policyOf({ 'HKLM\\Software\\Causeway\\Install': { Autostart: text('0'), Profile: text(''), Helper: text('1') } });
  expect([...given.decisions.values()].map(({ key, value }) => [key, value])).toEqual([['startAtSignIn', false]]);
  expect(given.faults).toEqual([]);
});
