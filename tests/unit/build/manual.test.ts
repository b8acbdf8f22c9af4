import { expect, test } from 'vitest';
import { manualFolder, manualPage } from '../../../build/deb/manual.ts';
import { terminalLocalizer } from '../../../electron/cli/terminal-localizer.ts';
import { languages } from '../../../shared/messages/languages.ts';

/** A page as roff reads it: its requests, and its text without escapes. */
const readOf = (page: string): { requests: string[]; text: string[] } => {
  const lines = page.split('\n');
  const isRequest = (line: string): boolean => /^[.']/.test(line);
  return {
    requests: lines.filter(isRequest).map((line) => line.split(' ', 1)[0] ?? ''),
    text: lines
      .filter((line) => !isRequest(line))
      .map((line) => line.replaceAll('\\-', '-').replaceAll('\\&', '').replaceAll('\\:', '').replaceAll('\\e', '\\')),
  };
};

test.each(languages)('the manual page in %s says all that the help says', async (language) => {
  const { commandLine } = await terminalLocalizer([language]);
  const { requests, text } = readOf(manualPage(language));
  expect(text.join('\n')).toContain(commandLine.help);
  expect(requests).toEqual([
    '.TH',
    '.ad',
    '.SH',
    '.SH',
    '.SH',
    '.nf',
    '.fi',
    '.SH',
    ...Array.from({ length: 3 }, () => ['.TP', '.I']).flat(),
  ]);
  expect(new Set(Object.values(manualFolder)).size).toBe(languages.length);
});

test('the Chinese manual page can be broken between its characters, and no line begins with a closing mark', () => {
  expect(manualPage('zh-Hant')).toContain('登\\:入\\:院\\:校\\:的\\:閘\\:道\\:並\\:開\\:啟\\:通\\:道，\\:所');
});
