import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';

/** What a run of tests writes for `npm test`: how many passed, and each failure with its title. */
export const testReportSchema = z.object({
  passed: z.number(),
  failures: z.array(z.object({ title: z.string(), message: z.string() })),
});
export type TestReport = z.infer<typeof testReportSchema>;
export type TestFailure = TestReport['failures'][number];

/** The file that the reporters write; a run that somebody starts without `npm test` has none. */
export const reportVariable = 'CAUSEWAY_TEST_REPORT';

/** Lines of a failure that the summary shows: the message, what differs, and where it was thrown. */
const shownLines = 20;

/** What the test programs know of an error. Playwright's has no name of its own and no cause. */
interface ThrownError {
  readonly message?: string;
  readonly stack?: string;
  readonly diff?: string;
  readonly cause?: ThrownError;
}

/** The summary's form of what a test threw, a hook threw or nobody caught. The test program's own frames are left out. */
export function testFailure(title: string, error: ThrownError | undefined): TestFailure {
  const { message = 'No message.', stack = '', diff = '', cause } = error ?? {};
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line) && !/node_modules|node:internal/.test(line));
  const causes = cause?.message === undefined ? [] : [`because of: ${cause.message}`];
  const lines = [message, ...causes, diff, ...frames].join('\n').split('\n');
  return {
    title,
    message: stripVTControlCharacters(
      lines
        .filter((line) => line.trim() !== '')
        .slice(0, shownLines)
        .join('\n'),
    ),
  };
}

/** Writes the report, if `npm test` asked for it. */
export function writeTestReport(report: TestReport): void {
  const file = process.env[reportVariable];
  if (file) writeFileSync(file, JSON.stringify(report));
}

/** The failures as `npm test` prints them last, where somebody looks first. */
export function failureSummary(failures: readonly TestFailure[]): string {
  return failures.map(({ title, message }) => `✗ ${title}\n${message.replaceAll(/^/gm, '    ')}\n`).join('\n');
}
