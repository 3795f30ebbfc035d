// Translates operators of the ONNX standard that gather or scatter at indices that are computed from images.
import { slice } from '../../ops/tensor/movement.js';
import { range, sizeOf, stridesOf } from '../../ops/tensor/shapes.js';
import type { Id } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import type { NodeSite } from './operator.js';

/** Whether the indices, input 1, are computed while the network runs. Throws TapeError if they are no integers. */
export function hasComputedIndices(site: NodeSite): boolean {
  const { constant, type } = site.t.get(site.x(1));
  if (type !== 'int') throw new TapeError(`its input 1 has numbers of the type ${type}; must be int`);
  return constant === undefined;
}

/** Scatters slices where the last axis of the indices counts along the leading axes, which are flattened into one. */
export function scatterSlicesAt(site: NodeSite): Id {
  const { t } = site;
  const shape = site.shape(0);
  const depth = site.shape(1).at(-1)!;
  const inner = sizeOf(shape.slice(depth));
  const rows = t.reshape(site.x(0), [sizeOf(shape.slice(0, depth)), inner]);
  const count = sizeOf(site.shape(1).slice(0, -1));
  const places = flatIndices(site, shape.slice(0, depth));
  const index = t.expand(t.reshape(places, [count, 1]), [count, inner]);
  const updates = t.reshape(site.x(2), [count, inner]);
  const reduction = reductionOf(site);
  return t.reshape(t.add('ScatterElements', [rows, index, updates], { axis: 0, reduction }), shape);
}

/** Scatters elements along one axis; indices may be constants too. */
export function scatterElements(site: NodeSite): Id {
  const { t } = site;
  const axis = site.axis('axis', 0, site.shape(0).length);
  const reduction = reductionOf(site);
  const size = site.shape(0)[axis]!;
  if (sizeOf(site.shape(1)) === 0) return site.x(0);
  if (!hasComputedIndices(site))
    for (const i of site.known(1))
      if (i < -size || i >= size) throw new TapeError(`its index ${i} is outside an axis of ${size}`);
  return t.add('ScatterElements', site.exactly(3), { axis, reduction });
}

/** Throws TapeError for reductions other than a sum. */
function reductionOf(site: NodeSite): 'none' | 'add' {
  const reduction = site.text('reduction', 'none');
  if (reduction !== 'none' && reduction !== 'add')
    throw new TapeError(`its reduction "${reduction}" is not supported`);
  return reduction;
}

/** The positions of rows in the axes `lead` of the tensor, flattened into one, from indices along each of them. */
export function flatIndices(site: NodeSite, lead: readonly number[]): Id {
  const { t } = site;
  const axes = site.shape(1);
  const [outer, depth] = [axes.slice(0, -1), axes.at(-1)!];
  if (lead.length < depth)
    throw new TapeError(
      `its indices [${axes}] have ${depth} numbers for the ${lead.length} axes of a tensor`,
    );
  // Indices along a single axis may count from its end.
  if (depth === 1) return t.reshape(site.x(1), outer);
  const strides = stridesOf(lead);
  const int = (value: number) => t.constant([value], [], 'int');
  const parts = range(depth).map((k) => {
    const column = slice(t, site.x(1), { axis: outer.length, start: k, end: k + 1, step: 1 });
    const fromFront = t.add('Mod', [column, int(lead[k]!)]);
    return strides[k] === 1 ? fromFront : t.times(fromFront, int(strides[k]!));
  });
  return t.reshape(
    parts.reduce((sum, part) => t.plus(sum, part)),
    outer,
  );
}
