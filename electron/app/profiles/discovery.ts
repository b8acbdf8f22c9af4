import { failureOf } from '../../../shared/failure.ts';
import type { Parts } from '../parts.ts';

/** Shows what a campus publishes at an address; where nobody vouches for its certificate, the person is asked. */
export async function discover(parts: Parts, address: string): Promise<void> {
  const question = await unlessLeft(parts.profileStore.previewAddress(address, parts.stop));
  parts.update(() => (parts.confirmation = question));
}

/** The same once more: the person said yes to the certificate. */
export async function discoverDoubted(parts: Parts): Promise<void> {
  await unlessLeft(parts.profileStore.previewUnproven(parts.stop));
  parts.update(() => undefined);
}

/** Whoever left the proxy's question on the way has nothing to be told. */
async function unlessLeft<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (failureOf(error).code !== 'cancelled') throw error;
    return null;
  }
}
