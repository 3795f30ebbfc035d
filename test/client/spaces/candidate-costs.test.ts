// Tests the costs of the candidates in a list, for built-in spaces and spaces in YAML, and the messages for
// other lines.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { computeCandidateCosts } from '../../../client/spaces/candidate-costs.js';
import { openSpace } from '../../../core/spaces/index.js';

const accel = {
  file: fileURLToPath(new URL('../../../examples/spaces/accel-nasbench-se.yaml', import.meta.url)),
};
const list = (...lines: readonly string[]) => new TextEncoder().encode(`${lines.join('\n')}\n`);
const costsOf = (space: Parameters<typeof computeCandidateCosts>[0]['space'], ...lines: readonly string[]) =>
  computeCandidateCosts({ space, candidates: list(...lines), modules: 'refused' });

describe('costs of a list', () => {
  it('of a YAML space: EfficientNet-B0, whose parameters do not depend on its activation, and a row of the table', async () => {
    const efficientNet = 'e1k3l1se4 e6k3l2se4 e6k5l2se4 e6k3l3se4 e6k5l3se4 e6k5l4se4 e6k3l1se4';
    const row = 'e1k3l1 e1k3l1 e1k5l2 e6k5l2 e6k5l2 e1k5l3 e6k3l2';
    const costs = await costsOf(accel, efficientNet, row);
    expect(costs.map(({ candidate, parameters }) => [candidate, parameters])).toEqual([
      [efficientNet, 5_288_548],
      [row, 4_073_000],
    ]);
    expect(costs.every(({ flops }) => flops > 1e8)).toBe(true);
  });

  it('of a table with a column of candidates', async () => {
    const row = 'e1k3l1 e1k3l1 e1k5l2 e6k5l2 e6k5l2 e1k5l3 e6k3l2';
    expect(await costsOf(accel, 'arch,top1', `${row},59.026`)).toMatchObject([{ candidate: row }]);
  });

  it('of a built-in space of another size', async () => {
    const space = { kind: 'darts', cells: 3, channels: 8 } as const;
    const candidate = openSpace(space).random({ seed: 1, draw: 0, name: 'costs' });
    const [costs] = await costsOf(space, candidate);
    const { flops, parameters } = openSpace(space).costs({ candidate, resolution: 32 });
    expect(costs).toEqual({ candidate, flops, parameters });
  });

  it('names the lines that are no candidates', async () => {
    await expect(costsOf(accel, 'e1k3l1', 'e2')).rejects.toThrow(/must be 7 times.*must be 7 times/s);
  });
});
