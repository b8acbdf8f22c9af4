import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect as expectNow, test } from 'vitest';
import type { Campus } from '../../../campus/campus.ts';
import { FaultCell, startCrowdedCampus } from '../../support/faults/fault-cell.ts';
import { faults, plays, type FaultName } from '../../support/faults/fault-plays.ts';

/** Every fault at every step of the way to the portal and out again, through the real application and the real campus. */
const faultNames = Object.keys(faults) as FaultName[];
const steps = Object.keys(plays);

const cells = faultNames.flatMap((fault) => steps.map((step) => ({ step, fault })));
const outcomes = new Map<string, string>();
const restingSockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
const restingTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
let campus: Campus;
let before = { sockets: 0, timers: 0 };

beforeAll(async () => {
  before = { sockets: restingSockets(), timers: restingTimers() };
  campus = await startCrowdedCampus(cells.length);
});
afterAll(async () => {
  await campus.stop();
  await writeReport();
});

describe.concurrent('a line that fails', () => {
  test.for(cells)(
    'the session recovers or ends with a sentence: $step × $fault',
    { timeout: 90_000 },
    async ({ step, fault }, { expect, onTestFinished }) => {
      const number = cells.findIndex((other) => other.step === step && other.fault === fault);
      const cell = await FaultCell.open(campus, number);
      onTestFinished(() => cell.close());
      const outcome = await plays[step]?.(cell, fault, expect);
      if (outcome === undefined) throw new Error(`nothing is played for ${step}`);
      outcomes.set(`${step} × ${fault}`, outcome);

      await cell.run.app.verbs.disconnect(undefined);
      expect(cell.access).toEqual({ kind: 'idle', ending: null });
      // The campus writes each end to its disk, one after the other
      const left = () => ({
        sessions: cell.sessions,
        pushes: cell.pushes,
        sockets: cell.line.connections.open + cell.viewLine.connections.open,
      });
      await expect.poll(left, { timeout: 20_000 }).toEqual({ sessions: [], pushes: [], sockets: 0 });
    },
  );
});

test('all faults together leave no socket and no timer', async () => {
  expectNow(outcomes.size).toBe(cells.length);
  await campus.stop();
  await expectNow.poll(() => restingSockets()).toBeLessThanOrEqual(before.sockets);
  // This test's own bound and poll are timers too
  await expectNow.poll(() => restingTimers()).toBeLessThanOrEqual(before.timers + 2);
});

/** Writes a table of steps (rows) and faults (columns) to a file, and prints a line for each cell. */
async function writeReport(): Promise<void> {
  const row = (cellsOfRow: readonly string[]): string => `| ${cellsOfRow.join(' | ')} |`;
  const lines = [
    row(['', ...faultNames]),
    row(['---', ...faultNames.map(() => '---')]),
    ...steps.map((step) => row([step, ...faultNames.map((fault) => outcomes.get(`${step} × ${fault}`) ?? 'FAILED')])),
  ];
  await mkdir('out', { recursive: true });
  const cellNames = steps.flatMap((step) => faultNames.map((fault) => `${step} × ${fault}`));
  console.log(cellNames.map((cell) => `${cell}: ${outcomes.get(cell) ?? 'FAILED'}`).join('\n'));
  await writeFile('out/faults.md', `${lines.join('\n')}\n`);
}
