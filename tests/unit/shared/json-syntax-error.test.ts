import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonSyntaxError } from '../../../shared/json-syntax-error.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('where a text stops being JSON', () => {
  it('JSON has no syntax error, and everything else has one', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.nat(3), fc.constantFrom('', ',', '}', '"', ':', '\\', '\u0007', '1', ' '))
      .map(([text, at, gone, more]) => text.slice(0, at % (text.length + 1)) + more + text.slice((at % (text.length + 1)) + gone));
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), damaged), (text) => {
        expect(jsonSyntaxError(text) === null).toBe(isJson(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('a JSON error is never placed before text that is still right', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        // A second value behind the first is where it begins to be wrong
        const spaced = `${text}\n  true`;
        expect(jsonSyntaxError(spaced)).toEqual({ line: 2, column: 3 });
      }),
    );
  });

  it.each([
    ['a comma too many', '{\n  "a": 1,\n}', 3, 1],
    ['a comma too few', '{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['a comma too many in a list', '[1, 2, ]', 1, 8],
    ['a name without quotes', '{\n  name: "x"\n}', 2, 3],
    ['single quotes', '{"a": \'x\'}', 1, 7],
    ['a comment', '{\n  // the campus\n  "a": 1\n}', 2, 3],
    ['a string that goes on in the next line', '{"a": "x\ny"}', 1, 7],
    ['an end too early', '{\n  "a": [1, 2', 2, 13],
    ['nothing at all', '', 1, 1],
    ['a bracket of the wrong kind', '[1}', 1, 3],
  ])('a JSON error is placed correctly: %s', (_what, text, line, column) => expect(jsonSyntaxError(text)).toEqual({ line, column }));

  it('a JSON error is found in endless nesting', () => {
    expect(jsonSyntaxError('['.repeat(60_000))).toEqual({ line: 1, column: 60_001 });
  });
});
