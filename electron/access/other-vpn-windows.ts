import { adapters, type Adapter } from '../system/windows/adapters.ts';

/** What Windows knows of these adapters, by the names that Node has for them. Empty where it does not say; never rejects. */
export async function adaptersOf(names: readonly string[]): Promise<Map<string, Adapter>> {
  const found = new Map<string, Adapter>();
  try {
    const system = await adapters();
    for (const name of names) {
      const adapter = system.named(name);
      if (adapter) found.set(name, adapter);
    }
  } catch {
    // Without koffi their names are all that is known
  }
  return found;
}
