// Tests the residual proxy: its formula, and that it finds the identity paths of NAS-Bench-201 cells.
import { afterAll, expect, test } from 'vitest';
import { residual, traceShare } from '../../../core/proxies/residual.js';
import { openSpace } from '../../../core/spaces/index.js';
import { createCpuScorer } from '../../../engine/cpu-scorer.js';

test('the trace over channels, of square blocks alone', () => {
  const sums = [8, 3, 5, 4];
  expect(traceShare({ sums, rows: 2, columns: 2, samples: 4 })).toBe(1.5);
  expect(traceShare({ sums: [...sums, 1, 1, 1, 1], rows: 4, columns: 2, samples: 4 })).toBeNull();
});

test('the share of the blocks with a trace share above one half', () => {
  expect(residual([null, 1, 0.4, 0.5, 0.9])).toBe(0.5);
  expect(residual([null])).toBe(0);
  expect(residual([])).toBe(0);
});

const scorer = await createCpuScorer({ threads: 1 });
afterAll(() => scorer.close());

/** Whether a chain of skip connections leads from the cell's input to its output. */
function hasIdentityPath(cell: string): boolean {
  const nodes = cell.split('+').map((node) => node.split('|').filter((edge) => edge !== ''));
  const reached = [true];
  for (const edges of nodes)
    reached.push(edges.some((edge) => edge.startsWith('skip_connect~') && reached[Number(edge.at(-1))]!));
  return reached.at(-1)!;
}

test('is 1 where the cell has an identity path and 0 where it has none', { timeout: 60_000 }, async () => {
  const { enumeration } = openSpace({ kind: 'nas-bench-201' });
  const cells = Array.from({ length: 24 }, (_, i) => enumeration!.at((i * 641 + 11) % 15_625));
  const fidelity = { batch: 4, resolution: 32, weights: 'shared', features: 'stages' } as const;
  const outcomes = await scorer.scoreAll(
    cells.map((candidate) => ({
      space: { kind: 'nas-bench-201' },
      candidate,
      seed: 1,
      fidelity,
      draws: [0],
      families: ['residual'] as const,
    })),
  );
  expect(new Set(cells.map(hasIdentityPath)).size).toBe(2);
  expect(outcomes).toEqual(cells.map((cell) => ({ result: [{ residual: hasIdentityPath(cell) ? 1 : 0 }] })));
});
