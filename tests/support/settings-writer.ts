import { Settings } from '../../electron/storage/settings.ts';

/** Writes settings again and again, for a test that kills it. */
const settings = await Settings.open(process.argv[2] ?? '');
for (let round = 0; ; round++) {
  settings.update(() => ({ userIds: { campus: 'x'.repeat(1 + (round % 200)) } }));
  if (round === 20) process.send?.('writing');
  if (round % 20 === 0) await new Promise((resolve) => setImmediate(resolve)); // Lets the message leave
}
