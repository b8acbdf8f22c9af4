import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { readPublicKey } from './envelope.ts';

/** What is built in about updates: `build/updates/updates.json`, into which whoever publishes Causeway puts their own. */
export interface UpdateConfig {
  /** The https address of a folder. Null: this build has none. */
  feed: string | null;
  /** The public keys that may sign metadata: one, or two while one takes the other's place. */
  keys: readonly KeyObject[];
}

const configSchema = z.object({
  feed: z.nullable(z.url({ protocol: /^https$/ })),
  keys: z.array(z.string().check(z.regex(/^[A-Za-z0-9+/]{43}=$/))).check(z.maxLength(2)),
});

/** Reads the file. Without one, or with one that is damaged, there are no updates; `log` says why. */
export function readUpdateConfig(file: string, log: (line: string) => void): UpdateConfig {
  try {
    const { feed, keys } = configSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { feed, keys: keys.map(readPublicKey) };
  } catch (error) {
    log(`updates: ${file} cannot be read: ${String(error)}`);
    return { feed: null, keys: [] };
  }
}
