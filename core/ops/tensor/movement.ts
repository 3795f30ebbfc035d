// Defines operations that move elements of tensors: reshape, transpose, concatenate, slice, pad, broadcast.
import type { Rules } from './rule.js';
import { broadcast, broadcastIndex, range, sizeOf, stridedIndex, stridesOf } from './shapes.js';
import { listOf, numberOf } from './signature.js';
import type { Id, Tape } from './tape.js';
import { TapeError } from './tape-error.js';

/** A loop, because `Float64Array.from` with a function takes ten times as long. */
function pick(values: Float64Array, index: Uint32Array): Float64Array {
  const out = new Float64Array(index.length);
  for (let k = 0; k < out.length; k++) out[k] = values[index[k]!]!;
  return out;
}

export const movement: Rules = {
  Reshape: {
    shape: ([a], attributes) => {
      const shape = listOf(attributes, 'shape');
      if (sizeOf(shape) !== sizeOf(a!)) throw new TapeError(`the shape [${a}] cannot become [${shape}]`);
      return shape;
    },
    vjp: ({ t, x, g }) => [t.reshape(g, t.shape(x[0]!))],
    write: ({ g, inputs: [a], attributes }) => g.add('Reshape', [a!, g.ints(...listOf(attributes, 'shape'))]),
    fold: ({ operands }) => operands[0]!.values,
  },

  Transpose: {
    shape: ([a], attributes) => {
      const perm = listOf(attributes, 'perm');
      if (String([...perm].sort((i, j) => i - j)) !== String(range(a!.length)))
        throw new TapeError(`the permutation [${perm}] of a tensor of ${a!.length} dimensions`);
      return perm.map((axis) => a![axis]!);
    },
    vjp: ({ t, g, attributes }) => {
      const perm = listOf(attributes, 'perm');
      return [
        t.transpose(
          g,
          perm.map((_, axis) => perm.indexOf(axis)),
        ),
      ];
    },
    fold: ({ operands: [a], attributes, shape }) => {
      const strides = stridesOf(a!.shape);
      return pick(
        a!.values,
        stridedIndex(
          shape,
          listOf(attributes, 'perm').map((axis) => strides[axis]!),
          0,
        ),
      );
    },
  },

  /** Broadcasts to a shape that is at least as large along every axis. */
  Expand: {
    shape: ([a], attributes) => {
      const shape = listOf(attributes, 'shape');
      if (String(broadcast([a!, shape])) !== String(shape))
        throw new TapeError(`the shape [${a}] cannot be expanded to [${shape}]`);
      return shape;
    },
    vjp: ({ t, x, g }) => [t.unbroadcast(g, t.shape(x[0]!))],
    write: ({ g, inputs: [a], attributes }) => g.add('Expand', [a!, g.ints(...listOf(attributes, 'shape'))]),
    fold: ({ operands: [a], shape }) => pick(a!.values, broadcastIndex(a!.shape, shape)),
  },

  Concat: {
    shape: (inputs, attributes) => {
      const axis = numberOf(attributes, 'axis');
      const [first] = inputs as [readonly number[]];
      for (const shape of inputs)
        if (shape.length !== first.length || shape.some((n, i) => i !== axis && n !== first[i]))
          throw new TapeError(`shapes [${first}] and [${shape}] cannot be concatenated along axis ${axis}`);
      return first.map((n, i) => (i === axis ? inputs.reduce((sum, shape) => sum + shape[axis]!, 0) : n));
    },
    vjp: ({ t, x, g, attributes, wanted }) => {
      const axis = numberOf(attributes, 'axis');
      let start = 0;
      return x.map((id, i) => {
        const end = start + t.shape(id)[axis]!;
        const part = wanted[i] ? slice(t, g, { axis, start, end, step: 1 }) : undefined;
        start = end;
        return part;
      });
    },
    fold: ({ operands, attributes, shape }) => {
      const axis = numberOf(attributes, 'axis');
      const out = new Float64Array(sizeOf(shape));
      const strides = stridesOf(shape);
      let offset = 0;
      for (const { values, shape: own } of operands) {
        stridedIndex(own, strides, offset).forEach((at, i) => {
          out[at] = values[i]!;
        });
        offset += own[axis]! * strides[axis]!;
      }
      return out;
    },
  },

  /**
   * Elements start, start + step, ... before `end` of one axis. A negative step goes backwards (`end` may be
   * -1).
   */
  Slice: {
    shape: ([a], attributes) => {
      const { axis, start, end, step } = cutOf(attributes);
      return a!.map((n, i) => (i === axis ? Math.max(0, Math.ceil((end - start) / step)) : n));
    },
    vjp: ({ t, x, g, attributes }) => [unslice(t, g, { shape: t.shape(x[0]!), ...cutOf(attributes) })],
    write: ({ g, inputs: [a], attributes }) => {
      const { axis, start, end, step } = cutOf(attributes);
      // In ONNX, -1 means the last element, so the position before the first is written as the least int32.
      const last = end < 0 ? -(2 ** 31) : end;
      return g.add('Slice', [a!, g.ints(start), g.ints(last), g.ints(axis), g.ints(step)]);
    },
    fold: ({ operands: [a], attributes, shape }) => {
      const { axis, start, step } = cutOf(attributes);
      const strides = stridesOf(a!.shape);
      const offset = start * strides[axis]!;
      return pick(
        a!.values,
        stridedIndex(
          shape,
          strides.map((s, i) => (i === axis ? s * step : s)),
          offset,
        ),
      );
    },
  },

  /**
   * Pads each axis with zeros (or `value`). `pads` lists the numbers before all axes, then the numbers after
   * them.
   */
  Pad: {
    shape: ([a], attributes) => {
      const pads = listOf(attributes, 'pads');
      return a!.map((n, axis) => n + pads[axis]! + pads[axis + a!.length]!);
    },
    vjp: ({ t, x, g, attributes }) => {
      const pads = listOf(attributes, 'pads');
      const shape = t.shape(x[0]!);
      return [
        shape.reduce(
          (rest, n, axis) => slice(t, rest, { axis, start: pads[axis]!, end: pads[axis]! + n, step: 1 }),
          g,
        ),
      ];
    },
    write: ({ g, inputs: [a], attributes }) =>
      g.add('Pad', [a!, g.ints(...listOf(attributes, 'pads')), g.float((attributes.value as number) ?? 0)]),
  },
};

interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

function cutOf(attributes: Readonly<Record<string, unknown>>): Cut {
  return attributes as unknown as Cut;
}

/** Slices one axis; returns the tensor itself where the slice covers the axis. */
export function slice(t: Tape, a: Id, { axis, start, end, step }: Cut): Id {
  const whole = start === 0 && end === t.shape(a)[axis] && step === 1;
  return whole ? a : t.add('Slice', [a], { axis, start, end, step });
}

/** The gradient of a slice: g at the positions of the slice, zeros elsewhere. */
function unslice(
  t: Tape,
  g: Id,
  { shape, axis, start, step }: Omit<Cut, 'end'> & { readonly shape: readonly number[] },
): Id {
  if (step < 0) {
    const count = t.shape(g)[axis]!;
    const reversed = slice(t, g, { axis, start: count - 1, end: -1, step: -1 });
    return unslice(t, reversed, { shape, axis, start: start + (count - 1) * step, step: -step });
  }
  const spread = insertZeros(t, g, { axis, step });
  const after = shape[axis]! - start - t.shape(spread)[axis]!;
  // The zeros after the last element may reach beyond the end, so they are cut off.
  const fitting =
    after < 0 ? slice(t, spread, { axis, start: 0, end: shape[axis]! - start, step: 1 }) : spread;
  return pad(t, fitting, { axis, before: start, after: Math.max(0, after) });
}

/** Zero insertion along an axis: each element is followed by `step - 1` zeros. */
export function insertZeros(
  t: Tape,
  a: Id,
  { axis, step }: { readonly axis: number; readonly step: number },
): Id {
  if (step === 1) return a;
  const shape = t.shape(a);
  const apart = t.reshape(a, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
  const padded = pad(t, apart, { axis: axis + 1, before: 0, after: step - 1 });
  return t.reshape(
    padded,
    shape.map((n, i) => (i === axis ? n * step : n)),
  );
}

/** Zeros before and after one axis. */
export function pad(
  t: Tape,
  a: Id,
  { axis, before, after }: { readonly axis: number; readonly before: number; readonly after: number },
): Id {
  if (before === 0 && after === 0) return a;
  const rank = t.shape(a).length;
  const pads = range(2 * rank).map((i) => (i === axis ? before : i === axis + rank ? after : 0));
  return t.add('Pad', [a], { pads });
}
