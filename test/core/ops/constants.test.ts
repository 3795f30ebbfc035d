// Tests that files whose constants would take hours or gigabytes to compute are bounded.
import { expect, it } from 'vitest';
import { NodeSite } from '../../../core/graph/operators/operator.js';
import { OPERATORS } from '../../../core/graph/operators/table.js';
import { TENSOR_RULES } from '../../../core/ops/tensor/table.js';
import { Tape } from '../../../core/ops/tensor/tape.js';
import { TapeError } from '../../../core/ops/tensor/tape-error.js';

const LARGE = 2 ** 22;

it('refuses constants that have more than 2^26 numbers together', () => {
  const t = new Tape(TENSOR_RULES);
  const shared = new Float64Array(LARGE);
  const add = () => t.constant(shared, [LARGE]);
  for (let i = 0; i < 16; i++) add();
  expect(add).toThrow(TapeError);
  expect(add).toThrow(/67108864 numbers/);
});

it('computes by the program what would exceed that when it is folded', () => {
  const t = new Tape(TENSOR_RULES);
  const shared = new Float64Array(LARGE);
  const ids = Array.from({ length: 16 }, () => t.constant(shared, [LARGE]));
  expect(t.get(t.add('Neg', [ids[0]!])).constant).toBeUndefined();
});

it('reduces and accumulates millions of constant numbers', () => {
  const t = new Tape(TENSOR_RULES);
  const ones = t.constant(new Float64Array(LARGE).fill(1), [LARGE]);
  const [largest] = t.get(t.reduce('ReduceMax', ones, [0])).constant!;
  expect(largest).toBe(1);
  const sums = (attributes: Readonly<Record<string, number>>, values: readonly number[] | Float64Array) => {
    const node = { op: 'CumSum', name: 'n', inputs: ['x', 'axis'], outputs: ['y'], attributes };
    const inputs = [t.constant(values, [values.length]), t.constant([0], [1], 'int')];
    const batch = { own: 1, wanted: 1 };
    const site = {
      t,
      node,
      opset: 18,
      inputs,
      normalization: { wanted: 'file' as const, normalized: new Set<string>(), restored: 0 },
      batch,
    };
    return t.get(OPERATORS.CumSum!(new NodeSite(site))[0]!).constant!;
  };
  expect(sums({}, new Float64Array(LARGE).fill(1)).at(-1)).toBe(LARGE);
  expect([...sums({}, [1, 2, 3])]).toEqual([1, 3, 6]);
  expect([...sums({ exclusive: 1 }, [1, 2, 3])]).toEqual([0, 1, 3]);
  expect([...sums({ reverse: 1 }, [1, 2, 3])]).toEqual([6, 5, 3]);
  expect([...sums({ reverse: 1, exclusive: 1 }, [1, 2, 3])]).toEqual([5, 3, 0]);
});
