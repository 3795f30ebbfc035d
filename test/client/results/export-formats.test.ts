// Tests that a candidate is said to have the formats in which it can be exported, and no other, and that nothing is no export.
import { expect, test } from 'vitest';
import { describeCandidate } from '../../../client/results/describe-candidate.js';
import { exportCandidates } from '../../../client/results/export-candidates.js';
import type { Results } from '../../../client/results/results.js';
import { readSpecificationInput } from '../../../client/specification/read-specification.js';
import { candidateFiles } from '../../../core/export/candidate-files.js';
import { openSpace } from '../../../core/spaces/index.js';
import { smallNetwork } from '../../support/small-networks.js';

test('the network of a file is exported in every format but as a PyTorch module', async () => {
  const { specification, structures } = await readSpecificationInput(
    {
      value: {
        name: 'file',
        strategy: { kind: 'exhaustive' },
        space: { kind: 'onnx', files: ['small.onnx'], resolution: 16 },
        fidelity: { batch: 4 },
      },
      files: () => smallNetwork({ widths: [8, 12, 16], kernel: 3 }),
    },
    { modules: 'refused' },
  );
  const space = openSpace(specification.space);
  const [structure] = structures!.values();
  const candidate = space.enumeration!.at(0);
  const blob = async () => new TextEncoder().encode(structure);
  const { formats } = await describeCandidate({ specification, candidate, modules: 'refused', blob });
  expect(formats).toEqual(['config', 'onnx']);
  const files = candidateFiles({ space, candidate, resolution: 16, structure });
  expect(() => files.pytorch('')).toThrow('has no PyTorch module here');
});

test('a ranking without candidates is not exported, so that files of an earlier export stay', async () => {
  const { specification } = await readSpecificationInput(
    { value: { name: 'empty', space: 'nas-bench-201' } },
    { modules: 'refused' },
  );
  const results = { first: async () => [], summary: { id: 'empty' } } as unknown as Results;
  const about = { results, specification, modules: 'refused', format: 'config', top: 1 } as const;
  const files = exportCandidates({ ...about, blob: () => expect.unreachable() });
  await expect(files.next()).rejects.toThrow('id: empty has ranked no candidate');
});

test('a model says which candidate of which search it is', async () => {
  const { specification } = await readSpecificationInput(
    { value: { name: 'one', space: 'nas-bench-201' } },
    { modules: 'refused' },
  );
  const candidate = openSpace(specification.space).random({ seed: 1, draw: 0, name: 'test' });
  const results = {
    first: async () => [{ rank: 1, candidate, score: 0, proxies: {} }],
    latencies: async () => new Map(),
    scopes: {},
    summary: { id: 'one-1' },
  } as unknown as Results;
  for (const format of ['onnx', 'pytorch'] as const) {
    const about = { results, specification, modules: 'refused', format, top: 1 } as const;
    const file = await exportCandidates({ ...about, blob: () => expect.unreachable() }).next();
    const text = Buffer.from((file.value as { content: string | Uint8Array }).content).toString('latin1');
    expect(text).toContain(`nas-bench-201 ${candidate}; rank 1 of search one-1; `);
  }
});
