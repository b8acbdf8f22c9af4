import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WorkerLink } from '../../../electron/gateways/openconnect/process/worker-link.ts';
import type { WorkerProcess } from '../../../electron/worker/worker.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A process that says only what the test says for it. */
function linked() {
  let say: (message: unknown) => void = () => undefined;
  const kill = vi.fn();
  const start = (): WorkerProcess => ({
    pid: 1,
    post: () => undefined,
    onMessage: (listener) => void (say = listener),
    exited: new Promise(() => undefined),
    kill,
  });
  new WorkerLink(start, [], { everyMs: 500, mostUnanswered: 3 });
  return { kill, pong: () => say({ type: 'pong' }) };
}

test('a process that is slow to start is not taken for one that hangs', () => {
  const { kill } = linked();
  vi.advanceTimersByTime(14_000);
  expect(kill).not.toHaveBeenCalled();
  vi.advanceTimersByTime(3_000);
  expect(kill).toHaveBeenCalled();
});

test('a process that has spoken and then answers no ping is killed at once', () => {
  const { kill, pong } = linked();
  vi.advanceTimersByTime(5_000);
  pong();
  vi.advanceTimersByTime(1_000);
  expect(kill).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_500);
  expect(kill).toHaveBeenCalled();
});
