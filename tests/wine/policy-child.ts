import { execFileSync } from 'node:child_process';
import { win32 } from 'node:path';
import koffi from 'koffi';
import { LivePolicy } from '../../electron/storage/policy/live-policy.ts';
import { policyPlaces } from '../../electron/storage/policy/places.ts';
import { languagesKey, languagesOfWindows } from '../../electron/system/windows/languages.ts';
import { nsisKey } from '../../electron/updates/installation-windows.ts';
import { findInstallation } from '../../electron/updates/installation.ts';

/**
 * Runs on Windows: writes policies into the registry, as administrators' tools do, and prints what Causeway makes of each, as
 * one line of JSON.
 */
const machine = 'HKLM\\Software\\Policies\\Causeway';
const person = 'HKCU\\Software\\Policies\\Causeway';
const reg = (...args: string[]): void => void execFileSync('reg', args, { stdio: 'ignore' });
const add = (key: string, name: string, type: string, value: string): void => reg('add', key, '/v', name, '/t', type, '/d', value, '/f');
const remove = (key: string): void => {
  try {
    reg('delete', key, '/f');
  } catch {
    // There was none
  }
};

const policy = await LivePolicy.open(policyPlaces('win32', process.env), 'win32');
const stop = policy.watch();
// Its first reading is over by then: what is seen from now on, Windows has reported
await new Promise((resolve) => setTimeout(resolve, 1_500));

/** What counts now, in short. */
const seen = () => ({
  decisions: Object.fromEntries(
    [...policy.current.decisions].map(([key, { value, source, overrides }]) => [
      key,
      { value, place: source.place, level: source.level, overrides: overrides.map(({ place }) => place) },
    ]),
  ),
  faults: policy.current.faults.map(({ place, key, why }) => `${place} ${key ?? '-'} ${why}`),
});
/** After a change that nobody asks to be read: what Windows reports is enough. */
const noticed = async (change: () => void): Promise<ReturnType<typeof seen>> => {
  const next = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('Windows reported no change')), 20_000);
    const off = policy.onChange(() => {
      clearTimeout(late);
      off();
      resolve();
    });
  });
  change();
  await next;
  return seen();
};
const read = async () => {
  await policy.refresh();
  return seen();
};

const report: Record<string, unknown> = { none: seen() };

report['created'] = await noticed(() => add(machine, 'Certificates', 'REG_SZ', 'strict'));
add(machine, 'RememberPasswords', 'REG_DWORD', '0');
add(machine, 'AllowedGateways', 'REG_MULTI_SZ', 'vpn.campus.test\\0*.cluster.campus.test');
add(`${machine}\\ManagedBy`, 'Name', 'REG_SZ', '澳門大學資訊及通訊科技部');
add(`${machine}\\ManagedBy`, 'Caption', 'REG_SZ', 'Fale com o serviço de informática');
add(`${machine}\\Profiles`, '1', 'REG_SZ', '{"address": "https://campus.test", "pins": ["JEjnOQ0aoGAgqy4N0s2MMLEmkjKkL4PDlCTfdHQm3EU="]}');
add(`${machine}\\Recommended`, 'Language', 'REG_SZ', 'en');
add(`${machine}\\Recommended`, 'RememberPasswords', 'REG_DWORD', '1');
report['full'] = await read();

add(machine, 'Certificates', 'REG_BINARY', '00ff');
add(machine, 'RememberPasswords', 'REG_SZ', '0');
add(machine, 'KeptCodes', 'REG_DWORD', '7');
add(machine, 'Library', 'REG_EXPAND_SZ', '%USERPROFILE%\\libopenconnect-5.dll');
add(machine, 'Colour', 'REG_SZ', 'red');
add(`${machine}\\Unheard`, 'Of', 'REG_SZ', '1');
add(`${machine}\\OldTls`, 'Allow', 'REG_SZ', 'allow');
add(`${machine}\\ManagedBy`, 'Address', 'REG_DWORD', '1');
report['wrong'] = await read();

report['removed'] = await noticed(() => remove(machine));

// A person's own key: first as Windows makes it, then as Group Policy does (sddl.h: KA all, KR read, CI for what is in it too)
add(person, 'Certificates', 'REG_SZ', 'ask');
add(person, 'WildcardHosts', 'REG_DWORD', '1');
add(person, 'Language', 'REG_SZ', 'en');
setAccess('Software\\Policies\\Causeway', 'O:BAD:P(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KA;;;WD)');
report['byPerson'] = await read();
setAccess('Software\\Policies\\Causeway', 'O:BAD:P(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;WD)');
report['byAdministrators'] = await read();
add(machine, 'WildcardHosts', 'REG_DWORD', '0');
report['both'] = await read();
for (const key of [machine, person]) remove(key);

// As the MSI notes it
const installer = 'HKLM\\Software\\Causeway\\Install';
add(installer, 'Autostart', 'REG_SZ', '1');
add(installer, 'Helper', 'REG_SZ', '1');
report['installed'] = await read();
add(`${machine}\\Recommended`, 'StartAtSignIn', 'REG_DWORD', '0');
report['installedUnderPolicy'] = await read();
add(installer, 'Autostart', 'REG_SZ', 'yes');
add(installer, 'Profile', 'REG_SZ', 'https://campus.test');
report['installedWrong'] = await read();
for (const key of [machine, installer]) remove(key);
stop();

// As the installer for one person notes its folder
const executable = process.execPath;
const installation = async (folder: string | null): Promise<string> => {
  if (folder !== null) add(`HKCU\\${nsisKey}`, 'InstallLocation', 'REG_SZ', folder);
  return (await findInstallation({ isPackaged: true, executable, env: {} }, 'win32')).kind;
};
report['installations'] = {
  none: await installation(null),
  elsewhere: await installation('C:\\users\\other\\Programs\\causeway'),
  here: await installation(win32.dirname(executable).toUpperCase()),
};
remove(`HKCU\\${nsisKey}`);

// As Windows's Settings write it
const before = await languagesOfWindows();
add(`HKCU\\${languagesKey}`, 'Languages', 'REG_MULTI_SZ', 'zh-Hant-MO\\0pt-MO\\0en-US');
report['languages'] = { before, chosen: await languagesOfWindows() };
console.log(JSON.stringify(report));

/** Gives a key of the person's an owner and an access list. */
function setAccess(path: string, sddl: string): void {
  const advapi = koffi.load('advapi32.dll');
  const parse = advapi.func(
    'int __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16, uint32_t, _Out_ void **, _Out_ uint32_t *)',
  );
  const open = advapi.func('int32_t __stdcall RegOpenKeyExW(intptr_t, str16, uint32_t, uint32_t, _Out_ intptr_t *)');
  const set = advapi.func('int32_t __stdcall RegSetKeySecurity(intptr_t, uint32_t, void *)');
  const [key, descriptor]: [[number], [unknown]] = [[0], [null]];
  // HKEY_CURRENT_USER; READ_CONTROL, WRITE_DAC and WRITE_OWNER; owner and list
  const parsed: unknown = parse(sddl, 1, descriptor, [0]);
  const opened: unknown = open(-0x7fffffff, path, 0, 0x20000 | 0x40000 | 0x80000, key);
  const done: unknown = set(key[0], 0x1 | 0x4, descriptor[0]);
  if (parsed === 0 || opened !== 0 || done !== 0) throw new Error(`no access list: ${String(parsed)} ${String(opened)} ${String(done)}`);
}
