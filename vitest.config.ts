// Configures the tests: small ones run first, then whole searches.
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

/**
 * Tests of functions without state, whose files share a process and its loaded modules. One test in
 * test/core/specification replaces a module.
 */
const PURE = [
  'test/core/*.test.ts',
  'test/core/!(specification)/**/*.test.ts',
  'test/activities/**/*.test.ts',
];

/**
 * Tests that start servers and worker processes. They wait more than they compute, so more files run at a
 * time than there are cores.
 */
const WHOLE = [
  'test/e2e/**/*.test.ts',
  'test/hosts/**/*.test.ts',
  'test/tour/**/*.test.ts',
  'test/image/**/*.test.ts',
  'test/cli/**/*.test.ts',
];

/** Searches under faults, and commands whose servers do not answer: `npm run test:faults`. */
const FAULTS = ['test/faults/**/*.test.ts'];

/**
 * What a search needs that runs for others and for long: schedules, status, files of results, calibration, reports, control workers, workers
 * of several users, encryption, secrets, metrics, traces, upgrades: `npm run test:operate`. `npm test` leaves out projects whose names begin with
 * "long".
 */
const OPERATE = ['test/operate/**/*.test.ts'];

/**
 * Those that use the library in their own process, which keeps settings and connections of a file, or run
 * Temporal's worker there, whose runtime exists once.
 */
const WHOLE_APART = [
  'test/client/*.test.ts',
  'test/client/{connections,devices,embedded}/**/*.test.ts',
  'test/workflows/**/*.test.ts',
];

/**
 * Tests that replace a module or the environment of their process, need one that has no permission yet, or
 * remove the folder of a module that they share, so each file has a process of its own.
 */
const APART = [
  'test/core/specification/many-issues.test.ts',
  'test/engine/batched/null-cuda.test.ts',
  'test/engine/own-proxies.test.ts',
  'test/reference/golden*.test.ts',
];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/reporter.ts'],
    pool: 'forks',
    // Each project transforms the sources by itself; those of the later ones find the results on disk.
    experimental: { fsModuleCache: true },
    // Tests, and what they start, send no telemetry of ONNX Runtime and print no colours, whatever the
    // machine's environment says. Temporal's server, which is written in Go, collects garbage less often: a
    // tenth of its processor time.
    env: { ORT_DISABLE_TELEMETRY: '1', NO_COLOR: '1', GOGC: '400' },
    sequence: { sequencer: LongestFirst },
    globalSetup: './test/support/fetch-servers.ts',
    // Long enough for a server to be killed and to come back on a busy machine with 2 cores.
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
          exclude: [
            ...configDefaults.exclude,
            ...PURE,
            ...WHOLE,
            ...WHOLE_APART,
            ...FAULTS,
            ...OPERATE,
            ...APART,
          ],
          // A new process for each file would take a fifth of the processor time of the unit tests.
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'apart', include: APART, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: WHOLE,
          exclude: [...configDefaults.exclude, ...WHOLE_APART],
          isolate: false,
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'long: faults', include: FAULTS, maxWorkers: 5, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          name: 'long: operate',
          include: OPERATE,
          isolate: false,
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'whole apart', include: WHOLE_APART, maxWorkers: 5, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
