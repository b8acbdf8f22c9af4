import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { authorityFileName, openAuthority } from '../../../campus/authority.ts';
import { emptyDocument } from '../../../campus/document.ts';
import { readPeople, seed, seededPeople } from '../../../campus/people.ts';
import { openStore, storeFileName } from '../../../campus/store.ts';
import { removeFolder } from '../../support/folders.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-test-'));
  file = join(directory, storeFileName);
});
afterEach(() => removeFolder(directory));

const addPhone = (id: string) => async () =>
  (await openStore(directory)).update((draft) => draft.phones.push({ id, label: id, accounts: [] }));

describe('the store', () => {
  test('the store begins empty, and holds what was written when it is opened again', async () => {
    expect((await openStore(directory)).document).toEqual(emptyDocument());
    await addPhone('one')();
    expect((await openStore(directory)).document.phones.map(({ id }) => id)).toEqual(['one']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('the store makes changes one after the other, each based on the last', async () => {
    const store = await openStore(directory);
    const lengths = await Promise.all(
      Array.from({ length: 20 }, (_, count) =>
        store.update((draft) => draft.phones.push({ id: String(count), label: 'Phone', accounts: [] })),
      ),
    );
    expect(lengths).toEqual(Array.from({ length: 20 }, (_, count) => count + 1));
    expect((await openStore(directory)).document).toEqual(store.document);
  });

  test('the store is unchanged by a change that throws, and continues', async () => {
    const store = await openStore(directory);
    const failed = store.update((draft) => {
      draft.phones.push({ id: 'half', label: 'Half', accounts: [] });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(store.document.phones).toEqual([]);
    await store.update((draft) => draft.phones.push({ id: 'whole', label: 'Whole', accounts: [] }));
    expect(store.document.phones).toHaveLength(1);
  });

  test('the store is unchanged by a change that cannot be written, and says so', async () => {
    const store = await openStore(directory);
    // Where the new file would be written there is something that cannot be written to
    await mkdir(`${file}.new`);
    const failed = store.update((draft) => draft.phones.push({ id: 'lost', label: 'Lost', accounts: [] }));
    await expect(failed).rejects.toMatchObject({ failure: { code: 'settings-unwritable', params: { file } } });
    expect(store.document.phones).toEqual([]);
  });

  test.each([
    ['cut short', '{"version":1,"peo', 'settings-damaged'],
    ['empty', '', 'settings-damaged'],
    ['something else', '[]', 'settings-damaged'],
    ['of the wrong shape', JSON.stringify({ ...emptyDocument(), devices: [{ id: 1 }] }), 'settings-damaged'],
    ['of a newer campus', '{"version":2}', 'settings-newer'],
  ])('a store file that is %s is named and left alone', async (_, text, code) => {
    await writeFile(file, text);
    await expect(openStore(directory)).rejects.toMatchObject({ failure: { code, params: { file } } });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('the store holds after kill -9 whatever it reported as written, and is never half written', async () => {
    for (let round = 0; round < 3; round++) {
      const writer = spawn(process.execPath, ['--import', 'tsx', 'tests/support/campus/store-writer.ts', directory], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let acknowledged = -1;
      const stopAt = 5 + 7 * round;
      const before = (await openStore(directory)).document.phones.length;
      for await (const line of createInterface({ input: writer.stdout })) {
        acknowledged = Number(line);
        if (acknowledged >= before + stopAt) writer.kill('SIGKILL');
      }
      if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
      const { phones } = (await openStore(directory)).document;
      expect(phones.length).toBeGreaterThan(acknowledged);
      expect(phones.map(({ id }) => id)).toEqual(phones.map((_, count) => `phone-${count}`));
    }
  }, 60_000);
});

describe('the authority', () => {
  test('the authority is made once and stays', async () => {
    const made = await openAuthority(directory);
    expect(await openAuthority(directory)).toEqual(made);
    expect((await stat(join(directory, authorityFileName))).mode & 0o777).toBe(0o600);
    expect(made.sha256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  test('an authority that cannot be read is named and left alone', async () => {
    await writeFile(join(directory, authorityFileName), '{}');
    await expect(openAuthority(directory)).rejects.toMatchObject({ failure: { code: 'settings-damaged' } });
    expect(await readFile(join(directory, authorityFileName), 'utf8')).toBe('{}');
  });
});

describe('people', () => {
  const now = () => 1_800_000_000_000;

  test('people from a file are added once, and existing ones are unchanged', async () => {
    const store = await openStore(directory);
    await seed(store, seededPeople, now);
    await store.update((draft) => (draft.devices = []));
    const before = store.document;
    await seed(store, seededPeople, now);
    expect(store.document).toEqual(before);
    await seed(
      store,
      { people: seededPeople.people.map((person) => ({ ...person, userId: `${person.userId}.2`, devices: [] })), phones: [] },
      now,
    );
    expect(store.document.people).toHaveLength(6);
  });

  test('people are read from a file by schema', () => {
    const text = JSON.stringify({
      ...seededPeople,
      people: seededPeople.people.map((person) => ({ ...person, userId: person.userId.toUpperCase() })),
    });
    expect(readPeople(text)).toEqual(seededPeople);
    const [mei] = seededPeople.people;
    const wrong = [
      '{',
      '[]',
      JSON.stringify({ people: [{ ...mei, dateOfBirth: '15 March' }], phones: seededPeople.phones }),
      JSON.stringify({ people: [{ ...mei, password: '' }], phones: seededPeople.phones }),
      JSON.stringify({ people: [{ ...mei, colour: 'red' }], phones: seededPeople.phones }),
      JSON.stringify({ people: [mei], phones: [] }),
      JSON.stringify({ people: [mei, mei], phones: seededPeople.phones }),
    ];
    for (const each of wrong) expect(() => readPeople(each)).toThrow('request-invalid');
  });
});
