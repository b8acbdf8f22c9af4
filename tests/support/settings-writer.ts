import { Settings } from '../../electron/storage/settings.ts';

/** Writes settings without an end, for a test that kills it in the middle. */
const settings = await Settings.open(process.argv[2] ?? '');
for (let round = 0; ; round++) {
  settings.update(() => ({ userIds: { campus: 'x'.repeat(1 + (round % 200)) } }));
  if (round === 20) process.send?.('writing');
  if (round % 20 === 0) await new Promise((resolve) => setImmediate(resolve)); // lets the message go
}
