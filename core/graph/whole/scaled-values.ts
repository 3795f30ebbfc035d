// Computes with one exponent for each tensor, for values far beyond float32 such as products of absolute
// weights through many layers.
import { TENSOR_RULES } from '../../ops/tensor/table.js';
import { type Id, Tape, type Value } from '../../ops/tensor/tape.js';

/** Represents exp(scale) times the value on the tape. Scales are known when the program is written. */
export interface Scaled {
  readonly id: Id;
  readonly scale: number;
}

/**
 * exp(MOST) is far below the largest float32, 3e38 = exp(88), and bounded functions are constant beyond it.
 */
const MOST = 40;

/** Operands are brought to one scale; an index of TopK is the result of comparisons. */
const SUMS = new Set([
  'TopKIndices',
  'Add',
  'Sub',
  'Min',
  'Max',
  'Concat',
  'Equal',
  'Less',
  'LessOrEqual',
  'Greater',
  'GreaterOrEqual',
]);
const COMPARISONS = new Set(['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'TopKIndices']);
const PRODUCTS = new Set(['Mul', 'Conv', 'ConvTranspose', 'MatMul']);
/**
 * Functions that are not linear in the scale of their argument. They are bounded, or do not occur where
 * values are large.
 */
const CURVES = new Set([
  'Sigmoid',
  'Tanh',
  'Erf',
  'Exp',
  'Log',
  'Softplus',
  'Sin',
  'Cos',
  'Sign',
  'Floor',
  'Ceil',
  'Mod',
  'Clip',
  'Softmax',
  'Pow',
  'Cast',
  'And',
  'Or',
  'Not',
]);

/** Functions that a positive factor of their first operand passes through, and those that select its elements. */
const HOMOGENEOUS = new Set([
  'Relu',
  'Abs',
  'Neg',
  'Reshape',
  'Transpose',
  'Expand',
  'Slice',
  'Pad',
  'Gather',
  'Take',
  'GatherElements',
  'TopK',
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'MaxPool',
  'AveragePool',
]);
const OTHERS = new Set(['Div', 'Sqrt', 'Where', 'ScatterAdd', 'ScatterElements', 'Interpolate']);

/** Whether `ScaledTape` knows the scale of the operation's result. */
export function hasScale(op: string): boolean {
  return [SUMS, PRODUCTS, CURVES, HOMOGENEOUS, OTHERS].some((names) => names.has(op));
}

export class ScaledTape {
  readonly tape = new Tape(TENSOR_RULES);

  /** Applies an operation of another tape to operands of this one. */
  apply({ op, attributes }: Pick<Value, 'op' | 'attributes'>, x: readonly Scaled[]): Scaled {
    const add = (inputs: readonly Scaled[], scale: number): Scaled => ({
      id: this.tape.add(
        op!,
        inputs.map(({ id }) => id),
        attributes,
      ),
      scale,
    });
    const [a, b, c] = x as [Scaled, Scaled, Scaled];
    if (PRODUCTS.has(op!)) return add(x, a.scale + b.scale);
    if (op === 'Div') return add(x, a.scale - b.scale);
    if (op === 'Sqrt') return add(x, a.scale / 2);
    // For large values, softplus equals ReLU.
    if (op === 'Softplus' && a.scale > MOST / 2) return { id: this.tape.add('Relu', [a.id]), scale: a.scale };
    if (CURVES.has(op!))
      return add(
        x.map((each) => this.#plain(each)),
        0,
      );
    if (SUMS.has(op!)) {
      const aligned = this.#aligned(x);
      return add(aligned, COMPARISONS.has(op!) ? 0 : aligned[0]!.scale);
    }
    if (op === 'Where') {
      const [left, right] = this.#aligned([b, c]) as [Scaled, Scaled];
      return add([a, left, right], left.scale);
    }
    if (op === 'ScatterAdd' || op === 'ScatterElements') {
      const [into, added] = this.#aligned([a, c]) as [Scaled, Scaled];
      return add([into, b, added], into.scale);
    }
    if (op === 'Interpolate') {
      const weights = this.#aligned(x.slice((x.length + 1) / 2));
      return add([...x.slice(0, (x.length + 1) / 2), ...weights], a.scale + weights[0]!.scale);
    }
    // All other operations are homogeneous.
    return add(x, a.scale);
  }

  /** The values themselves, as far as float32 can represent them. */
  #plain({ id, scale }: Scaled): Scaled {
    return { id: this.#times(id, Math.min(scale, MOST)), scale: 0 };
  }

  /** Brings operands to the largest of their scales, at which the others may underflow to zero. */
  #aligned(x: readonly Scaled[]): readonly Scaled[] {
    const scale = Math.max(...x.map((each) => each.scale));
    return x.map((each) => ({ id: this.#times(each.id, each.scale - scale), scale }));
  }

  #times(id: Id, exponent: number): Id {
    return exponent === 0 ? id : this.tape.times(id, { number: Math.exp(exponent) });
  }
}
