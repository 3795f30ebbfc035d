// Prints, after all tests, what was skipped and how to run it, and as the last line `N passed, N failed, N
// skipped`.
import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';
import { needOf } from './skips.js';

export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const reasons = new Set<string>();
      let skipped = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state]++;
        if (result.state !== 'skipped') continue;
        skipped++;
        if (result.note) reasons.add(result.note);
      }
      // A file that cannot be loaded, or whose hooks throw, counts as failed, whatever its tests say.
      for (const each of [module, ...module.children.allSuites()]) counts.failed += errorsOf(each);
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

function errorsOf(suite: TestModule | TestSuite): number {
  return suite.errors().length;
}

function because(reasons: ReadonlySet<string>): string {
  return reasons.size > 0 ? ` (${[...reasons].join('; ')})` : '';
}
