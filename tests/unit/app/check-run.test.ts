import { expect, test } from 'vitest';
import { CheckRun } from '../../../electron/app/check/check-run.ts';
import type { Finding } from '../../../shared/check.ts';

const finding = (check: string): Finding => ({
  check,
  result: 'ok',
  says: { kind: 'fact', fact: 'keychain', params: {} },
  todo: null,
  prevents: false,
});

function checkRun(examine: (signal: AbortSignal) => AsyncGenerator<Finding>) {
  let time = 1_000;
  const seen: number[] = [];
  const run = new CheckRun({
    examine,
    now: () => time,
    changed: () => void seen.push(run.state.findings.length),
    stop: new AbortController().signal,
  });
  return { run, seen, pass: (ms: number) => void (time += ms) };
}

async function* three(): AsyncGenerator<Finding> {
  for (const name of ['a', 'b', 'c']) yield await Promise.resolve(finding(name));
}

test('a check shows each finding as soon as it is known, and when it was looked', async () => {
  const { run, seen } = checkRun(three);
  await Promise.all([run.start(), run.start()]);
  expect(seen).toEqual([0, 1, 2, 3, 3]);
  expect(run.state).toMatchObject({ running: false, cut: null, at: 1_000 });
});

test('a check that is stopped ends at once, even if what it waits for heeds nothing, and keeps its findings', async () => {
  const { run } = checkRun(async function* () {
    yield finding('a');
    await new Promise(() => undefined);
  });
  const done = run.start();
  await expect.poll(() => run.state.findings.length).toBe(1);
  run.cancel();
  await done;
  expect(run.state).toMatchObject({ running: false, cut: 'stopped', findings: [finding('a')] });
});

test('a check that fails shows the failure and ends', async () => {
  const { run } = checkRun(async function* () {
    yield finding('a');
    throw new Error('no such thing');
  });
  await run.start();
  expect(run.state.findings.map(({ says }) => says.kind)).toEqual(['fact', 'failure']);
});

test('a report uses a recent check, and makes another one after an old or stopped one', async () => {
  let checks = 0;
  const { run, pass } = checkRun(() => {
    checks++;
    return three();
  });
  await run.ensureRecent();
  await run.ensureRecent();
  expect(checks).toBe(1);
  pass(10 * 60_000);
  await run.ensureRecent();
  expect(checks).toBe(2);
});
