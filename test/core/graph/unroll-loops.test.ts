// Tests that a `Loop` or `Scan` whose number of steps follows from shapes is read as its steps, one after the other.
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { structureText } from '../../../core/graph/structure.js';
import { attribute, initializer, type MessageField, model, node } from '../../support/onnx-messages.js';
import { refusal } from '../../support/onnx-refusal.js';

const integer = (name: string, value: bigint | number) =>
  initializer(name, [], 7, [[9, new Uint8Array(new BigInt64Array([BigInt(value)]).buffer)]]);

const INT_MAX = 2n ** 63n - 1n;

/** AttributeProto of a graph. */
function graphOf(
  name: string,
  [inputs, outputs]: readonly [readonly string[], readonly string[]],
  fields: readonly MessageField[],
): MessageField {
  const ports = [
    ...inputs.map((input): MessageField => [11, [[1, input]]]),
    ...outputs.map((output): MessageField => [12, [[1, output]]]),
  ];
  return [
    5,
    [
      [1, name],
      [6, [...fields, [2, name], ...ports]],
      [20, 5],
    ],
  ];
}

const convolution = (x: string, w: string, y: string) =>
  node('Conv', [x, w], [y], [attribute('pads', [1, 1, 1, 1])]);

const STEM = [initializer('w', [8, 3, 3, 3], 1), convolution('x', 'w', 'a')];
const WEIGHT = initializer('u', [8, 8, 3, 3], 1);
const HEAD = [
  node('Relu', ['b'], ['c']),
  initializer('v', [4, 8, 1, 1], 1),
  node('Conv', ['c', 'v'], ['d']),
  node('GlobalAveragePool', ['d'], ['y']),
];

const read = (graph: readonly MessageField[], images?: readonly (number | string)[]) =>
  readOnnx({ bytes: model({ graph, ...(images ? { images } : {}) }), file: 'my.onnx' });
const structureOf = (graph: readonly MessageField[], images?: readonly (number | string)[]) =>
  structureText({ graph: read(graph, images), constants: new Set() });

/** The network that applies one convolution and a function several times, and passes the result on as a loop does. */
function repeated(steps: number): readonly MessageField[] {
  const nodes = Array.from({ length: steps }, (_, i) => [
    convolution(i === 0 ? 'a' : `t${i - 1}`, 'u', `s${i}`),
    node('Tanh', [`s${i}`], [`t${i}`]),
  ]);
  return [...STEM, WEIGHT, ...nodes.flat(), node('Identity', [`t${steps - 1}`], ['b']), ...HEAD];
}

const STEP = [convolution('p', 'u', 'q'), node('Tanh', ['q'], ['r'])];
const loop = (inputs: readonly string[], body: MessageField, outputs: readonly string[] = ['b']) =>
  node('Loop', inputs, outputs, [body]);

describe('a loop', () => {
  it('of a number of steps', () => {
    const body = graphOf(
      'body',
      [
        ['i', 'goes', 'p'],
        ['goes', 'r'],
      ],
      STEP,
    );
    expect(structureOf([...STEM, WEIGHT, integer('n', 3), loop(['n', '', 'a'], body), ...HEAD])).toBe(
      structureOf(repeated(3)),
    );
  });

  it('whose body holds the weight has one weight, also where a branch within it does', () => {
    const own = graphOf(
      'body',
      [
        ['i', 'goes', 'p'],
        ['goes', 'r'],
      ],
      [WEIGHT, ...STEP],
    );
    expect(structureOf([...STEM, integer('n', 3), loop(['n', '', 'a'], own), ...HEAD])).toBe(
      structureOf(repeated(3)),
    );
    const branch = graphOf('then_branch', [[], ['q']], [WEIGHT, convolution('p', 'u', 'q')]);
    const within = graphOf(
      'body',
      [
        ['i', 'goes', 'p'],
        ['goes', 'r'],
      ],
      [integer('yes', 1), node('If', ['yes'], ['s'], [branch]), node('Tanh', ['s'], ['r'])],
    );
    expect(structureOf([...STEM, integer('n', 2), loop(['n', '', 'a'], within), ...HEAD])).toBe(
      structureOf(repeated(2)),
    );
  });

  it('of no steps passes its state on', () => {
    const body = graphOf(
      'body',
      [
        ['i', 'goes', 'p'],
        ['goes', 'r'],
      ],
      STEP,
    );
    const straight = [...STEM, node('Identity', ['a'], ['b']), ...HEAD];
    expect(structureOf([...STEM, WEIGHT, integer('n', 0), loop(['n', '', 'a'], body), ...HEAD])).toBe(
      structureOf(straight),
    );
  });

  it('with a condition that the body computes from the number of the step', () => {
    const compare = node('Less', ['i', 'last'], ['on']);
    const body = graphOf(
      'body',
      [
        ['i', 'goes', 'p'],
        ['on', 'r'],
      ],
      [...STEP, compare],
    );
    const graph = [...STEM, WEIGHT, integer('n', INT_MAX), integer('last', 3), integer('yes', 1)];
    expect(structureOf([...graph, loop(['n', 'yes', 'a'], body), ...HEAD])).toBe(structureOf(repeated(4)));
    // A condition that is not given is not asked for again.
    expect(structureOf([...graph, loop(['last', '', 'a'], body), ...HEAD])).toBe(structureOf(repeated(3)));
    // The number of steps is a bound beside a condition.
    const few = [...STEM, WEIGHT, integer('n', 2), integer('last', 3), integer('yes', 1)];
    expect(structureOf([...few, loop(['n', 'yes', 'a'], body), ...HEAD])).toBe(structureOf(repeated(2)));
  });

  it('while a side is longer than two', () => {
    const pool = (x: string, y: string) =>
      node('MaxPool', [x], [y], [attribute('kernel_shape', [2, 2]), attribute('strides', [2, 2])]);
    const side = (x: string, name: string) => [
      node('Shape', [x], [`${name}/shape`]),
      node('Gather', [`${name}/shape`, 'axis'], [`${name}/side`]),
      node('Greater', [`${name}/side`, 'two'], [name]),
    ];
    const body = graphOf(
      'body',
      [
        ['i', 'goes', 'p'],
        ['on', 'r'],
      ],
      [pool('p', 'r'), ...side('r', 'on')],
    );
    const graph = [...STEM, integer('axis', 2), integer('two', 2), integer('n', INT_MAX), ...side('a', 'is')];
    const straight = [...STEM, pool('a', 'e'), pool('e', 'f'), node('Identity', ['f'], ['b']), ...HEAD];
    expect(structureOf([...graph, loop(['n', 'is', 'a'], body), ...HEAD])).toBe(structureOf(straight));
    expect(() => read([...graph, loop(['n', 'is', 'a'], body), ...HEAD], [2, 3, 'h', 'w'])).toThrow(
      /node "Loop" \(Loop\) repeats its steps as often as numbers say that depend on the images/,
    );
  });

  it('within a loop, with a branch by the number of the step', () => {
    const branches = [
      graphOf('then_branch', [[], ['s']], [node('Tanh', ['q'], ['s'])]),
      graphOf('else_branch', [[], ['s']], [node('Elu', ['q'], ['s'])]),
    ];
    const inner = graphOf(
      'body',
      [
        ['i', 'goes', 'p'],
        ['goes', 'r'],
      ],
      [
        convolution('p', 'u', 'q'),
        node('Less', ['i', 'one'], ['first']),
        node('If', ['first'], ['r'], branches),
      ],
    );
    const outer = graphOf(
      'body',
      [
        ['j', 'goes', 'k'],
        ['goes', 'l'],
      ],
      [loop(['two', '', 'k'], inner, ['m']), node('Sigmoid', ['m'], ['l'])],
    );
    const graph = [
      ...STEM,
      WEIGHT,
      integer('one', 1),
      integer('two', 2),
      loop(['two', '', 'a'], outer),
      ...HEAD,
    ];
    const step = (x: string, y: string) => [
      convolution(x, 'u', `${y}1`),
      node('Tanh', [`${y}1`], [`${y}2`]),
      convolution(`${y}2`, 'u', `${y}3`),
      node('Elu', [`${y}3`], [`${y}4`]),
      node('Identity', [`${y}4`], [`${y}5`]),
      node('Sigmoid', [`${y}5`], [y]),
    ];
    const last = node('Identity', ['f'], ['b']);
    expect(structureOf(graph)).toBe(
      structureOf([...STEM, WEIGHT, ...step('a', 'e'), ...step('e', 'f'), last, ...HEAD]),
    );
  });
});

describe('refused', () => {
  const body = graphOf(
    'body',
    [
      ['i', 'goes', 'p'],
      ['goes', 'r'],
    ],
    STEP,
  );

  it('is a loop by numbers of the images', () => {
    const mean = node('ReduceMean', ['p'], ['m'], [attribute('keepdims', 0)]);
    const zero = initializer('zero', [], 1, [[9, new Uint8Array(4)]]);
    const by = graphOf(
      'body',
      [
        ['i', 'goes', 'p'],
        ['on', 'r'],
      ],
      [...STEP, mean, node('Greater', ['m', 'zero'], ['on'])],
    );
    const graph = [
      ...STEM,
      WEIGHT,
      zero,
      integer('n', 9),
      integer('yes', 1),
      loop(['n', 'yes', 'a'], by),
      ...HEAD,
    ];
    expect(refusal(graph)).toMatchObject({ file: 'my.onnx', reason: 'unsupported-operator' });
  });

  it.each([
    ['that ends after more steps than a network may have', ['n', '', 'a']],
    ['that never ends', ['', '', 'a']],
  ])('is a loop %s', (_, inputs) => {
    const empty = graphOf(
      'body',
      [
        ['i', 'goes', 'p'],
        ['goes', 'p'],
      ],
      [],
    );
    expect(refusal([...STEM, integer('n', INT_MAX), loop(inputs, empty), ...HEAD])).toMatchObject({
      reason: 'too-large',
      message: expect.stringContaining('after its loops are written out'),
    });
  });

  it('is a loop without a body, or with another number of inputs than its body', () => {
    const none = node('Loop', ['n', '', 'a'], ['b']);
    expect(refusal([...STEM, integer('n', 1), none, ...HEAD])).toMatchObject({
      message: expect.stringContaining('node "Loop" (Loop) has no body'),
    });
    const more = loop(['n', '', 'a', 'a'], body, ['b', 'e']);
    expect(refusal([...STEM, WEIGHT, integer('n', 1), more, ...HEAD])).toMatchObject({
      message: expect.stringContaining('the body of a loop has 3 inputs; must have 4'),
    });
  });

  it('is a scan of more tensors than it has inputs', () => {
    const scan = node('Scan', ['a'], ['b'], [attribute('num_scan_inputs', 2), body]);
    expect(refusal([...STEM, WEIGHT, scan, ...HEAD])).toMatchObject({
      message: expect.stringContaining('has 1 inputs, and would scan 2'),
    });
  });
});
