// Compiles the batched supernet: a static ONNX program that scores many cells under any draw in one run.
import { GraphBuilder, type Port } from '../../../onnx/graph.js';
import { type Dialect, Kit, type Size } from './kit.js';
import { momentsOf, normalize } from './normalization.js';
import { featureOutput, jacobianOutput, leavesOf, type Output } from './outputs.js';
import { jacobianEntries, type Skeleton, type SupernetShape, signsInput } from './skeleton.js';
import { cellBlock, type Rows, reductionBlock, topologyIndexes } from './supernet-blocks.js';

/**
 * Inputs: `x` [batch, 3, h, w], `topology` (supernetTopology), `weight.stem`, and the weights of each block:
 * for a cell `conv3x3` and `conv1x1`, each [6 c, c, k, k] with c rows for each edge; for a residual block
 * those of `residualUses`. A measured block also has the Rademacher probe `signs` [batch, c, h, w], and the
 * weights of the convolutions that compute gradients; for a cell these follow the others, [12 c, c, k, k].
 *
 * Outputs (float32, sums over batch and positions, docs/understand/method.md): `feature.0` of the stem [1, c²
 * + c], and for each measured block i - 1, `feature.i` [size, c² + c], products of channels and then
 * channels, and `jacobian.i` [size, rows * columns]. Each output is split into the parts of `partsOf`. A
 * candidate's row depends on that candidate alone.
 *
 * ONNX Runtime first runs the nodes that lead to the last leaf of the graph, then the missing nodes of the
 * leaf before it, and so on. So each output is a leaf of its own, and those of the first block come last: the
 * backward pass of a block then follows its forward pass, and its memory is free before the next block
 * starts.
 */
export function compileSupernet({
  skeleton,
  shape,
  dialect,
}: {
  readonly skeleton: Skeleton;
  readonly shape: SupernetShape;
  readonly dialect: Dialect;
}): { program: Uint8Array; nodes: number } {
  const { batch, size } = shape;
  const g = new GraphBuilder();
  const kit = new Kit(g, batch, dialect);
  const inputs: Port[] = [];
  const outputs: Output[] = [];
  const input = (port: Port) => {
    inputs.push(port);
    return port.name;
  };
  const images = ({ channels, height, width }: Size) => [batch, channels, height, width];
  input({ name: 'x', dims: images(skeleton.input) });
  const indexes = topologyIndexes({ kit, shape, input });
  let state: Rows = { value: stemRows({ kit, skeleton, input }), count: 1 };
  outputs.push(featureOutputOf(kit, 0, { ...state, size: skeleton.stem }));
  skeleton.blocks.forEach((parts, block) => {
    const { kind, from, to, measured } = parts;
    const site = { kit, shape, block, parts, state, indexes, input };
    const made = kind === 'cell' ? cellBlock(site) : reductionBlock(site);
    state = made.output;
    if (!measured) return;
    const signs = kit.rows(input({ name: signsInput(block), dims: images(to) }), 1, to);
    const { rows: m, columns: n } = jacobianEntries({ kind, from, to });
    const value = made.jacobian(signs);
    outputs.push({ name: (part) => jacobianOutput(block, part), value, count: size, width: m * n });
    outputs.push(featureOutputOf(kit, block + 1, { ...state, size: to }));
  });
  const leaves = outputs.reverse().flatMap((output) => leavesOf(kit, output));
  return { program: g.build({ name: 'supernet', inputs, outputs: leaves }), nodes: g.nodes };
}

/** The stem's output: a 3x3 convolution and its normalization, in one row for all candidates. */
function stemRows({
  kit,
  skeleton: { stem, input: images },
  input,
}: {
  readonly kit: Kit;
  readonly skeleton: Skeleton;
  readonly input: (port: Port) => string;
}): string {
  const weight = input({ name: 'weight.stem', dims: [stem.channels, images.channels, 3, 3] });
  const made = kit.channels(kit.conv('x', weight, { kernel: 3 }), 1, stem);
  const [moments] = momentsOf(kit, { groups: [made], lengths: [1], size: stem });
  return kit.rows(normalize(kit, { channels: made, count: stem.channels, ...moments! }), 1, stem);
}

/**
 * The statistics of a feature: sums over batch and positions of the products of channels, then of the
 * channels.
 */
function featureOutputOf(
  kit: Kit,
  feature: number,
  { value: rows, count, size: { channels, height, width } }: Rows & { readonly size: Size },
): Output {
  const { g, batch } = kit;
  const flat = kit.reshape(rows, batch * count, channels, height * width);
  const products = kit.products(flat, flat, { m: channels, n: channels, rows: count });
  const byImage = g.add('ReduceSum', [rows, g.ints(3)], { keepdims: 0 });
  const sums = g.add('ReduceSum', [byImage, g.ints(0)], { keepdims: 0 });
  const value = kit.concat([products, kit.reshape(sums, count, channels)], 1);
  return { name: (part) => featureOutput(feature, part), value, count, width: channels ** 2 + channels };
}
