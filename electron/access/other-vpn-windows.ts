import { adapters, type Adapter } from '../system/windows/adapters.ts';

/** What Windows knows about these adapters, by Node's names for them. Empty if Windows does not say. Never rejects. */
export async function adaptersOf(names: readonly string[]): Promise<Map<string, Adapter>> {
  const found = new Map<string, Adapter>();
  try {
    const system = await adapters();
    for (const name of names) {
      const adapter = system.named(name);
      if (adapter) found.set(name, adapter);
    }
  } catch {
    // Without koffi, only their names are known
  }
  return found;
}
