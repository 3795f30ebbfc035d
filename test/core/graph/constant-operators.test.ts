// Tests constants: matrices with ones on a diagonal and tests of numbers against themselves, as masks of attention
// have them, and rounded numbers.
import { expect, it } from 'vitest';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { foldedConstant } from '../../support/folded-constant.js';

function constantOf(build: (g: GraphBuilder) => string) {
  const g = new GraphBuilder();
  return foldedConstant(g, build(g));
}

const FLOAT = 1;
const square = (g: GraphBuilder) => g.add('ConstantOfShape', [g.ints(2, 4)]);

it('EyeLike has the shape of its input and ones on the diagonal k', () => {
  expect(constantOf((g) => g.add('EyeLike', [square(g)], { dtype: FLOAT }))).toEqual({
    values: [1, 0, 0, 0, 0, 1, 0, 0],
    shape: [2, 4],
    type: 'float',
  });
  expect(constantOf((g) => g.add('EyeLike', [square(g)], { k: 2 })).values).toEqual([0, 0, 1, 0, 0, 0, 0, 1]);
});

it('IsNaN is false for numbers', () => {
  const asNumbers = (g: GraphBuilder) => g.add('Cast', [g.add('IsNaN', [square(g)])], { to: FLOAT });
  expect(constantOf(asNumbers)).toEqual({ values: new Array(8).fill(0), shape: [2, 4], type: 'float' });
});

it('Round takes the even one of two whole numbers that are equally near', () => {
  const halves = (g: GraphBuilder) => {
    const numbers = g.add('Cast', [g.ints(-5, -3, -1, 0, 1, 3, 5, 6)], { to: FLOAT });
    const half = g.add('Div', [numbers, g.add('Cast', [g.ints(2)], { to: FLOAT })]);
    return g.add('Reshape', [g.add('Round', [half]), g.ints(2, 4)]);
  };
  expect(constantOf(halves).values.map((n) => n + 0)).toEqual([-2, -2, 0, 0, 0, 2, 2, 3]);
});
