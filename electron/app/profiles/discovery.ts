import type { CampusChoice } from '../../../shared/app-state.ts';
import { fail, failureOf } from '../../../shared/failure.ts';
import { plainLine } from '../../../shared/plain-text.ts';
import type { ShippedCampus } from '../../storage/campuses.ts';
import { looksLikeAddress, withoutPerson } from '../../storage/typed-address.ts';
import type { Parts } from '../parts.ts';
import { findCampuses } from './campus-search.ts';

/** How many campuses a person is asked to choose from. More words find fewer. */
const maxChoices = 8;

/**
 * Finds a campus by what a person typed and shows its preview: first, without network, among those that ship in the app, then
 * by asking the address itself. Of an e-mail address, only the domain is used. Returns the campuses that match, if there are
 * several. Fails with `campus-not-found` for a name that nothing matches, and as {@link discover} does.
 */
export async function findCampus(parts: Parts, typed: string): Promise<{ campuses: CampusChoice[] }> {
  const [campus, ...others] = findCampuses(typed, await parts.campuses());
  if (campus && others.length > 0) return { campuses: [campus, ...others].slice(0, maxChoices).map(choiceOf) };
  if (campus) parts.update(() => parts.profileStore.previewShipped(campus));
  else if (looksLikeAddress(typed)) await discover(parts, withoutPerson(typed), true);
  else throw fail('campus-not-found', { name: plainLine(typed).trim().slice(0, 100) });
  return { campuses: [] };
}

const choiceOf = ({ read: { profile }, domains }: ShippedCampus): CampusChoice => ({
  id: profile.id,
  name: profile.name,
  domain: domains[0] ?? '',
});

/**
 * Fetches a campus's profile and shows its preview. Asks the person if nothing vouches for the server's certificate.
 *
 * @param isTyped whether the person typed the address, which the preview then repeats
 */
export async function discover(parts: Parts, address: string, isTyped = false): Promise<void> {
  const question = await unlessCancelled(parts.profileStore.previewAddress(address, isTyped, parts.stop));
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
