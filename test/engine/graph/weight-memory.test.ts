// Tests that the weights of a block are drawn in the memory of those of earlier blocks, and only there.
import { expect, test } from 'vitest';
import { createWeightMemory } from '../../../engine/graph/weight-memory.js';

test('arrays are given again after the run that reads them, to weights of the same length', () => {
  const memory = createWeightMemory();
  const [a, b] = [memory.keep(new Float32Array(4)), memory.keep(new Float32Array(4))];
  expect(memory.take(4)).toBeUndefined();
  memory.free();
  expect(memory.take(3)).toBeUndefined();
  const taken = [memory.take(4), memory.take(4)];
  expect(new Set(taken)).toEqual(new Set([a, b]));
  expect(memory.take(4)).toBeUndefined();
  memory.free();
  expect(memory.take(4)).toBeUndefined();
});
