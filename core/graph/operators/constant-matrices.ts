// Writes constant matrices: triangles and diagonals of masks, and one-hot rows.
import { axisOf, checkRank, range, sizeOf } from '../../ops/tensor/shapes.js';
import type { Id } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { castTo, type NodeSite } from './operator.js';

/** The largest shape or range that is stored as a constant. */
const LARGEST_CONSTANT = 2 ** 24;

export function checkCount(count: number): number {
  if (!(count >= 0 && count <= LARGEST_CONSTANT))
    throw new TapeError(`it makes a constant of ${count} elements`, 'too-large');
  return count;
}

/** Keeps the upper or the lower triangle of matrices, as masks of causal attention do. */
export function triangle(site: NodeSite): Id {
  const { t } = site;
  const [rows, columns] = site.shape(0).slice(-2) as [number, number];
  const offset = site.has(1) ? site.known(1)[0]! : 0;
  const isUpper = site.number('upper', 1) !== 0;
  const kept = range(checkCount(rows * columns)).map((at) => {
    const below = (at % columns) - Math.floor(at / columns) - offset;
    return Number(isUpper ? below >= 0 : below <= 0);
  });
  const { type } = t.get(site.x(0));
  const mask = t.constant(kept, [rows, columns], 'bool');
  return t.add('Where', [mask, site.x(0), t.constant([0], [], type)]);
}

/** A matrix of the shape of its input with ones on a diagonal. */
export function eyeLike(site: NodeSite): Id {
  const { t } = site;
  const shape = site.shape(0);
  if (shape.length !== 2) throw new TapeError(`its input has ${shape.length} axes; must have 2`);
  const [rows, columns] = shape as [number, number];
  const offset = site.number('k', 0);
  const values = range(checkCount(rows * columns)).map((at) =>
    Number((at % columns) - Math.floor(at / columns) === offset),
  );
  const type = site.attribute('dtype') === undefined ? t.get(site.x(0)).type : castTo(site.number('dtype'));
  return t.constant(values, shape, type);
}

/** Exporters write `repeat_interleave` with it, to compute a shape. */
export function oneHot(site: NodeSite): Id {
  const shape = site.shape(0);
  const depth = site.known(1)[0]!;
  const [off, on] = site.known(2) as [number, number];
  checkRank(shape.length + 1);
  const axis = axisOf(site.number('axis', -1), shape.length + 1);
  const inner = sizeOf(shape.slice(axis));
  const values = new Float64Array(checkCount(sizeOf(shape) * depth)).fill(off);
  site.known(0).forEach((index, i) => {
    const place = index < 0 ? index + depth : index;
    const outer = Math.floor(i / inner) * depth * inner;
    if (place >= 0 && place < depth) values[outer + place * inner + (i % inner)] = on;
  });
  return site.t.constant(values, shape.toSpliced(axis, 0, depth), site.t.get(site.x(2)).type);
}

/** The first place of the largest number along an axis of a constant, which finds the last token of a text. */
export function placeOfLargest(site: NodeSite): Id {
  const { t } = site;
  const shape = site.shape(0);
  const axis = site.axis('axis', 0, shape.length);
  if (site.number('select_last_index', 0) !== 0)
    throw new TapeError('its attribute select_last_index is not supported');
  const values = site.known(0);
  const size = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const kept = shape.map((n, i) => (i === axis ? 1 : n));
  const found = range(sizeOf(kept)).map((at) => {
    const first = Math.floor(at / inner) * size * inner + (at % inner);
    return range(size).reduce(
      (best, i) => (values[first + i * inner]! > values[first + best * inner]! ? i : best),
      0,
    );
  });
  const squeezed = site.number('keepdims', 1) ? kept : shape.filter((_, i) => i !== axis);
  return t.constant(found, squeezed, 'int');
}
