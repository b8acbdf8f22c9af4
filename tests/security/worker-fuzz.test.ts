import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { forkWorker } from '../../electron/worker/fork-worker.ts';
import { fromWorkerSchema, toWorkerSchema, type FromWorker } from '../../electron/gateways/openconnect/process/messages.ts';
import { valuesOf } from '../support/arbitrary.ts';
import { libraries, missingLibrary, workerFile } from '../peers/openconnect-bench.ts';
import { agentFor } from '../../shared/user-agent.ts';

const long = process.env['CAUSEWAY_LONG'] !== undefined;
const messages = long ? 100_000 : 2_000;
/** Nothing listens there, and no name has to be looked up. */
const nowhere = 'https://127.0.0.1:9/';

const valid = valuesOf(toWorkerSchema).map((message) =>
  message.type === 'sign-in'
    ? { ...message, libraries, options: { ...message.options, url: `${nowhere}${message.options.url}`, proxy: undefined } }
    : message.type === 'warm'
      ? { ...message, libraries }
      : message,
);
/** A valid message with a part removed, replaced or added. */
const mutated = fc
  .tuple(valid, fc.nat(), fc.anything({ withBigInt: true, withDate: true, withTypedArray: true }))
  .map(([message, at, junk]) => {
    const entries: [string, unknown][] = Object.entries(message);
    const key = entries[at % entries.length]?.[0] ?? 'type';
    return at % 3 === 0 ? Object.fromEntries(entries.filter(([each]) => each !== key)) : { ...message, [key]: junk };
  });
const anything = fc.oneof(valid, mutated, fc.object(), fc.array(fc.anything(), { maxLength: 3 }));

test.skipIf(missingLibrary() !== null)(
  `after ${messages} messages, valid, mutated and random, the worker has neither crashed nor hung, and still signs in`,
  async () => {
    const worker = forkWorker(await workerFile())();
    const received: FromWorker[] = [];
    let unknown = 0;
    worker.onMessage((raw) => {
      const parsed = fromWorkerSchema.safeParse(raw);
      if (!parsed.success) unknown += 1;
      else if (parsed.data.type !== 'progress') received.push(parsed.data);
    });
    let ended = false;
    void worker.exited.then(() => (ended = true));
    try {
      const batch = 200;
      for (let sent = 0; sent < messages; sent += batch) {
        for (const message of fc.sample(anything, batch)) worker.post(message);
        // Alive after each batch: this answer comes after everything sent before
        const before = received.filter(({ type }) => type === 'pong').length;
        worker.post({ type: 'ping' });
        await expect.poll(() => ended || received.filter(({ type }) => type === 'pong').length > before, { timeout: 20_000 }).toBe(true);
        expect(ended).toBe(false);
      }
      expect(unknown).toBe(0);
      expect(received.some(({ type }) => type === 'unreadable')).toBe(true);
      // Whatever was started is over or can be ended. Then a sign-in gets as far as a closed port allows
      const attempt = 424_242;
      const sendOff = (): void => {
        for (const done of new Set(received.flatMap((message) => ('attempt' in message ? [message.attempt] : []))))
          worker.post({ type: 'cancel', attempt: done });
        worker.post({
          type: 'sign-in',
          attempt,
          libraries,
          options: { protocol: 'anyconnect', url: nowhere, agent: agentFor('linux'), systemTrust: true, detours: [], web: false },
        });
      };
      await expect
        .poll(
          () => {
            sendOff();
            return received.some((message) => message.type === 'done' && message.attempt === attempt && message.result < 0);
          },
          { timeout: 20_000, interval: 100 },
        )
        .toBe(true);
    } finally {
      worker.kill();
      await worker.exited;
    }
  },
  long ? 1_800_000 : 60_000,
);
