// Translates convolutions, products and reductions of the ONNX standard into operations of the table.
import { range, sizeOf } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { attention } from './attention.js';
import { einsum } from './einsum.js';
import { fourier, shortTimeFourier } from './fourier.js';
import { rootOfSquares } from './norm.js';
import { writeStandardization } from './normalizations.js';
import { alongAxis, axesOf, type NodeSite, type Operators } from './operator.js';
import { averagePool, lpPool, maxPool } from './pools.js';
import { resize } from './resize.js';
import { autoPadOf, kernelOf, padsFor, windowOf } from './windows.js';

function withBias(site: NodeSite, product: Id): Id {
  // The newer exporter of PyTorch writes zeros where a convolution has no bias.
  if (!site.has(2) || site.t.get(site.x(2)).constant?.every((value) => value === 0)) return product;
  const { wanted, normalized } = site.normalization;
  const isFolded = wanted === 'restore' && !normalized.has(site.node.outputs[0]!);
  // The folded batch normalization had scale 1 and shift 0 before training, so it is restored as
  // standardization. The bias is not read.
  if (isFolded && sizeOf(site.t.shape(product).slice(2)) > 1) {
    site.normalization.restored += 2 * site.t.shape(product)[1]!;
    return writeStandardization(site.t, product, { axes: [0, ...positions(site)], epsilon: 1e-5 });
  }
  return site.t.plus(product, alongAxis(site.t, site.x(2), { axis: 1, rank: site.t.shape(product).length }));
}

function convTranspose(site: NodeSite): Id {
  const { t } = site;
  const [spatial, kernel] = [site.shape(0).slice(2), kernelOf(site)];
  const { strides, dilations, pads } = windowOf(site, kernel);
  const n = kernel.length;
  const extra = site.list(
    'output_padding',
    range(n).map(() => 0),
  );
  const unpadded = spatial.map(
    (size, i) => (size - 1) * strides[i]! + dilations[i]! * (kernel[i]! - 1) + 1 + extra[i]!,
  );
  extra.forEach((more, i) => {
    if (more < 0 || more >= Math.max(strides[i]!, dilations[i]!))
      throw new TapeError(`its output_padding [${extra}] must be below its strides or its dilations`);
  });
  const auto = autoPadOf(site);
  const wanted = auto.startsWith('SAME')
    ? spatial.map((size, i) => size * strides[i]!)
    : site.attribute('output_shape') === undefined
      ? undefined
      : site.list('output_shape').slice(-n);
  const excess = unpadded.map((size, i) => (wanted ? size - wanted[i]! : 0));
  const padding = wanted
    ? padsFor(
        excess.map((size) => Math.max(size, 0)),
        auto,
      )
    : pads;
  const made = t.add('ConvTranspose', [site.x(0), site.x(1)], {
    strides,
    dilations,
    pads: padding,
    group: site.number('group', 1),
    output: unpadded.map((size, i) => size - padding[i]! - padding[i + n]!),
  });
  // An output that is larger than what the kernel reaches ends with zeros.
  if (excess.every((size) => size >= 0)) return made;
  const none = range(n + 2).map(() => 0);
  return t.add('Pad', [made], { pads: [...none, 0, 0, ...excess.map((size) => Math.max(-size, 0))] });
}

function gemm(site: NodeSite): Id {
  const { t } = site;
  const transposeWhere = (i: number, name: string) =>
    site.number(name, 0) ? t.transpose(site.x(i), [1, 0]) : site.x(i);
  const scaleBy = (id: Id, name: string) => {
    const factor = site.number(name, 1);
    return factor === 1 ? id : t.times(id, { number: factor });
  };
  const product = scaleBy(
    t.add('MatMul', [transposeWhere(0, 'transA'), transposeWhere(1, 'transB')]),
    'alpha',
  );
  return site.has(2) ? t.plus(product, scaleBy(site.x(2), 'beta')) : product;
}

/** A vector counts as a matrix with one row or one column. */
function matMul(site: NodeSite): Id {
  const { t } = site;
  const [a, b] = [site.x(0), site.x(1)];
  const [isRow, isColumn] = [t.shape(a).length === 1, t.shape(b).length === 1];
  const row = isRow ? t.reshape(a, [1, ...t.shape(a)]) : a;
  const column = isColumn ? t.reshape(b, [...t.shape(b), 1]) : b;
  const product = t.add('MatMul', [row, column]);
  const shape = t.shape(product);
  const rows = isRow ? [] : [shape.at(-2)!];
  return t.reshape(product, [...shape.slice(0, -2), ...rows, ...(isColumn ? [] : [shape.at(-1)!])]);
}

type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax';

/** Axes are an attribute in older operator sets and an input in newer ones; without axes, all are reduced. */
function reducedAxes(site: NodeSite): readonly number[] {
  const rank = site.shape(0).length;
  const named = site.listOrInput('axes', 1);
  if (!named?.length && site.number('noop_with_empty_axes', 0)) return [];
  return axesOf(named?.length ? named : range(rank), rank);
}

function writeReduction(site: NodeSite, x: Id, op: Reduction): Id {
  return withKeptAxes(site, site.t.reduce(op, x, reducedAxes(site)));
}

/** A reduction that has kept the reduced axes, without them where the node does not keep them. */
function withKeptAxes(site: NodeSite, kept: Id): Id {
  const axes = reducedAxes(site);
  if (axes.length === 0 || site.number('keepdims', 1)) return kept;
  const left = site.shape(0).filter((_, axis) => !axes.includes(axis));
  return site.t.reshape(kept, left);
}

/** log Σ exp(x) as m + log Σ exp(x - m) with the largest m, which cannot overflow. */
function logSumExp(site: NodeSite): readonly Id[] {
  const { t } = site;
  const axes = reducedAxes(site);
  const most = t.reduce('ReduceMax', site.x(0), axes);
  const sum = t.reduce('ReduceSum', t.add('Exp', [t.minus(site.x(0), most)]), axes);
  return [withKeptAxes(site, t.plus(most, logarithm(t, sum)))];
}

const reduction =
  (
    op: Reduction,
    {
      before,
      after,
    }: { readonly before?: (t: Tape, x: Id) => Id; readonly after?: (t: Tape, x: Id) => Id } = {},
  ) =>
  (site: NodeSite): readonly Id[] => {
    const prepared = before ? before(site.t, site.x(0)) : site.x(0);
    const value = writeReduction(site, prepared, op);
    return [after ? after(site.t, value) : value];
  };

const negative = (t: Tape, x: Id) => t.add('Neg', [x]);
const logarithm = (t: Tape, x: Id) => t.add('Log', [x]);
const square = (t: Tape, x: Id) => t.times(x, x);
const positions = (site: NodeSite) => range(site.shape(0).length).slice(2);

/**
 * A softmax or its logarithm along `axis`; before operator set 13, over all axes from `axis` on.
 */
function overAxis(site: NodeSite, write: (x: Id, axis: number) => Id): Id {
  const { t } = site;
  const shape = site.shape(0);
  const axis = site.axis('axis', site.opset < 13 ? 1 : -1, shape.length);
  if (site.opset >= 13 || axis === shape.length - 1) return write(site.x(0), axis);
  const flat = t.reshape(site.x(0), [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))]);
  return t.reshape(write(flat, 1), shape);
}

function logSoftmax(t: Tape, x: Id, axis: number): Id {
  const centred = t.minus(x, t.reduce('ReduceMax', x, [axis]));
  return t.minus(centred, t.add('Log', [t.reduce('ReduceSum', t.add('Exp', [centred]), [axis])]));
}

export const products: Operators = {
  Conv: (site) => {
    const window = windowOf(site, kernelOf(site));
    return [
      withBias(
        site,
        site.t.add('Conv', [site.x(0), site.x(1)], { ...window, group: site.number('group', 1) }),
      ),
    ];
  },
  ConvTranspose: (site) => [withBias(site, convTranspose(site))],
  MatMul: (site) => [matMul(site)],
  Gemm: (site) => [gemm(site)],
  Einsum: (site) => [einsum(site)],
  Attention: attention,
  DFT: (site) => [fourier(site)],
  STFT: (site) => [shortTimeFourier(site)],
  Softmax: (site) => [overAxis(site, (x, axis) => site.t.add('Softmax', [x], { axis }))],
  LogSoftmax: (site) => [overAxis(site, (x, axis) => logSoftmax(site.t, x, axis))],
  MaxPool: (site) => [maxPool(site), undefined],
  AveragePool: (site) => [averagePool(site)],
  LpPool: (site) => [lpPool(site)],
  GlobalAveragePool: (site) => [site.t.reduce('ReduceMean', site.x(0), positions(site))],
  GlobalMaxPool: (site) => [site.t.reduce('ReduceMax', site.x(0), positions(site))],
  ReduceMean: reduction('ReduceMean'),
  ReduceSum: reduction('ReduceSum'),
  ReduceMax: reduction('ReduceMax'),
  ReduceMin: reduction('ReduceMax', { before: negative, after: negative }),
  ReduceL1: reduction('ReduceSum', { before: (t, x) => t.add('Abs', [x]) }),
  ReduceL2: reduction('ReduceSum', { before: square, after: rootOfSquares }),
  ReduceLogSum: reduction('ReduceSum', { after: logarithm }),
  ReduceLogSumExp: logSumExp,
  ReduceSumSquare: reduction('ReduceSum', { before: square }),
  Resize: (site) => [resize(site)],
};
