import { failureCodes } from '../../shared/failure.ts';
import { steps } from '../../shared/step.ts';

/** Names of accounts that many people have. Replacing them would take common words out of sentences. */
const sharedNames = new Set(
  'root admin administrator user users guest student students staff test ubuntu debian home public default system local nobody localhost causeway'.split(
    ' ',
  ),
);

/**
 * Words of two or three letters that logs and reports have anyway, in our languages: sentences, protocols, and ends of names
 * of files and hosts. Taking one out everywhere would show which one it was.
 */
const shortWords = new Set(
  `a al am an and any ao app are arm as at bad be bin but by can cli cmd com css csv da das de deb del di dir dll dns do dos dot
   ecc eco edu ele em en end eof err esp etc exe exp few fim for foi get gmt go had has hat her hex him his host how http id if
   ilo in ini io ip is iso it its jan jar jet key la lan let lib lo log los low mac man max may me min mjs mo mp mr ms msi mtu my na
   nas net new nem no nor nos not now nt num off ok old on one op or org os our out own para pem per pid pin png por pre pt que raw
   rpc rpm rsa run saw se see sem ser set she sim so sol src ssl sso sub sum svg tab tar tcp tem ten ter the tls tmp to too top tty
   two tun txt ubu udp uid uma um un uns up uri url usb use utc uuid vez via von vpn wan was way we web who why win with xml yes yml
   you zh zip x64 vm dev pc db srv`.split(/\s+/),
);

/** Whether a name is too common to be taken out wherever it stands alone. Where a label, a folder or an address names it, it goes all the same. */
export const isCommonName = (name: string): boolean => sharedNames.has(name.toLowerCase()) || shortWords.has(name.toLowerCase());

/** A span of a text, its end not included. */
export interface Span {
  start: number;
  end: number;
}

/**
 * The places of words that every log and report has: dates and instants, steps and codes of failures. A short secret that
 * happens to be such a word stays there, because taking it out would show which word it was.
 */
export function fixedPlaces(text: string): Span[] {
  const spans: Span[] = [];
  const add = (index: number, found: string): void => void spans.push({ start: index, end: index + found.length });
  for (const { index, 0: found } of text.matchAll(/(?<![\d-])\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,6})?Z)?(?![\d-])/g))
    add(index, found);
  // What our own lines in the log begin with
  for (const { index, 0: found } of text.matchAll(
    /(?<=\dZ )(?:access|always connect|app tunnel|bridge|campuses|closing|command|control|portal|quit|recovery|script|sign-in page|streams|system tunnel|updater|updates|window|worker):/g,
  ))
    add(index, found);
  // A step behind an instant or a label, the code of a failure in brackets or behind a label
  for (const { index, 0: found, 1: code = '' } of text.matchAll(
    /(?:(?<=Z ) ?(?:access: )?|^(?:State|Step|Failure): |\((?=[a-z-]{1,60}\)))([a-z]+(?:-[a-z]+)*)(?=[ )]|$)/gm,
  ))
    if (ownCodes.has(code)) add(index, found);
  return spans;
}

const ownCodes: ReadonlySet<string> = new Set<string>([...steps, ...failureCodes]);
