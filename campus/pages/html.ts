/** Markup that is safe to send: built by {@link html}, where everything that is not itself markup is escaped. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template. Nothing is drawn for `null`, `undefined` and `false`. */
export type Part = Html | string | number | null | undefined | false | readonly Part[];

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand between tags and inside quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}

function draw(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return part.map(draw).join('');
}

/** The page template: `html`…${anything}…``. Attributes must be quoted, for inside quotes the escaping holds. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.map((string, index) => string + draw(parts[index])).join(''));
}

/** Markup from a library of ours (a drawn QR code). Never for anything that a person or a peer wrote. */
export function trusted(markup: string): Html {
  return new Html(markup);
}
