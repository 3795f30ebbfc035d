// Tests that a tensor which is drawn over an array equals one that is drawn in a new array.
import { expect, test } from 'vitest';
import type { Initialization } from '../../../core/ir/block.js';
import { type Draw, randomDraw } from '../../../core/ir/draw.js';

const shape = [6, 5, 3, 3];
const INITIALIZATIONS: readonly Initialization[] = [
  { kind: 'he-normal' },
  { kind: 'normal', std: 0.5 },
  { kind: 'uniform', bound: 2 },
  { kind: 'constant', value: 3 },
];
type Write = (draw: Draw, out?: Float32Array) => Float32Array;
const WEIGHTS = INITIALIZATIONS.map((initialization): [string, Write] => [
  initialization.kind,
  (draw, out) => draw.weight({ name: 'w', shape, initialization }, out),
]);

test.each<[string, Write]>([
  ...WEIGHTS,
  ['a slice', (draw, out) => draw.weight({ name: 'w', shape, cut: { of: [8, 9, 3, 3] } }, out)],
  ['images', (draw, out) => draw.input(shape, out)],
  ['signs', (draw, out) => draw.signs(2, shape, out)],
])('%s', (_, write) => {
  const draw = randomDraw({ seed: 1, draw: 0 });
  const fresh = write(draw);
  const out = new Float32Array(270).fill(Number.NaN);
  expect(write(draw, out)).toBe(out);
  expect(out).toEqual(fresh);
});
