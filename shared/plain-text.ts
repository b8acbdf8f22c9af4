/**
 * Text that others wrote (a profile, a gateway, the name of a file) as it may be shown: without characters that
 * draw nothing, or that have their neighbours drawn somewhere else. Joiners and number signs stay: scripts need them.
 */
const unseen = /(?![\t\n\u200C\u200D\u0600-\u0605\u06DD])[\p{Cc}\p{Cf}]/gu;

/** Several lines of it. */
export function plainText(text: string): string {
  return text.replaceAll(/\r\n?|[\u2028\u2029]/g, '\n').replaceAll(unseen, '');
}

/** One line of it. */
export function plainLine(text: string): string {
  return plainText(text).replaceAll(/[\t\n]+/g, ' ');
}
