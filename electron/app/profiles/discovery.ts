import { failureOf } from '../../../shared/failure.ts';
import type { Parts } from '../parts.ts';

/** Fetches a campus's profile and shows its preview. Asks the person if nothing vouches for the server's certificate. */
export async function discover(parts: Parts, address: string): Promise<void> {
  const question = await unlessCancelled(parts.profileStore.previewAddress(address, parts.stop));
  parts.update(() => (parts.confirmation = question));
}

/** Tries again after the person accepted the certificate. */
export async function discoverAccepted(parts: Parts): Promise<void> {
  await unlessCancelled(parts.profileStore.previewAccepted(parts.stop));
  parts.update(() => undefined);
}

/** Null when the person cancelled at the proxy's question: there is nothing to tell them. */
async function unlessCancelled<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (failureOf(error).code !== 'cancelled') throw error;
    return null;
  }
}
