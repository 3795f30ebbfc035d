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

/** Rows of ones at the places that constants give. */
export function oneHotConstant(site: NodeSite): Id {
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
