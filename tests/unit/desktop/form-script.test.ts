import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { formScript, foundBy, selectorsOf, type FormTask } from '../../../electron/desktop/sign-in/form-script.ts';

const task = (password: string, user = 'mei.chan'): FormTask => ({
  does: 'fill',
  selectors: selectorsOf('adfs'),
  origin: 'https://login.campus.test',
  origins: ['https://login.campus.test'],
  waitMs: 0,
  values: { user, password },
});
const literal = (of: FormTask): string => JSON.stringify(of);
/** All of the script in front of its values. */
const head = formScript(task('x')).slice(0, -`${literal(task('x'))})`.length);

/** Text of any code units, halves of pairs and all that ends a literal, a template, a comment or a script among them. */
function anyText(random: () => number): string {
  const ends = [
    '"',
    "'",
    '`',
    '\\',
    '${',
    '</script>',
    '<!--',
    '-->',
    '*/',
    '\u2028',
    '\u2029',
    '\n',
    '\r',
    '\0',
    '\ud800',
    '\udc00',
    '})(',
  ];
  const unit = (): string => String.fromCharCode(Math.floor(random() * 0x1_0000));
  return Array.from({ length: Math.floor(random() * 20) }, () =>
    random() < 0.6 ? (ends[Math.floor(random() * ends.length)] ?? '') : unit(),
  ).join('');
}

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('the script that fills in a form', () => {
  test('a user ID and a password are only values in the script, whatever they contain', () => {
    const random = numbers(17);
    for (let round = 0; round < 2_000; round += 1) {
      const wanted = task(anyText(random), anyText(random));
      const script = formScript(wanted);
      expect(script.startsWith(head)).toBe(true);
      const value: unknown = runInNewContext(`JSON.stringify((${script.slice(head.length)})`);
      expect(value).toBe(literal(wanted));
    }
  });

  test('a script that fails reports that, and none of its values', async () => {
    const result: unknown = await runInNewContext(formScript(task('canary-77')), { DOMException: Error });
    expect(JSON.stringify(result)).toBe('{"state":"failed"}');
  });

  test('an answer that our script cannot have returned counts as none', () => {
    const long = { state: 'error', message: 'x'.repeat(2_001) };
    for (const value of [null, undefined, 'ready', {}, { state: 'else' }, { state: 'error', message: 1 }, long])
      expect(foundBy(value)).toBeNull();
  });
});
