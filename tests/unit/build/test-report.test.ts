import { expect, test } from 'vitest';
import { failureSummary, testFailure } from '../../../build/test-report.ts';

test('a failure is shown with its title, what differs, its cause and the project’s own frames', () => {
  const stack = ['Error: 1 is not 2', '    at tests/unit/names.test.ts:3:5', '    at run (node_modules/vitest/index.js:1:1)'].join('\n');
  const error = { message: '\u001B[31m1 is not 2\u001B[39m', stack, diff: '- 2\n+ 1', cause: { message: 'a mistake' } };
  expect(failureSummary([testFailure('names > a name', error)])).toBe(
    [
      '✗ names > a name',
      '    1 is not 2',
      '    because of: a mistake',
      '    - 2',
      '    + 1',
      '        at tests/unit/names.test.ts:3:5',
      '',
    ].join('\n'),
  );
});

test('a failure that brings no error has a sentence, and a long one is cut', () => {
  expect(testFailure('a file did not end', undefined).message).toBe('No message.');
  expect(testFailure('long', { message: 'line\n'.repeat(100) }).message.split('\n')).toHaveLength(20);
});
