import { whenAborted } from '../../shared/abort.ts';
import type { Visit } from './listener.ts';

/** How long one request of a page that waits may take. The page then asks again. */
const longPollMs = 25_000;

/** Whether something settles before the request has waited long enough, or its visitor has left. */
export async function settles(something: Promise<unknown>, visit: Visit): Promise<boolean> {
  const enough = AbortSignal.any([visit.req.raw.signal, AbortSignal.timeout(longPollMs)]);
  return await Promise.race([something.then(() => true), whenAborted(enough).then(() => false)]);
}
