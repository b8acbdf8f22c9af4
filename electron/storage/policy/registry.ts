import { policyFacts, policyKeys, type PolicyFault, type PolicyKey, type PolicyKind } from '../../../shared/policy/keys.ts';
import { registry, type Registry, type RegistryKey, type RegistryRoot, type RegistryValue } from '../../system/windows/registry.ts';
import { onlyAdministratorsMayChangeKey } from '../../system/windows/security-descriptor.ts';
import { absent, type PolicySource } from './source.ts';

/** Where administrators' tools write the policy of a program. Devices refuse to manage keys below `Policies\Microsoft`. */
export const policyRegistryPath = 'Software\\Policies\\Causeway';
/** What people may change. */
const recommended = 'Recommended';
/** Both change with every policy of the computer, and are always there. */
const watchedPath = 'Software\\Policies';

/** What IT gave to the MSI (`build/msi`), noted by it. It ranks below every policy. */
const installPath = 'Software\\Causeway\\Install';

type ReadableRegistry = Pick<Registry, 'read' | 'securityOf'>;

/** What the registry says: for the computer and for the person, each enforced and as defaults. */
export interface RegistryPolicy {
  readonly machine: PolicySource;
  readonly machineDefaults: PolicySource;
  readonly user: PolicySource;
  readonly userDefaults: PolicySource;
  readonly installer: PolicySource;
}

/**
 * Reads the policy from the registry. A person's own key counts as enforced if its access list keeps the person from writing
 * it, and as theirs otherwise. Never rejects.
 */
export async function readRegistryPolicy(load: () => Promise<ReadableRegistry> = registry): Promise<RegistryPolicy> {
  const found = await load().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  if (found instanceof Error) return unreadable(found);
  const machine = (path: string, level: PolicySource['level']) => readKey(found, 'HKLM', path, level);
  const user = (path: string, level: PolicySource['level']): PolicySource => {
    const source = readKey(found, 'HKCU', path, level);
    if (source.state === 'absent') return source;
    const security = attempt(() => found.securityOf('HKCU', path));
    const isAdministrators = security !== null && !(security instanceof Error) && onlyAdministratorsMayChangeKey(security);
    if (isAdministrators) return source;
    // A person's damage to their own key forbids nothing
    return { ...source, level: 'default', byPerson: true, ...(source.state === 'unreadable' && { state: 'untrusted' }) };
  };
  const below = `${policyRegistryPath}\\${recommended}`;
  return {
    machine: machine(policyRegistryPath, 'enforced'),
    machineDefaults: machine(below, 'default'),
    user: user(policyRegistryPath, 'enforced'),
    userDefaults: user(below, 'default'),
    installer: readInstaller(found),
  };
}

/**
 * The properties of the MSI as defaults: the campus that everybody gets, and whether the app starts when people sign in. Any
 * text may have been given: a wrong one is named, like a wrong value of the key that it stands for.
 */
function readInstaller(found: ReadableRegistry): PolicySource {
  const none = absent(`HKLM\\${installPath}`, 'default');
  const key = attempt(() => found.read('HKLM', installPath));
  if (key === null) return none;
  if (key instanceof Error)
    return { ...none, state: 'read', faults: ['profiles', 'startAtSignIn'].map((name) => ({ key: name, why: 'wrong' })) };
  const raw = (name: string): unknown => {
    const value = key.values.get(name);
    if (!value || (value.kind === 'text' && value.value === '')) return undefined;
    return value.kind === 'text' ? value.value : null;
  };
  const [profile, autostart] = [raw('Profile'), raw('Autostart')];
  const values = {
    ...(profile !== undefined && { profiles: [profile] }),
    ...(autostart !== undefined && { startAtSignIn: autostart === '1' ? true : autostart === '0' ? false : autostart }),
  };
  return { ...none, state: 'read', values };
}

/** Whatever it enforces for the computer is then forbidden. */
function unreadable({ message }: Error): RegistryPolicy {
  const none = (root: RegistryRoot, level: PolicySource['level']): PolicySource => absent(`${root}\\${policyRegistryPath}`, level);
  return {
    machine: { ...none('HKLM', 'enforced'), state: 'unreadable', detail: message },
    machineDefaults: none('HKLM', 'default'),
    user: none('HKCU', 'enforced'),
    userDefaults: none('HKCU', 'default'),
    installer: absent(`HKLM\\${installPath}`, 'default'),
  };
}

/** Calls back after a policy in the registry has changed. Returns a function that stops it. */
export function watchRegistryPolicy(changed: () => void): () => void {
  let stops: (() => void)[] = [];
  let isStopped = false;
  registry().then(
    (found) => {
      if (!isStopped) stops = (['HKLM', 'HKCU'] as const).map((root) => found.watch(root, watchedPath, changed));
    },
    // The next Connect reads it all the same
    () => undefined,
  );
  return () => {
    isStopped = true;
    for (const stop of stops) stop();
  };
}

function readKey(found: ReadableRegistry, root: RegistryRoot, path: string, level: PolicySource['level']): PolicySource {
  const place = `${root}\\${path}`;
  const key = attempt(() => found.read(root, path));
  if (key === null) return absent(place, level);
  if (key instanceof Error) return { ...absent(place, level), state: 'unreadable', detail: key.message };
  const values: Record<string, unknown> = {};
  const faults: { key: string; why: PolicyFault }[] = [];
  const take = (name: string, raw: unknown): void => {
    if (raw === undefined) faults.push({ key: name, why: 'wrong' });
    else values[name] = raw;
  };
  for (const name of key.keys) {
    if (name.toLowerCase() === recommended.toLowerCase()) continue;
    const known = keyCalled(name);
    const inside = known && attempt(() => found.read(root, `${path}\\${name}`));
    take(known ?? name, known && inside && !(inside instanceof Error) ? rawOfKey(known, inside) : known ? undefined : null);
  }
  for (const [name, value] of key.values) {
    const known = keyCalled(name);
    // Every key may have a value without a name
    if (name !== '' && !Object.hasOwn(values, known ?? name)) take(known ?? name, known ? rawOf(known, value) : null);
  }
  return { ...absent(place, level), state: 'read', values, faults };
}

/** The registry does not tell upper from lower case. */
const keyCalled = (name: string): PolicyKey | null => policyKeys.find((key) => key.toLowerCase() === name.toLowerCase()) ?? null;

/** A value as JSON has it; undefined if it is of the wrong kind. */
function rawOf(key: PolicyKey, value: RegistryValue): unknown {
  const { kind } = policyFacts[key];
  if (kind === 'switch') return value.kind === 'number' && value.value <= 1 ? value.value === 1 : undefined;
  if (kind === 'list') return value.kind === 'texts' ? value.value.map((text) => itemOf(key, text)) : undefined;
  return kind !== 'fields' && value.kind === 'text' ? value.value : undefined;
}

/** The same for a key in the policy's key: a list, or several texts. */
function rawOfKey(key: PolicyKey, { values }: RegistryKey): unknown {
  const kind: PolicyKind = policyFacts[key].kind;
  if (kind === 'fields')
    return Object.fromEntries(
      [...values].filter(([name]) => name !== '').map(([name, value]) => [fieldName(name), value.kind === 'text' ? value.value : null]),
    );
  if (kind !== 'list') return undefined;
  const byName = new Intl.Collator('en', { numeric: true });
  const items = [...values].sort(([one], [other]) => byName.compare(one, other));
  return items.map(([, value]) => (value.kind === 'text' ? itemOf(key, value.value) : null));
}

/** Templates write names with a capital. */
const fieldName = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** One line of a list. A profile may stand there as JSON. */
function itemOf(key: PolicyKey, text: string): unknown {
  if (key !== 'profiles' || !text.trimStart().startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
