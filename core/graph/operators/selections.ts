// Translates operators of the ONNX standard that find the largest elements of an axis, and rows of ones at their
// places.
import { axisOf, range, sizeOf } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { oneHotConstant } from './constant-matrices.js';
import type { NodeSite, Operators } from './operator.js';

/** The largest or the smallest elements in order, and their indices. Sorting selects all. */
function topK(site: NodeSite): readonly Id[] {
  const { t } = site;
  const axis = site.axis('axis', -1, site.shape(0).length);
  const k = site.known(1)[0]!;
  const largest = site.number('largest', 1);
  mustBeOrdered(site);
  // Without an order, any order will do.
  return ['TopK', 'TopKIndices'].map((op) => t.add(op, [site.x(0)], { axis, k, largest }));
}

/** Of equal elements, the first place counts. */
function placeOfExtreme(site: NodeSite, largest: 0 | 1): Id {
  const { t } = site;
  const shape = site.shape(0);
  const axis = site.axis('axis', 0, shape.length);
  if (site.number('select_last_index', 0) !== 0)
    throw new TapeError('its attribute select_last_index is not supported');
  mustBeOrdered(site);
  const found = t.add('TopKIndices', [site.x(0)], { axis, k: 1, largest });
  return site.number('keepdims', 1)
    ? found
    : t.reshape(
        found,
        shape.filter((_, i) => i !== axis),
      );
}

function mustBeOrdered(site: NodeSite): void {
  const { type } = site.t.get(site.x(0));
  if (type === 'bool') throw new TapeError('its input 0 has numbers of the type bool; must be float or int');
}

/** Exporters write `repeat_interleave` with constants, to compute a shape; networks choose experts with computed ones. */
function oneHot(site: NodeSite): Id {
  const { t } = site;
  const count = sizeOf(site.shape(2));
  if (count !== 2) throw new TapeError(`its input 2 has ${count} elements; must have 2, for off and on`);
  if (t.get(site.x(0)).constant) return oneHotConstant(site);
  const shape = site.shape(0);
  const depth = site.known(1)[0]!;
  const axis = axisOf(site.number('axis', -1), shape.length + 1);
  const index = t.reshape(site.x(0), shape.toSpliced(axis, 0, 1));
  const places = range(depth);
  const alongAxis = [depth, ...shape.slice(axis).map(() => 1)];
  const equals = (wanted: readonly number[]) =>
    t.add('Equal', [index, t.constant(wanted, alongAxis, t.get(site.x(0)).type)]);
  const isOn = t.add('Or', [equals(places), equals(places.map((i) => i - depth))]);
  const [off, on] = [0, 1].map((i) => elementOf(t, site.x(2), i)) as [Id, Id];
  return t.add('Where', [isOn, on, off]);
}

/** An element of a vector of two, as a scalar. */
function elementOf(t: Tape, pair: Id, at: number): Id {
  return t.reshape(t.add('Slice', [pair], { axis: 0, start: at, end: at + 1, step: 1 }), []);
}

export const selections: Operators = {
  ArgMax: (site) => [placeOfExtreme(site, 1)],
  ArgMin: (site) => [placeOfExtreme(site, 0)],
  OneHot: (site) => [oneHot(site)],
  TopK: topK,
};
