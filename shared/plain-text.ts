/**
 * Makes other people's text (a profile, a gateway, a file's name) safe to show: removes invisible characters and those
 * that move their neighbours. Joiners and number signs stay, because some scripts need them.
 */
const unseen = /(?![\t\n\u200C\u200D\u0600-\u0605\u06DD])[\p{Cc}\p{Cf}]/gu;

/** For several lines. */
export function plainText(text: string): string {
  return text.replaceAll(/\r\n?|[\u2028\u2029]/g, '\n').replaceAll(unseen, '');
}

/** For one line. */
export function plainLine(text: string): string {
  return plainText(text).replaceAll(/[\t\n]+/g, ' ');
}
