// Finds networks whose class scores have the same sum over a batch whatever the images are.
import { sizeOf } from '../../ops/tensor/shapes.js';
import { listOf, numberOf } from '../../ops/tensor/signature.js';
import type { Tape, Value } from '../../ops/tensor/tape.js';
import type { WholeNetwork } from './network.js';

/**
 * Whether the sum of all class scores over a batch does not depend on the images, so that its gradient with
 * respect to them is zero. Batch normalization makes the sum of each channel over images and positions a
 * constant. Operations that are linear in channels and alike for all images and positions keep it one: sums,
 * factors of channels, convolutions of kernel 1, the mean over positions and the classifier. A ReLU does not.
 */
export function hasConstantScoreSum({ tape, input, logits }: WholeNetwork): boolean {
  const isFixed: boolean[] = [];
  const isConstant: boolean[] = [];
  for (const value of tape.values.slice(0, logits + 1)) {
    const { id, inputs } = value;
    const fixed = inputs.map((each) => isFixed[each]!);
    isFixed.push(id !== input && (fixed.every(Boolean) || isZero(tape, value)));
    const shapes = inputs.map((each) => tape.shape(each));
    const operands = inputs.map((each) => isConstant[each]!);
    isConstant.push(
      isFixed[id]! || (id !== input && sumsToConstant({ value, shapes, operands, isFixed: fixed })),
    );
  }
  return isConstant[logits]!;
}

/** Whether a value is a product with zero, as operations `none` are written. */
function isZero(tape: Tape, { op, inputs }: Value): boolean {
  return op === 'Mul' && inputs.some((each) => tape.get(each).constant?.every((number) => number === 0));
}

/** What is known of a value and of its operands. */
interface Site {
  readonly value: Value;
  readonly shapes: readonly (readonly number[])[];
  /** Whether the sum over images and positions of each channel of an operand is constant. */
  readonly operands: readonly boolean[];
  /** Whether an operand does not depend on the images. */
  readonly isFixed: readonly boolean[];
}

function sumsToConstant({ value: { op, attributes, shape }, shapes, operands, isFixed }: Site): boolean {
  const isEach = operands.every(Boolean);
  const isAlike = () => shapes.every((each, i) => !isFixed[i] || isOfChannels(each, shape.length));
  switch (op) {
    case 'StandardizeChannels':
      return true;
    case 'Standardize':
      return covers(listOf(attributes, 'axes'), shape.length);
    case 'Add':
    case 'Sub':
      return isEach && shapes.every((each, i) => isFixed[i] || String(each) === String(shape));
    case 'Mul':
      return isEach && isFixed.some(Boolean) && isAlike();
    case 'Div':
      return isEach && isFixed[1]! && isAlike();
    case 'Concat':
      return isEach && numberOf(attributes, 'axis') === 1;
    case 'Conv':
      return operands[0]! && isFixed[1]! && isOfPositions(shapes[0]!, shapes[1]!, shape);
    case 'ReduceMean':
    case 'ReduceSum':
      return isEach && covers([0, ...listOf(attributes, 'axes')], shape.length);
    case 'Reshape':
      return isEach && sizeOf(shapes[0]!.slice(2)) === 1 && shape[1] === shapes[0]![1];
    case 'MatMul':
      return operands[0]! && isFixed[1]! && shapes[0]!.length === 2;
    default:
      return false;
  }
}

/** Whether axes are all but that of the channels, and no others. */
function covers(axes: readonly number[], rank: number): boolean {
  return !axes.includes(1) && new Set(axes).size === rank - 1;
}

/** Whether a factor has one number for each channel, or one for all. */
function isOfChannels(factor: readonly number[], rank: number): boolean {
  const missing = rank - factor.length;
  return factor.every((n, axis) => n === 1 || axis + missing === 1);
}

/** Whether a convolution reads each position once. */
function isOfPositions(
  input: readonly number[],
  weight: readonly number[],
  output: readonly number[],
): boolean {
  return sizeOf(weight.slice(2)) === 1 && String(input.slice(2)) === String(output.slice(2));
}
