// Adds two gradients of one value; those of its slices are put beside each other in place of being added.
import { pad } from '../ops/tensor/movement.js';
import type { Id, Tape } from '../ops/tensor/tape.js';

/** A gradient that is zero but for the positions `start` to `end` of one axis. */
interface Part {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  /** The pieces of which it consists along that axis. */
  readonly pieces: readonly Id[];
}

/**
 * a + b. The gradients of slices that lie beside each other, such as those of queries, keys and values, are
 * padded with zeros: in place of padding and adding them, one concatenation passes over memory once.
 */
export function sumGradients(t: Tape, a: Id, b: Id): Id {
  const [first, second] = [partOf(t, a), partOf(t, b)];
  if (!first || !second || first.axis !== second.axis) return t.plus(a, b);
  if (second.end === first.start) return joinParts(t, a, [second, first]);
  if (first.end === second.start) return joinParts(t, a, [first, second]);
  return t.plus(a, b);
}

/** Undefined for a tensor that was not padded with zeros along one axis. */
function partOf(t: Tape, id: Id): Part | undefined {
  const { op, inputs, attributes, shape } = t.get(id);
  const pads = attributes.pads;
  if (op !== 'Pad' || !Array.isArray(pads) || (attributes.value ?? 0) !== 0) return undefined;
  const rank = shape.length;
  const padded = shape.flatMap((_, axis) => (pads[axis] || pads[axis + rank] ? [axis] : []));
  const [axis] = padded;
  if (axis === undefined || padded.length > 1) return undefined;
  const [before, after] = [pads[axis] as number, pads[axis + rank] as number];
  if (before < 0 || after < 0) return undefined;
  const inner = t.get(inputs[0]!);
  const isJoined = inner.op === 'Concat' && inner.attributes.axis === axis;
  const pieces = isJoined ? inner.inputs : [inputs[0]!];
  return { axis, start: before, end: shape[axis]! - after, pieces };
}

function joinParts(t: Tape, of: Id, [left, right]: readonly [Part, Part]): Id {
  const { axis } = left;
  const both = t.add('Concat', [...left.pieces, ...right.pieces], { axis });
  return pad(t, both, { axis, before: left.start, after: t.shape(of)[axis]! - right.end });
}
