import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { fail } from '../shared/failure.ts';
import { isMissing, replaceFile } from './durable-file.ts';
import { documentSchema, documentVersion, emptyDocument, type CampusDocument } from './document.ts';

/** A value that may be read but not changed. */
export type Frozen<T> = T extends readonly (infer U)[]
  ? readonly Frozen<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

/** The campus's data: one document, always the same as on disk. */
export interface Store {
  /** The document on disk. Never has a change that could still be lost. */
  readonly document: Frozen<CampusDocument>;
  /**
   * Changes the document, one change at a time. Resolves with the result of `change` once the new document is on disk. If
   * `change` throws or the document cannot be written, nothing changes, and this rejects with what `change` threw or with
   * `settings-unwritable`.
   */
  update<T>(change: (draft: CampusDocument) => T): Promise<T>;
  /** Resolves once every change requested so far has succeeded or failed. */
  settled(): Promise<void>;
}

export const storeFileName = 'campus.json';

/**
 * Opens the store in `directory`, which is created if it is missing. Fails with `settings-damaged` or `settings-newer`
 * (params: file) when the file is not one of ours. Such a file is left as it is for a person to check, never replaced.
 */
export async function openStore(directory: string): Promise<Store> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, storeFileName);
  let document = await load(file);
  let written = JSON.stringify(document);
  let queue: Promise<void> = Promise.resolve();

  const apply = async <T>(change: (draft: CampusDocument) => T): Promise<T> => {
    const draft = structuredClone(document);
    const result = change(draft);
    const text = JSON.stringify(draft);
    if (text !== written) {
      await replaceFile(file, text);
      document = draft;
      written = text;
    }
    return result;
  };

  return {
    get document() {
      return document;
    },
    update(change) {
      const done = queue.then(() => apply(change));
      const over = (): void => undefined;
      queue = done.then(over, over); // the caller gets the failure; the next change runs all the same
      return done;
    },
    settled: () => queue,
  };
}

async function load(file: string): Promise<CampusDocument> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return emptyDocument();
    throw fail('settings-damaged', { file }, { cause, detail: 'the file cannot be read' });
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw fail('settings-damaged', { file }, { cause, detail: 'the file is not JSON: it was cut short or written over' });
  }
  const version = z.object({ version: z.number() }).safeParse(raw);
  if (version.success && version.data.version > documentVersion) {
    throw fail('settings-newer', { file }, { detail: `written by a newer campus (version ${version.data.version})` });
  }
  const parsed = documentSchema.safeParse(raw);
  if (!parsed.success) throw fail('settings-damaged', { file }, { detail: z.prettifyError(parsed.error) });
  return parsed.data;
}
