// Tests that an `If` whose condition follows from shapes is read as the branch that it takes.
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { structureText } from '../../../core/graph/structure.js';
import { attribute, initializer, type MessageField, model, node } from '../../support/onnx-messages.js';
import { refusal } from '../../support/onnx-refusal.js';

/** An initializer of one int64 number. */
const integer = (name: string, value: number) =>
  initializer(name, [], 7, [[9, new Uint8Array(new BigInt64Array([BigInt(value)]).buffer)]]);

/** AttributeProto of a graph with one output. */
function branch(name: string, output: string, fields: readonly MessageField[]): MessageField {
  return [
    5,
    [
      [1, name],
      [6, [...fields, [2, name], [12, [[1, output]]]]],
      [20, 5],
    ],
  ];
}

/** Nodes for `condition`: whether an axis of a tensor is longer than a number. */
function isLonger(tensor: string, axis: number, than: number, condition: string): MessageField[] {
  return [
    integer(`${condition}/axis`, axis),
    integer(`${condition}/than`, than),
    node('Shape', [tensor], [`${condition}/shape`]),
    node('Gather', [`${condition}/shape`, `${condition}/axis`], [`${condition}/length`]),
    node('Greater', [`${condition}/length`, `${condition}/than`], [condition]),
  ];
}

const STEM = [
  initializer('w', [8, 3, 3, 3], 1),
  node('Conv', ['x', 'w'], ['a'], [attribute('pads', [1, 1, 1, 1])]),
];
const HEAD = [
  node('Relu', ['b'], ['c']),
  initializer('v', [4, 8, 1, 1], 1),
  node('Conv', ['c', 'v'], ['d']),
  node('GlobalAveragePool', ['d'], ['y']),
];
const DEEPER = [
  initializer('u', [8, 8, 3, 3], 1),
  node('Conv', ['a', 'u'], ['e'], [attribute('pads', [1, 1, 1, 1])]),
];

const read = (graph: readonly MessageField[]) => readOnnx({ bytes: model({ graph }), file: 'my.onnx' });
const structureOf = (graph: readonly MessageField[]) =>
  structureText({ graph: read(graph), constants: new Set() });

const sigmoid = structureOf([...STEM, node('Sigmoid', ['a'], ['b']), ...HEAD]);
const deeper = structureOf([...STEM, ...DEEPER, node('Tanh', ['e'], ['b']), ...HEAD]);

/** The network whose middle is a sigmoid, or deeper, depending on a condition. */
const chosen = (condition: readonly MessageField[], name = 'is'): MessageField[] => [
  ...STEM,
  ...condition,
  node(
    'If',
    [name],
    ['b'],
    [
      branch('then_branch', 'p', [node('Sigmoid', ['a'], ['p'])]),
      branch('else_branch', 'q', [...DEEPER, node('Tanh', ['e'], ['q'])]),
    ],
  ),
  ...HEAD,
];

describe('a branch by shape', () => {
  it.each([
    [1, 7, 'sigmoid'],
    [1, 8, 'deeper'],
    [3, 4, 'sigmoid'],
    [3, 9, 'deeper'],
  ])('axis %i longer than %i is %s', (axis, than, expected) => {
    const wanted = expected === 'sigmoid' ? sigmoid : deeper;
    expect(structureOf(chosen(isLonger('a', axis, than, 'is')))).toBe(wanted);
  });

  it('of a shape that an earlier branch determines, and inside a branch', () => {
    const inner = node(
      'If',
      ['of the second'],
      ['r'],
      [
        branch('then_branch', 's', [node('Tanh', ['f'], ['s'])]),
        branch('else_branch', 's', [node('Elu', ['f'], ['s'])]),
      ],
    );
    const graph = [
      ...STEM,
      ...isLonger('a', 1, 7, 'is'),
      node(
        'If',
        ['is'],
        ['e'],
        [
          branch('then_branch', 'g', [
            initializer('u', [8, 8, 3, 3], 1),
            node('Conv', ['a', 'u'], ['g'], [attribute('pads', [1, 1, 1, 1])]),
          ]),
          branch('else_branch', 'a', []),
        ],
      ),
      ...isLonger('e', 2, 7, 'of the second'),
      node('Identity', ['e'], ['f']),
      node('If', ['is'], ['b'], [branch('then_branch', 'r', [inner]), branch('else_branch', 'f', [])]),
      ...HEAD,
    ];
    const straight = [
      ...STEM,
      ...DEEPER,
      node('Identity', ['e'], ['f']),
      node('Tanh', ['f'], ['b']),
      ...HEAD,
    ];
    expect(structureOf(graph)).toBe(structureOf(straight));
  });

  it('may pass on a tensor of the network', () => {
    const graph = [
      ...STEM,
      node('Sigmoid', ['a'], ['f']),
      ...isLonger('a', 1, 8, 'is'),
      node('If', ['is'], ['b'], [branch('then_branch', 'a', []), branch('else_branch', 'f', [])]),
      ...HEAD,
    ];
    const straight = [...STEM, node('Sigmoid', ['a'], ['f']), node('Identity', ['f'], ['b']), ...HEAD];
    expect(structureOf(graph)).toBe(structureOf(straight));
  });

  it('may be a constant of the file', () => {
    const yes = integer('is', 1);
    expect(structureOf(chosen([yes]))).toBe(sigmoid);
  });
});

describe('refused', () => {
  it('is a branch by numbers of the images', () => {
    const condition = [
      node('ReduceMean', ['a'], ['m'], [attribute('keepdims', 0)]),
      initializer('zero', [], 1, [[9, new Uint8Array(4)]]),
      node('Greater', ['m', 'zero'], ['is']),
    ];
    expect(refusal(chosen(condition))).toMatchObject({
      file: 'my.onnx',
      reason: 'unsupported-operator',
      message: expect.stringMatching(/node "If" \(If\).*depend on the images/),
    });
  });

  it.each([
    ['a small side, which larger ones pass', 3, 20, 'side'],
    ['an odd side', 3, 224, 'side'],
    ['a batch', 0, 10, 'batch'],
  ])('is a branch by %s, where the file leaves it open', (_, axis, than, open) => {
    const images = [open === 'batch' ? 'n' : 2, 3, ...(open === 'side' ? ['h', 'w'] : [8, 8])];
    const bytes = model({ graph: chosen(isLonger('a', axis, than, 'is')), images });
    expect(() => readOnnx({ bytes, file: 'my.onnx' })).toThrow(
      /takes one of two branches by numbers that depend/,
    );
  });

  it('is no branch by channels, whatever the size of images', () => {
    const images = ['n', 3, 'h', 'w'];
    const graph = chosen(isLonger('a', 1, 7, 'is'));
    expect(() => readOnnx({ bytes: model({ graph, images }), file: 'my.onnx' })).not.toThrow();
  });

  it('is a node without the branch that it takes, or with too many of them', () => {
    const none = [...STEM, ...isLonger('a', 1, 8, 'is'), node('If', ['is'], ['b']), ...HEAD];
    expect(refusal(none)).toMatchObject({ message: expect.stringContaining('has no else_branch') });
    const plain = Array.from({ length: 2500 }, (_, i) => node('Relu', ['a'], [`r${i}`]));
    const many = Array.from({ length: 101 }, (_, i) => [
      integer(`is ${i}`, 1),
      node('If', [`is ${i}`], [`i${i}`], [branch('then_branch', 'a', [])]),
    ]);
    expect(refusal([...STEM, ...plain, ...many.flat(), ...HEAD])).toMatchObject({
      reason: 'too-large',
      message: expect.stringMatching(/it has 9\d conditions and numbers of steps, or more/),
    });
  });
});
