/**
 * Names of buttons and pages that are in English in every language, because the campus's own pages have them so. In a sentence of
 * another language they stand in its quotation marks or in brackets.
 */
const englishName =
  /(?<=[「（«(])(Add a new Device|Approve|Bypass code|Continue to Login|Continue with Android|Continue with iOS|Decline|Deny|Device Options|Duo Mobile passcode|Enter a Passcode|Get 2FA Passcode|I have Duo Mobile installed|My Settings & Devices|Next|Other options|Passcode|Proceed|Remove|Send me a Push|Tablet|Verify)(?=[」）»)，])/;

/** A sentence in pieces: the second, fourth and every other second one is an English name. */
export function splitAtEnglishNames(sentence: string): string[] {
  return sentence.split(englishName);
}
