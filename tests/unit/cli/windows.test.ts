import { expect, test } from 'vitest';
import * as z from 'zod';
import { jsonReport } from '../../../electron/cli/report.ts';
import { isUnixTerminalOfWindows } from '../../../electron/cli/terminal-windows.ts';
import { englishTerminal } from '../../support/english.ts';

const profileSchema = z.object({ name: z.string() });

test('events are ASCII, which PowerShell 5.1 cannot garble, and keep their meaning', () => {
  let out = '';
  const report = jsonReport({ out: (text) => (out += text), err: () => undefined, seen: false }, englishTerminal);
  const names = ['澳門大學', 'Universität “Zürich”', '🎓', '\u007f\u2028'];
  for (const name of names) report.event({ event: 'profile', id: 'x', name, gateways: [] });
  expect(out).toMatch(/^[\x20-\x7e\n]*$/);
  const lines = out.trim().split('\n');
  expect(lines.map((line) => profileSchema.parse(JSON.parse(line)).name)).toEqual(names);
});

test.each([
  ['win32', { TERM_PROGRAM: 'mintty' }, true],
  ['win32', { MSYSTEM: 'MINGW64' }, true],
  ['win32', { MSYSTEM: '' }, false],
  ['win32', {}, false],
  ['linux', { TERM_PROGRAM: 'mintty' }, false],
] as const)('a terminal on %s with %j counts as a Unix terminal: %s', (platform, env, is) => {
  expect(isUnixTerminalOfWindows(platform, env)).toBe(is);
});
