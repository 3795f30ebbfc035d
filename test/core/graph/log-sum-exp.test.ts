// Tests that the logarithm of a sum of exponentials of large numbers does not overflow, nor does its gradient, which is
// a softmax.
import { expect, test } from 'vitest';
import { pullback } from '../../../core/graph/pullback.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { evaluateTape } from '../../support/evaluate-tape.js';

test.each([
  ['large', [1000, 999]],
  ['small', [-1000, -1001]],
])('of %s numbers', (_, x) => {
  const g = new GraphBuilder();
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: [1, 2, 1, 1] }],
    outputs: [{ name: 'y', value: g.add('ReduceLogSumExp', ['x', g.ints(1)]), dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const { tape: t, input, output } = resolveGraph({ graph, batch: 1, image: [2, 1, 1], file: 'x.onnx' });
  const ports = { [t.get(input).port!]: x, v: [1] };
  const tail = Math.log1p(Math.exp(-1));
  expect([...evaluateTape(t, output, ports)]).toEqual([expect.closeTo(x[0]! + tail, 10)]);
  const v = t.port('v', [1, 1, 1, 1]);
  const [gradient] = pullback({ tape: t, output, v, to: [input] });
  const first = 1 / (1 + Math.exp(-1));
  const wanted = [first, 1 - first].map((g) => expect.closeTo(g, 10));
  expect([...evaluateTape(t, gradient!, ports)]).toEqual(wanted);
});
