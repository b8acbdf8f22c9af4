/** Markup that is safe to send, built by {@link html}, which escapes everything that is not itself markup. */
export class Html {
  constructor(readonly text: string) {}
}

/** What a template may contain. `null`, `undefined` and `false` produce nothing. */
export type Part = Html | string | number | null | undefined | false | readonly Part[];

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Escapes text for use between tags and in quoted attributes. */
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

/** The page template: `html`…${anything}…``. Quote all attributes, because the escaping only holds inside quotes. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.map((string, index) => string + draw(parts[index])).join(''));
}

/** Markup from a library (a drawn QR code). Never use it for text from people or peers. */
export function trusted(markup: string): Html {
  return new Html(markup);
}
