import { expect, test } from 'vitest';
import { demoUsage, readDemoFlags } from '../../../build/demo-flags.ts';
import { PlainError } from '../../../build/report-errors.ts';

test.each([
  [[], { help: false, tour: null, double: false, signIn: 'forms' }],
  [['--help'], { help: true, tour: null, double: false, signIn: 'forms' }],
  [['--sign-in', 'pages', '--double'], { help: false, tour: null, double: true, signIn: 'pages' }],
  [['--tour'], { help: false, tour: 'out/tour', double: false, signIn: 'forms' }],
  [['--double', '--tour', 'elsewhere'], { help: false, tour: 'elsewhere', double: true, signIn: 'forms' }],
] as const)('the demo’s flags %j are read', (args, flags) => expect(readDemoFlags(args)).toEqual(flags));

test.each(['--colour', '--sign-in', '--sign-in smoke', 'pages', '--tour here there'])(
  'wrong flags of the demo (%s) are reported with the usage, without a stack',
  (line) => {
    const read = (): unknown => readDemoFlags(line.split(' '));
    expect(read).toThrow(PlainError);
    expect(read).toThrow(demoUsage);
  },
);
