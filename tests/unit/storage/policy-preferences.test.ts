import { expect, test } from 'vitest';
import { readPreferencePolicy } from '../../../electron/storage/policy/preferences.ts';
import type { CoreFoundation } from '../../../electron/system/preferences-macos.ts';

/** What a test's Core Foundation holds; null is a date. */
type Held = string | boolean | number | null | readonly Held[] | { readonly [key: string]: Held };

/** Core Foundation over plain values. Each copied reference must be released once. */
function holding(forced: Record<string, Held>, others: Record<string, Held> = {}): CoreFoundation & { alive: () => number } {
  const objects = new Map<number, Held>();
  const owned = new Set<number>();
  const put = (value: Held): number => {
    objects.set(objects.size + 1, value);
    return objects.size;
  };
  const copied = (value: Held): number => {
    const ref = put(value);
    owned.add(ref);
    return ref;
  };
  const at = (ref: number | bigint): Held => objects.get(Number(ref)) ?? null;
  const name = (ref: number | bigint): string => {
    const value = at(ref);
    return typeof value === 'string' ? value : expect.fail('no text');
  };
  return {
    alive: () => owned.size,
    string: copied,
    release: (ref) => {
      if (!owned.delete(Number(ref))) expect.fail('released what is not owned');
    },
    synchronize: () => undefined,
    copyValue: (key) => {
      const all = { ...others, ...forced };
      return Object.hasOwn(all, name(key)) ? copied(all[name(key)] ?? null) : 0;
    },
    isForced: (key) => Object.hasOwn(forced, name(key)),
    kindOf(ref) {
      const value = at(ref);
      if (value === null) return 'other';
      if (typeof value === 'string') return 'text';
      if (typeof value === 'boolean') return 'switch';
      if (typeof value === 'number') return 'number';
      return Array.isArray(value) ? 'list' : 'dictionary';
    },
    textOf: name,
    switchOf: (ref) => at(ref) === true,
    numberOf: (ref) => Number(at(ref)),
    itemsOf: (ref) => {
      const value = at(ref);
      return Array.isArray(value) ? value.map((item: Held) => put(item)) : [];
    },
    entriesOf: (ref) => Object.entries(at(ref) ?? {}).map(([key, item]: [string, Held]) => [put(key), put(item)] as const),
  };
}

test('what a configuration profile forces on macOS is enforced, and all else is the person’s', async () => {
  const cf = holding(
    {
      certificates: 'strict',
      managedBy: { name: '澳門大學' },
      allowedGateways: ['vpn.campus.test'],
      rememberPasswords: false,
      oldTls: null,
    },
    { language: 'en', keptCodes: true, certificates: 'ask' },
  );
  const { managed, others } = await readPreferencePolicy(() => Promise.resolve(cf));
  expect(managed).toMatchObject({ state: 'read', level: 'enforced', byPerson: false });
  expect(managed.values).toEqual({
    certificates: 'strict',
    managedBy: { name: '澳門大學' },
    allowedGateways: ['vpn.campus.test'],
    rememberPasswords: false,
    oldTls: null,
  });
  expect(others).toMatchObject({ state: 'read', level: 'default', byPerson: true, values: { language: 'en', keptCodes: true } });
  expect(cf.alive()).toBe(0);
});

test('without managed preferences macOS has no policy, and one that cannot be read forbids', async () => {
  expect((await readPreferencePolicy(() => Promise.resolve(holding({})))).managed.state).toBe('absent');
  const { managed } = await readPreferencePolicy(() => Promise.reject(new Error('no such library')));
  expect(managed).toMatchObject({ state: 'unreadable', detail: 'no such library' });
});
