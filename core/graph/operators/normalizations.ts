// Translates normalizations of the ONNX standard, all in training mode, into operations of the table.
import { range, sizeOf } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { rootOfSquares } from './norm.js';
import { alongAxis, type NodeSite, type Operators } from './operator.js';

/** (x - mean) / sqrt(variance + epsilon) over these axes, with biased variance. */
export function writeStandardization(
  t: Tape,
  x: Id,
  { axes, epsilon }: { readonly axes: readonly number[]; readonly epsilon: number },
): Id {
  const shape = t.shape(x);
  if (shape.length > 2 && String(axes) === String(range(shape.length).filter((axis) => axis !== 1)))
    return t.add('StandardizeChannels', [x], { epsilon });
  const mean = t.reduce('ReduceMean', x, axes);
  const centred = t.minus(x, mean);
  const variance = t.reduce('ReduceMean', t.times(centred, centred), axes);
  const inverse = t.over(t.scalar(1), t.add('Sqrt', [t.plus(variance, t.scalar(epsilon))]));
  return t.add('Standardize', [x, mean, inverse], { axes });
}

/** Applies scale and shift by channel (axis 1), where the node has them. */
function affine(site: NodeSite, x: Id): Id {
  if (!site.has(1) && !site.has(2)) return x;
  const { t } = site;
  const rank = t.shape(x).length;
  return t.plus(
    t.times(x, alongAxis(t, site.x(1), { axis: 1, rank })),
    alongAxis(t, site.x(2), { axis: 1, rank }),
  );
}

/** Applies scale and shift over the last axes. */
function affineLast(site: NodeSite, x: Id): Id {
  const scaled = site.has(1) ? site.t.times(x, site.x(1)) : x;
  return site.has(2) ? site.t.plus(scaled, site.x(2)) : scaled;
}

export const normalizations: Operators = {
  /**
   * Uses the statistics of the batch, whatever the mode in which the file was exported; the running
   * statistics are ignored.
   */
  BatchNormalization: (site) => {
    const rank = site.shape(0).length;
    const axes = range(rank).filter((axis) => axis !== 1);
    const normal = writeStandardization(site.t, site.x(0), { axes, epsilon: site.number('epsilon', 1e-5) });
    return [affine(site, normal), undefined, undefined, undefined, undefined];
  },
  InstanceNormalization: (site) => {
    const axes = range(site.shape(0).length).slice(2);
    return [
      affine(site, writeStandardization(site.t, site.x(0), { axes, epsilon: site.number('epsilon', 1e-5) })),
    ];
  },
  GroupNormalization: (site) => {
    const { t } = site;
    const [b, c, ...spatial] = site.shape(0) as [number, number, ...number[]];
    const groups = site.partsOf('num_groups');
    const apart = t.reshape(site.x(0), [b, groups, (c / groups) * sizeOf(spatial)]);
    const normal = t.reshape(
      writeStandardization(t, apart, { axes: [2], epsilon: site.number('epsilon', 1e-5) }),
      [b, c, ...spatial],
    );
    // Before operator set 21, scale and shift hold one number for each group.
    if (t.shape(site.x(1))[0] === c) return [affine(site, normal)];
    const spread = (id: Id) =>
      alongAxis(t, t.expand(t.reshape(id, [groups, 1]), [groups, c / groups]), {
        axis: 1,
        rank: spatial.length + 2,
      });
    return [t.plus(t.times(normal, spread(site.x(1))), spread(site.x(2)))];
  },
  LayerNormalization: (site) => {
    const rank = site.shape(0).length;
    const axes = range(rank).slice(site.axis('axis', -1, rank));
    const normal = writeStandardization(site.t, site.x(0), { axes, epsilon: site.number('epsilon', 1e-5) });
    return [affineLast(site, normal), undefined, undefined];
  },
  RMSNormalization: (site) => {
    const { t } = site;
    const rank = site.shape(0).length;
    const axes = range(rank).slice(site.axis('axis', -1, rank));
    const square = t.reduce('ReduceMean', t.times(site.x(0), site.x(0)), axes);
    const root = t.add('Sqrt', [t.plus(square, t.scalar(site.number('epsilon', 1e-5)))]);
    return [affineLast(site, t.over(site.x(0), root))];
  },
  LpNormalization: (site) => {
    const { t } = site;
    const axis = site.axis('axis', -1, site.shape(0).length);
    if (site.number('p', 2) === 1)
      return [t.over(site.x(0), t.reduce('ReduceSum', t.add('Abs', [site.x(0)]), [axis]))];
    const squares = t.reduce('ReduceSum', t.times(site.x(0), site.x(0)), [axis]);
    return [t.over(site.x(0), rootOfSquares(t, squares))];
  },
  MeanVarianceNormalization: (site) => [
    writeStandardization(site.t, site.x(0), { axes: site.list('axes', [0, 2, 3]), epsilon: 0 }),
  ],
};
