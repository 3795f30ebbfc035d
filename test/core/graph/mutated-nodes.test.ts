// Tests that networks with nodes of any inputs and attributes are prepared, or refused with an error for people.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { graphNetwork, graphPrograms } from '../../../core/graph/network.js';
import { OPERATORS } from '../../../core/graph/operators/table.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { type Attribute, GraphBuilder } from '../../../core/onnx/graph.js';

/** ZEROSCOUT_FUZZ_SECONDS=3600 runs for an hour; every run has another seed, which a failure reports. */
const SECONDS = Number(process.env.ZEROSCOUT_FUZZ_SECONDS ?? 3);

const SIZES = [2, 16, 31, 32].flatMap((power) => [2 ** power, -(2 ** power)]);
const whole = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -1, max: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom(...SIZES, 2 ** 53, -(2 ** 53)) },
);
const list = fc.array(whole, { maxLength: 8 });
const WORDS = ['SAME_UPPER', 'SAME_LOWER', 'VALID', 'linear', 'nearest', 'cubic', 'reflect', 'wrap', 'CRD'];
const EQUATIONS = ['abcd,abce->abde', '...ij,...jk->...ik', 'abcd->ab', 'ii->i', ',->', 'a->b', 'abcd,cd'];
const any: fc.Arbitrary<Attribute> = fc.oneof(
  whole,
  list,
  fc.constantFrom(...WORDS, ...EQUATIONS, '__proto__'),
  fc.constantFrom(0, -1, 0.5, 1e38, Number.POSITIVE_INFINITY, Number.NaN).map((float) => ({ float })),
);
const LISTS = ['kernel_shape', 'strides', 'dilations', 'pads', 'axes', 'perm', 'split', 'output_shape'];
const WHOLES = [
  'group',
  'axis',
  'keepdims',
  'num_groups',
  'blocksize',
  'to',
  'p',
  'ceil_mode',
  'start',
  'end',
];
const OTHERS = ['auto_pad', 'mode', 'equation', 'alpha', 'epsilon', '__proto__'];
const attribute = fc.oneof(
  fc.tuple(fc.constantFrom(...LISTS), list),
  fc.tuple(fc.constantFrom(...WHOLES), whole),
  fc.tuple(fc.constantFrom(...LISTS, ...WHOLES, ...OTHERS), any),
);
const input = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: 'stream' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('weight' as const),
      dims: fc.array(fc.constantFrom(1, 2, 3, 8, 16), { maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ints' as const), values: list }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'none' } as const) },
);
const node = fc.record({
  op: fc.constantFrom(...Object.keys(OPERATORS)),
  inputs: fc.array(input, { maxLength: 4 }),
  attributes: fc.array(attribute, { maxLength: 3 }),
  results: fc.integer({ min: 1, max: 3 }),
});
type Node = typeof node extends fc.Arbitrary<infer T> ? T : never;

/** Cases that failed once. */
const FOUND: [Node[], number][] = [
  // Parts that all are without elements.
  [
    [
      {
        op: 'Slice',
        inputs: [
          { kind: 'ints', values: [0] },
          { kind: 'ints', values: [0] },
        ],
        attributes: [],
        results: 1,
      },
      { op: 'Concat', inputs: [{ kind: 'ints', values: [] }], attributes: [], results: 1 },
    ],
    11,
  ],
  // A number that is added to a map.
  [
    [
      { op: 'ReduceL1', inputs: [], attributes: [['keepdims', 0]], results: 1 },
      { op: 'Sum', inputs: [{ kind: 'stream' }], attributes: [], results: 1 },
    ],
    11,
  ],
];

/** Two convolutions, with these nodes between them. */
function network(nodes: readonly Node[], opset: number): Uint8Array {
  const g = new GraphBuilder();
  let count = 0;
  const weight = (dims: readonly number[]) => {
    count += 1;
    return g.weights({ name: `w${count}`, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  };
  const conv = (x: string, from: number) =>
    g.add('Relu', [g.add('Conv', [x, weight([8, from, 3, 3])], { pads: [1, 1, 1, 1], strides: [2, 2] })]);
  let value = conv('x', 3);
  const first = value;
  for (const { op, inputs, attributes, results } of nodes) {
    const others = inputs.map((each) => {
      if (each.kind === 'stream') return first;
      if (each.kind === 'weight') return weight(each.dims);
      if (each.kind === 'none') return '';
      return g.tensor({ type: 'int64', dims: [each.values.length], data: each.values });
    });
    value = g.addMany(op, [value, ...others], { attributes: Object.fromEntries(attributes), results })[0]!;
  }
  const y = g.add('GlobalAveragePool', [conv(value, 8)]);
  return g.build({
    name: 'n',
    opset,
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', value: y, dims: [] }],
  });
}

describe('nodes with any inputs and attributes', () => {
  it('are prepared, or refused with an error for people', { timeout: (SECONDS + 60) * 1000 }, () => {
    let cases = 0;
    let accepted = 0;
    const property = fc.property(
      fc.array(node, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(11, 13, 18, 24),
      (nodes, opset) => {
        cases += 1;
        try {
          const graph = readOnnx({ bytes: network(nodes, opset), file: 'x.onnx' });
          const at = { graph, batch: 2, image: [3, 16, 16], wanted: 'blocks', file: 'x.onnx' } as const;
          graphPrograms({ network: graphNetwork(at), weights: 'drawn', channelBlock: 16 });
          accepted += 1;
        } catch (error) {
          if (!(error instanceof SpecError)) throw error;
        }
      },
    );
    fc.assert(property, {
      examples: FOUND,
      numRuns: 1e8,
      interruptAfterTimeLimit: SECONDS * 1000,
      markInterruptAsFailure: false,
    });
    if (process.env.ZEROSCOUT_FUZZ_SECONDS)
      console.log(`${cases} networks in ${SECONDS} s, of which ${accepted} were prepared`);
    expect(cases).toBeGreaterThan(0);
  });
});
