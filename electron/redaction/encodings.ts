import { plainLine } from '../../shared/plain-text.ts';

/** A name may be encoded by one program and once more by the next. */
const maxLayers = 3;

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", commat: '@' };

/** One line without percent-encoding, without escapes of JSON and of pages, and with full-width letters in their usual width. */
export function undone(line: string): string {
  let plain = line;
  for (let layer = 0; layer < maxLayers; layer++) {
    const before = plain;
    plain = plain
      .replaceAll(/(?:%[\da-f]{2})+/gi, decoded)
      .replaceAll(/\\(?:u([\da-f]{4})|x([\da-f]{2}))/gi, (_whole, four?: string, two?: string) => characterOf(`0x${four ?? two ?? ''}`))
      .replaceAll(/\\(["'/])/g, '$1')
      .replaceAll(/&#(\d{1,6}|x[\da-f]{1,6});/gi, (_whole, number: string) => characterOf(number.replace(/^x/i, '0x')))
      .replaceAll(/&(amp|lt|gt|quot|apos|commat);/gi, (whole, name: string) => entities[name.toLowerCase()] ?? whole)
      .replaceAll(/[\uff0e\uff10-\uff19\uff20-\uff3a\uff41-\uff5a]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0));
    if (plain === before) break;
  }
  return plain === line ? line : plainLine(plain);
}

/** Percent-decoded, or as it is if that is no text. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const characterOf = (number: string): string => {
  const point = Number(number);
  // Half a character is none
  return point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) ? String.fromCodePoint(point) : '\ufffd';
};
