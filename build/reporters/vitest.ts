import type { Reporter, TestModule } from 'vitest/node';
import { testFailure, writeTestReport, type TestFailure } from '../test-report.ts';

/** Vitest's part of `npm test`'s summary: failed tests, failed hooks and files, and errors that nobody caught. */
export const summary: Reporter = {
  onTestRunEnd(modules, unhandled) {
    const failures = modules.flatMap(failuresOf);
    const uncaught = unhandled.map((error) => testFailure(`nobody caught it, in ${placeOf(error)}`, error));
    const passed = modules.flatMap((module) => [...module.children.allTests('passed')]).length;
    writeTestReport({ passed, failures: [...failures, ...uncaught] });
  },
};

function failuresOf(module: TestModule): TestFailure[] {
  const file = module.relativeModuleId;
  const outside = module.errors().map((error) => testFailure(`${file}, outside its tests`, error));
  const hooks = [...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map((error) => testFailure(`${file} > ${suite.fullName}, outside its tests`, error)),
  );
  const tests = [...module.children.allTests('failed')].map((test) => testFailure(`${file} > ${test.fullName}`, test.result().errors?.[0]));
  const isUnfinished = ['queued', 'pending'].includes(module.state());
  return [...outside, ...hooks, ...tests, ...(isUnfinished ? [testFailure(`${file} did not end`, undefined)] : [])];
}

/** Where Vitest saw it: the file whose process threw, and the test that ran then, which need not be its cause. */
function placeOf(error: Readonly<Record<string, unknown>>): string {
  const [file, test] = [error['VITEST_TEST_PATH'], error['VITEST_TEST_NAME']];
  if (typeof file !== 'string') return 'no test file';
  return typeof test === 'string' ? `${file}, during “${test}”` : file;
}
