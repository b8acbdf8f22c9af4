import { describe, expect, test, vi } from 'vitest';
import { delay, onAbort, whenAborted, within } from '../../../shared/abort.ts';
import { heldMemory } from '../../support/memory.ts';

describe('listening to an abort', () => {
  test('onAbort calls once, and never after it was taken back', async () => {
    const [stop, taken] = [new AbortController(), vi.fn()];
    const called = vi.fn();
    onAbort(stop.signal, called);
    onAbort(stop.signal, taken)();
    stop.abort();
    stop.abort();
    await whenAborted(stop.signal);
    expect(called).toHaveBeenCalledOnce();
    expect(taken).not.toHaveBeenCalled();
  });

  test('onAbort calls for an abort that has already happened, but not before the caller has continued', async () => {
    const [called, taken] = [vi.fn(), vi.fn()];
    onAbort(AbortSignal.abort(), called);
    onAbort(AbortSignal.abort(), taken)();
    expect(called).not.toHaveBeenCalled();
    await whenAborted(AbortSignal.abort());
    expect(called).toHaveBeenCalledOnce();
    expect(taken).not.toHaveBeenCalled();
  });

  test('a delay says whether its time has passed', async () => {
    expect(await delay(1)).toBe(true);
    expect(await delay(60_000, AbortSignal.abort())).toBe(false);
    const stop = new AbortController();
    const waits = delay(60_000, stop.signal);
    stop.abort();
    expect(await waits).toBe(false);
  });

  test('a time limit beside a signal comes even if memory was collected in between, and the signal comes first if it aborts', async () => {
    const [limited, stopped] = [new AbortController(), new AbortController()].map((controller) => {
      const signal = within(300, controller.signal);
      return { controller, signal, reason: whenAborted(signal).then((): unknown => signal.reason) };
    });
    const collecting = setInterval(heldMemory, 50);
    stopped?.controller.abort(new Error('enough'));
    await expect(stopped?.reason).resolves.toMatchObject({ message: 'enough' });
    await expect(Promise.race([limited?.reason, delay(10_000)])).resolves.toMatchObject({ name: 'TimeoutError' });
    clearInterval(collecting);
  });
});
