/** A position in a text. Line and column count from one. */
export interface Place {
  line: number;
  column: number;
}

type Due = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'next' | 'end';

const space = /[ \t\n\r]*/y;
const token =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y;

/**
 * Where a text stops being JSON. Null if it is JSON. For people who write such files by hand, because the engine's own
 * message does not always say where.
 */
export function jsonSyntaxError(text: string): Place | null {
  const open: ('{' | '[')[] = [];
  let awaited: Due = 'value';
  let at = 0;
  const afterValue = (): Due => (open.length === 0 ? 'end' : 'next');
  for (;;) {
    at = endOf(space, text, at) ?? at;
    const end = endOf(token, text, at);
    if (end === null) return at === text.length && awaited === 'end' ? null : placeOf(text, at);
    const found = text.slice(at, end);
    const inside = open.at(-1);
    const next = follow(found, awaited, inside);
    if (next === null) return placeOf(text, at);
    if (next === 'opened') {
      open.push(found === '{' ? '{' : '[');
      awaited = found === '{' ? 'first key' : 'first value';
    } else if (next === 'closed') {
      open.pop();
      awaited = afterValue();
    } else awaited = next === 'done' ? afterValue() : next;
    at = end;
  }
}

/** The parser's state after a token, by the state before it. Null: the token does not belong there. */
function follow(found: string, awaited: Due, inside: '{' | '[' | undefined): Due | 'opened' | 'closed' | 'done' | null {
  const [first = ''] = found;
  const isClosing = first === (inside === '{' ? '}' : ']') && inside !== undefined;
  switch (awaited) {
    case 'value':
    case 'first value':
      if (first === '{' || first === '[') return 'opened';
      if (awaited === 'first value' && isClosing) return 'closed';
      return '}],:'.includes(first) ? null : 'done';
    case 'key':
    case 'first key':
      if (awaited === 'first key' && isClosing) return 'closed';
      return first === '"' ? 'colon' : null;
    case 'colon':
      return first === ':' ? 'value' : null;
    case 'next':
      if (first === ',') return inside === '{' ? 'key' : 'value';
      return isClosing ? 'closed' : null;
    case 'end':
      return null;
  }
}

/** Where the pattern that begins here ends. Null: it does not match here. */
function endOf(pattern: RegExp, text: string, from: number): number | null {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function placeOf(text: string, at: number): Place {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
