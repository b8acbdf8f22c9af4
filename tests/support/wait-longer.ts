import { vi } from 'vitest';

/**
 * Without a limit of its own, `vi.waitFor` gives up after one second. A condition that comes late on a busy machine has come
 * all the same, so it waits as long as `expect.poll` does.
 */
const { waitFor } = vi;
vi.waitFor = (callback, options) => waitFor(callback, options ?? { timeout: 10_000 });
