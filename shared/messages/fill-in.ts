/**
 * Fills in the `{name}` placeholders of a sentence. A blank stands between Chinese and other letters, but not between two
 * Chinese words: the sentence cannot know which of them a value is, so the blank is taken away here.
 *
 * @param valueOf the text for a name, or undefined to leave the placeholder as it is
 */
export function fillIn(sentence: string, valueOf: (name: string) => string | undefined): string {
  return sentence.replace(placeholder, (whole, name: string) => {
    const value = valueOf(name);
    if (value === undefined) return whole;
    const before = whole.startsWith(' ') && !startsChinese.test(value) ? ' ' : '';
    const after = whole.endsWith(' ') && !endsChinese.test(value) ? ' ' : '';
    return before + value + after;
  });
}

/** With a blank that Chinese has on its other side. */
const placeholder = /(?:(?<=\p{Script=Han}) )?\{(\w+)\}(?: (?=\p{Script=Han}))?/gu;

/** Full-width punctuation is as wide as a blank by itself. */
const startsChinese = /^[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u;
const endsChinese = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]$/u;
