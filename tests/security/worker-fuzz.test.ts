import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { forkWorker } from '../../electron/worker/fork-worker.ts';
import { fromWorkerSchema, toWorkerSchema, type FromWorker, type ToWorker } from '../../electron/gateways/openconnect/process/messages.ts';
import { valuesOf } from '../support/arbitrary.ts';
import { libraries, missingLibrary, workerFile } from '../peers/openconnect-bench.ts';
import { agentFor } from '../../shared/user-agent.ts';

const long = process.env['CAUSEWAY_LONG'] !== undefined;
const messages = long ? 100_000 : 2_000;
/** Nothing listens there, and no name has to be looked up. */
const nowhere = 'https://127.0.0.1:9/';

const valid = valuesOf(toWorkerSchema).map((message) => {
  switch (message.type) {
    case 'sign-in':
      return { ...message, libraries, options: { ...message.options, url: `${nowhere}${message.options.url}`, proxy: undefined } };
    case 'tunnel':
      return { ...message, libraries, options: { ...message.options, url: nowhere, address: null, proxy: null } };
    case 'warm':
      return { ...message, libraries };
    case 'answer':
    case 'cancel':
    case 'command':
    case 'drop':
    case 'expect':
    case 'probe':
    case 'ping':
      return message;
  }
});
/** A process that was told to carry a tunnel serves no sign-in afterwards. */
const ofSignIns = valid.filter(({ type }) => type !== 'tunnel');

/** Messages of these kinds; the same with a part removed, replaced or added; and anything. */
function mixed(some: fc.Arbitrary<ToWorker>): fc.Arbitrary<unknown> {
  const mutated = fc
    .tuple(some, fc.nat(), fc.anything({ withBigInt: true, withDate: true, withTypedArray: true }))
    .map(([message, at, junk]) => {
      const entries: [string, unknown][] = Object.entries(message);
      const key = entries[at % entries.length]?.[0] ?? 'type';
      return at % 3 === 0 ? Object.fromEntries(entries.filter(([each]) => each !== key)) : { ...message, [key]: junk };
    });
  return fc.oneof(some, mutated, fc.object(), fc.array(fc.anything(), { maxLength: 3 }));
}

/** A worker, what it said in words of ours, and how often it said something else. */
async function observed() {
  const worker = forkWorker(await workerFile())();
  const seen = { worker, received: new Array<FromWorker>(), unknown: 0, ended: false };
  worker.onMessage((raw) => {
    const parsed = fromWorkerSchema.safeParse(raw);
    if (!parsed.success) seen.unknown += 1;
    else if (parsed.data.type !== 'progress') seen.received.push(parsed.data);
  });
  void worker.exited.then(() => (seen.ended = true));
  return seen;
}

/** Sends messages in batches, after each of which the worker has to answer. */
async function attack(seen: Awaited<ReturnType<typeof observed>>, some: fc.Arbitrary<unknown>, count: number): Promise<void> {
  const { worker, received } = seen;
  const pongs = (): number => received.filter(({ type }) => type === 'pong').length;
  const batch = 200;
  for (let sent = 0; sent < count; sent += batch) {
    for (const message of fc.sample(some, batch)) worker.post(message);
    // This answer comes after everything sent before
    const before = pongs();
    worker.post({ type: 'ping' });
    await expect.poll(() => seen.ended || pongs() > before, { timeout: 20_000 }).toBe(true);
    expect(seen.ended).toBe(false);
  }
  expect(seen.unknown).toBe(0);
  expect(received.some(({ type }) => type === 'unreadable')).toBe(true);
}

test.skipIf(missingLibrary() !== null)(
  `after ${messages} messages, valid, mutated and random, the worker has neither crashed nor hung, and still signs in`,
  async () => {
    const seen = await observed();
    const { worker, received } = seen;
    try {
      await attack(seen, mixed(ofSignIns), messages);
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

test.skipIf(missingLibrary() !== null)(
  `after ${messages / 2} messages, orders to carry tunnels among them, the worker has neither crashed nor hung`,
  async () => {
    const seen = await observed();
    try {
      await attack(seen, mixed(valid), messages / 2);
      // It began to carry at least one, and was never without an answer
      expect(seen.received.some(({ type }) => type === 'ended' || type === 'unfit' || type === 'busy')).toBe(true);
    } finally {
      seen.worker.kill();
      await seen.worker.exited;
    }
  },
  long ? 1_800_000 : 60_000,
);
