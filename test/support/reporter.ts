// Prints, after all tests, what failed, what was skipped and how to run it, and as the last line `N passed, N
// failed, N skipped`.
import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';
import { needOf } from './skips.js';

/** The most characters of an error in a line of the summary. */
const MOST_CHARACTERS = 300;
const NEVER_ENDED = [{ message: 'it did not end' }];

export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    if (unhandledErrors.length > 0) tellFailed('outside of tests', unhandledErrors);
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const reasons = new Set<string>();
      let skipped = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state]++;
        if (result.state === 'failed')
          tellFailed(`${module.relativeModuleId} > ${test.fullName}`, result.errors);
        if (result.state === 'pending')
          tellFailed(`${module.relativeModuleId} > ${test.fullName}`, NEVER_ENDED);
        if (result.state !== 'skipped') continue;
        skipped++;
        if (result.note) reasons.add(result.note);
      }
      // A file that cannot be loaded, or whose hooks throw, counts as failed, whatever its tests say.
      for (const each of [module, ...module.children.allSuites()]) counts.failed += errorsOf(module, each);
      if (skipped === 0) continue;
      console.log(`skipped in ${module.relativeModuleId}: ${skipped}${because(reasons)}`);
      console.log(
        `  to run them: ${needOf(module.relativeModuleId) ?? 'not written down in test/support/skips.ts'}`,
      );
    }
    // Tests that never ended count as failed.
    const failed = counts.failed + counts.pending;
    console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
  }
}

function errorsOf(module: TestModule, suite: TestModule | TestSuite): number {
  const errors = suite.errors();
  if (errors.length > 0) tellFailed(`${module.relativeModuleId}, its loading or hooks`, errors);
  return errors.length;
}

/** A line with the start of each error, so that the end of a long log says what failed and why. */
function tellFailed(where: string, errors: readonly { readonly message: string }[]): void {
  for (const { message } of errors)
    console.log(`failed: ${where}: ${message.trim().replace(/\s+/g, ' ').slice(0, MOST_CHARACTERS)}`);
}

function because(reasons: ReadonlySet<string>): string {
  return reasons.size > 0 ? ` (${[...reasons].join('; ')})` : '';
}
