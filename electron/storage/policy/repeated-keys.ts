/** An object or a list that is open at some place of a text. `names` is null for a list. */
interface Open {
  readonly names: Set<string> | null;
  name: string;
}

/**
 * The names that stand more than once in one object, as paths of at most two steps. `JSON.parse` takes the last of them without
 * a word, and nobody knows which of them an administrator meant. Lists are left out.
 *
 * @param text valid JSON
 */
export function repeatedKeys(text: string): [first: string, second?: string][] {
  const found: [string, string?][] = [];
  const open: Open[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '{' || character === '[') open.push({ names: character === '{' ? new Set() : null, name: '' });
    if (character === '}' || character === ']') open.pop();
    if (character !== '"') continue;
    const end = endOfText(text, at);
    const inside = open.at(-1);
    if (inside?.names && isName(text, end)) {
      inside.name = String(JSON.parse(text.slice(at, end)));
      const [first, second] = open;
      if (inside.names.has(inside.name) && first && open.every(({ names }) => names !== null))
        found.push(second ? [first.name, second.name] : [first.name]);
      inside.names.add(inside.name);
    }
    at = end - 1;
  }
  return found;
}

/** Where a text in quotes ends, behind its closing quote. */
function endOfText(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Whether a colon follows. */
function isName(text: string, from: number): boolean {
  let at = from;
  while (' \t\r\n'.includes(text[at] ?? '.')) at += 1;
  return text[at] === ':';
}
