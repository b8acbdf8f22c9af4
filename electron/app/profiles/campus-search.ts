import type { ShippedCampus } from '../../storage/campuses.ts';
import { hostTyped, looksLikeAddress } from '../../storage/typed-address.ts';

/** Longer text is no name and no address. DNS allows 253 characters, and a mail address has 64 more before its `@`. */
const maxTyped = 320;

/**
 * Finds campuses by what a person typed: a name in any of its languages, a web address or an e-mail address. A name matches
 * if each typed word begins a different word of the name. `whole`: only a domain or a whole name matches, as in a command,
 * where nobody can be asked which campus they mean. Uses no network. The best matches come first.
 *
 * Case, accents and the width of letters make no difference. A letter of another script does, even if it looks the same.
 */
export function findCampuses(typed: string, campuses: readonly ShippedCampus[], { whole = false } = {}): ShippedCampus[] {
  if (typed.length > maxTyped) return [];
  const host = hostTyped(typed);
  const byDomain = host === null ? [] : campuses.filter(({ domains }) => domains.some((domain) => isBelow(host, domain)));
  if (byDomain.length > 0) return byDomain;
  const typedWords = wordsOf(typed);
  if (typedWords.length === 0 || looksLikeAddress(typed)) return [];
  const name = typedWords.join(' ');
  const exact = campuses.filter(({ names }) => names.some((each) => wordsOf(each).join(' ') === name));
  if (whole) return exact;
  const begun = campuses.filter((campus) => !exact.includes(campus) && campus.names.some((each) => begins(typedWords, wordsOf(each))));
  return [...exact, ...begun];
}

/** Whether a host is this domain or lies below it. */
const isBelow = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`);

/** The words of a name, folded: `Universität  ZÜRICH` is `universitat zurich`. */
function wordsOf(text: string): string[] {
  return text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Whether each typed word begins a different word of the name, in any order. */
function begins(typed: readonly string[], name: readonly string[]): boolean {
  const left = [...name];
  // The longest first, so that a short word does not use up the one that a longer word needs
  return [...typed]
    .sort((one, other) => other.length - one.length)
    .every((word) => {
      const at = left.findIndex((each) => each.startsWith(word));
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
}
