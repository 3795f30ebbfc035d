// Out: how the tests run: small parts side by side, whole searches one file at a time.
import { configDefaults, defineConfig } from 'vitest/config';

/** Tests that start servers and worker processes of their own: they want both cores and get them one file at a time. */
const ALONE = ['test/e2e/**/*.test.ts', 'test/faults/**/*.test.ts', 'test/cli/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/reporter.ts'],
    pool: 'forks',
    globalSetup: './test/support/fetch-servers.ts',
    // A server that is killed and comes back, on a machine of 2 cores that does other things too.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...ALONE],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'whole', include: ALONE, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
