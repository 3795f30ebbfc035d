// Tests that all background workers that searches withdrew come back, also where some cannot be started.
import { afterEach, expect, test, vi } from 'vitest';
import type { Session } from '../../../client/connections/session.js';
import { checkSpecification } from '../../../core/specification/specification.js';

const MODULE = '../../../client/workers/background-workers.js';

afterEach(() => {
  vi.doUnmock(MODULE);
  vi.resetModules();
});

test('a device whose workers do not come back keeps no other from coming back', async () => {
  const restored: string[] = [];
  vi.doMock(MODULE, async (original) => ({
    ...(await original<typeof import('../../../client/workers/background-workers.js')>()),
    withdrawBackgroundWorkers:
      async ({ device }: { readonly device: string }) =>
      async () => {
        if (device === 'cpu') throw new Error('no process can be started');
        restored.push(device);
      },
  }));
  // Other tests of this process may have loaded the module.
  vi.resetModules();
  const { createLocalScoring } = await import('../../../client/workers/local-scoring.js');
  const scoring = createLocalScoring({
    home: {},
    modules: 'refused',
    onNote: () => {},
  } as unknown as Session);
  for (const device of ['cpu', 'cuda']) {
    const value = { name: 'a', space: 'nas-bench-201', aggregation: 'log-rank', execution: { device } };
    const read = { specification: checkSpecification({ value, source: 'test' }) };
    await scoring.start({ read, count: 0 } as unknown as Parameters<typeof scoring.start>[0]);
  }
  await expect(scoring.stop()).rejects.toThrow('no process can be started');
  expect(restored).toEqual(['cuda']);
});
