// Configures the tests: small parts run first, then whole searches.
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

/** Tests of functions without state: files share a process and what it has loaded. A test in test/core/specification replaces a module. */
const PURE = [
  'test/core/*.test.ts',
  'test/core/!(specification)/**/*.test.ts',
  'test/activities/**/*.test.ts',
];

/** Tests that start servers and worker processes of their own. They wait more than they work: more files at a time than the two cores that we have. */
const WHOLE = [
  'test/e2e/**/*.test.ts',
  'test/faults/**/*.test.ts',
  'test/client/**/*.test.ts',
  'test/cli/**/*.test.ts',
];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/reporter.ts'],
    pool: 'forks',
    // Tests, and what they start, send no telemetry of ONNX Runtime and write no colours, whatever the machine's environment says.
    env: { ORT_DISABLE_TELEMETRY: '1', NO_COLOR: '1' },
    sequence: { sequencer: LongestFirst },
    globalSetup: './test/support/fetch-servers.ts',
    // A server that is killed and comes back, on a machine of 2 cores that does other things too.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: PURE,
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...PURE, ...WHOLE],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'whole', include: WHOLE, maxWorkers: 4, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
