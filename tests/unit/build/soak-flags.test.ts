import { expect, test } from 'vitest';
import { PlainError } from '../../../build/report-errors.ts';
import { readSoakFlags, soakUsage } from '../../soak/flags.ts';

test('without flags the soak takes its whole time, and each part can be made shorter', () => {
  const whole = { help: false, cycles: 1000, inputs: 100_000, minutes: 60, hours: 8, from: 50 };
  expect(readSoakFlags([])).toEqual(whole);
  expect(readSoakFlags(['--help'])).toEqual({ ...whole, help: true });
  expect(readSoakFlags(['--cycles', '20', '--inputs', '0'])).toEqual({ ...whole, cycles: 20, inputs: 0 });
});

test.each(['--short', '--cycles', '--cycles many', '--hours -1', '20'])(
  'wrong flags of the soak (%s) are reported with the usage, without a stack',
  (line) => {
    const read = (): unknown => readSoakFlags(line.split(' '));
    expect(read).toThrow(PlainError);
    expect(read).toThrow(soakUsage);
  },
);
