// Tests that a search without warnings is one whose networks were examined, or cannot be.
import { expect, test } from 'vitest';
import { sampleWarningsOf } from '../../activities/sample-warnings.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { createMemoryStore } from '../../store/memory.js';

const network = { name: 'a', digest: 'a'.repeat(64), macs: 1, parameters: 1, form: 'maps' } as const;
const specification = {
  ...checkSpecification({
    value: { name: 'test', space: 'nas-bench-201', aggregation: 'log-rank' },
    source: 'test',
  }),
  space: { kind: 'onnx', resolution: 32, networks: [network] },
} as unknown as Parameters<typeof sampleWarningsOf>[0]['specification'];

test('networks whose structure is missing give no warning, and a store that is away ends the attempt', async () => {
  const store = createMemoryStore();
  expect(await sampleWarningsOf({ store, specification })).toEqual([]);
  await store.close();
  await expect(sampleWarningsOf({ store, specification })).rejects.toMatchObject({ name: 'ServiceError' });
});
