import { openStore } from '../../../campus/store.ts';

/** Adds phones to a store until it is killed, and reports each one once it is written. */
const store = await openStore(process.argv[2] ?? '');
for (let count = store.document.phones.length; ; count++) {
  await store.update((draft) => draft.phones.push({ id: `phone-${count}`, label: 'x'.repeat(100), accounts: [] }));
  process.stdout.write(`${count}\n`);
}
