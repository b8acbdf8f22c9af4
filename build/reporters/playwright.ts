import { relative } from 'node:path';
import type { Reporter, Suite, TestCase, TestError } from 'playwright/types/testReporter';
import { testFailure, writeTestReport } from '../test-report.ts';

/** Playwright's part of `npm test`'s summary: tests that failed at any try, and errors outside of tests. */
export default class SummaryReporter implements Reporter {
  private tests: TestCase[] = [];
  private readonly outside: TestError[] = [];

  onBegin(_config: unknown, suite: Suite): void {
    this.tests = suite.allTests();
  }

  onError(error: TestError): void {
    this.outside.push(error);
  }

  onEnd(): void {
    const ran = this.tests.filter((test) => test.outcome() !== 'skipped');
    const failed = ran.filter((test) => test.outcome() !== 'expected');
    writeTestReport({
      passed: ran.length - failed.length,
      failures: [
        ...failed.map((test) => testFailure(titleOf(test), test.results.find(({ error }) => error)?.error)),
        ...this.outside.map((error) => testFailure('outside the tests', error)),
      ],
    });
  }
}

const titleOf = (test: TestCase): string => `${relative(process.cwd(), test.location.file)} > ${test.titlePath().slice(3).join(' > ')}`;
