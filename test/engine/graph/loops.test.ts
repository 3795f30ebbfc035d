// Tests that loops and scans that are read as their steps compute what ONNX Runtime computes of the file.

import { expect, it } from 'vitest';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { InferenceSession, Tensor } from '../../../engine/onnx-runtime.js';
import { evaluateTape } from '../../support/evaluate-tape.js';
import { attribute, initializer, type MessageField, model, node } from '../../support/onnx-messages.js';

const STEPS = 5;
const IMAGES = [2, 4, STEPS, 1];

const WEIGHTS: Readonly<Record<string, Float32Array>> = {
  /** What multiplies the results of each step. */
  ramp: Float32Array.from({ length: STEPS }, (_, i) => 1 + i * i),
  start: new Float32Array(8).fill(0.25),
};

const bytesOf = (array: BigInt64Array | Float32Array) => new Uint8Array(array.buffer);
const integers = (name: string, values: readonly number[], dims = [values.length]) =>
  initializer(name, dims, 7, [[9, bytesOf(BigInt64Array.from(values.map(BigInt)))]]);

/** TypeProto of a scalar of a data type: int64 or bool. */
const scalar = (type: 7 | 9): MessageField => [
  2,
  [
    [
      1,
      [
        [1, type],
        [2, []],
      ],
    ],
  ],
];
const TYPES: Readonly<Record<string, readonly MessageField[]>> = { at: [scalar(7)], goes: [scalar(9)] };

/** AttributeProto of a body: a state and an element give the next state, tanh(state + element), and its square. */
function body(
  inputs: readonly string[],
  outputs: readonly string[],
  more: readonly MessageField[] = [],
): MessageField {
  const nodes = [
    ...more,
    node('Add', ['state', 'element'], ['sum']),
    node('Tanh', ['sum'], ['next']),
    node('Mul', ['next', 'next'], ['square']),
  ];
  const ports = [
    ...inputs.map((name): MessageField => [11, [[1, name], ...(TYPES[name] ?? [])]]),
    ...outputs.map((name): MessageField => [12, [[1, name]]]),
  ];
  return [
    5,
    [
      [1, 'body'],
      [6, [...nodes, [2, 'body'], ...ports]],
      [20, 5],
    ],
  ];
}

/** The network of a node that makes `last`, [2, 4], and `squares`, with the steps along an axis, each weighted by its place. */
function networkOf(steps: readonly MessageField[], axis: number): Uint8Array {
  const dims = [1, 1, 1].with(axis, STEPS);
  return model({
    images: IMAGES,
    graph: [
      integers('flat', [2, 4, STEPS]),
      integers('out', [2, 4, 1, 1]),
      integers('axis', [axis]),
      initializer('ramp', dims, 1, [[9, bytesOf(WEIGHTS.ramp!)]]),
      node('Reshape', ['x', 'flat'], ['z']),
      initializer('start', [2, 4], 1, [[9, bytesOf(WEIGHTS.start!)]]),
      ...steps,
      node('Mul', ['squares', 'ramp'], ['weighted']),
      node('ReduceSum', ['weighted', 'axis'], ['total'], [attribute('keepdims', 0)]),
      node('Sub', ['total', 'last'], ['difference']),
      node('Reshape', ['difference', 'out'], ['y']),
    ],
  });
}

const scan = (settings: Readonly<Record<string, readonly number[]>>, axis: number) =>
  networkOf(
    [
      node(
        'Scan',
        ['start', 'z'],
        ['last', 'squares'],
        [
          body(['state', 'element'], ['next', 'square']),
          attribute('num_scan_inputs', 1),
          attribute('scan_input_axes', [2]),
          ...Object.entries(settings).map(([name, value]) => attribute(name, value)),
        ],
      ),
    ],
    axis,
  );

const loop = networkOf(
  [
    integers('steps', [STEPS], []),
    node(
      'Loop',
      ['steps', '', 'start'],
      ['last', 'squares'],
      [
        body(
          ['at', 'goes', 'state'],
          ['goes', 'next', 'square'],
          [node('Gather', ['z', 'at'], ['element'], [attribute('axis', 2)])],
        ),
      ],
    ),
  ],
  0,
);

const CASES: Readonly<Record<string, Uint8Array>> = {
  'a loop that collects a result of each step': loop,
  'a scan': scan({}, 0),
  'a scan backwards': scan({ scan_input_directions: [1] }, 0),
  'a scan whose results are stacked along the last axis': scan({ scan_output_axes: [-1] }, 2),
  'a scan whose results are stacked in the middle, the last first': scan(
    { scan_output_axes: [1], scan_output_directions: [1] },
    1,
  ),
};

it.each(Object.entries(CASES))('%s', async (_, bytes) => {
  const images = Float32Array.from({ length: 2 * 4 * STEPS }, (_, i) => Math.sin(1 + i));
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const { y } = await session.run({ x: new Tensor('float32', images, IMAGES) });
  await session.release();
  const graph = readOnnx({ bytes, file: 'my.onnx' });
  const { tape, input, output, weights } = resolveGraph({
    graph,
    batch: 2,
    image: IMAGES.slice(1),
    file: 'my.onnx',
  });
  const ports = Object.fromEntries([
    [tape.get(input).port, [...images]],
    ...weights.map(({ id, name }) => [tape.get(id).port, [...WEIGHTS[name]!]]),
  ]);
  const found = [...evaluateTape(tape, output, ports)];
  const expected = [...(y!.data as Float32Array)];
  expect(found.length).toBe(expected.length);
  expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
});
