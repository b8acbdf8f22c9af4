import { whenAborted, within } from '../../shared/abort.ts';
import type { Visit } from './site.ts';

/** How long one request of a page that waits may take. The page then asks again. */
const longPollMs = 25_000;

/** Waits until `something` settles, the time is up or the visitor leaves. True if it settled. */
export async function settles(something: Promise<unknown>, visit: Visit): Promise<boolean> {
  const enough = within(longPollMs, visit.req.raw.signal);
  return await Promise.race([something.then(() => true), whenAborted(enough).then(() => false)]);
}
