// Writes depthwise convolutions in ONNX Runtime's NCHWc layout, where they take a fifth of the time of the
// plain layout.
import { NCHWC } from '../../onnx/domains.js';
import type { GraphBuilder } from '../../onnx/graph.js';
import type { WriteSite } from './rule.js';
import { sizeOf } from './shapes.js';

export interface ConvWindow {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly group: number;
}

type Site = WriteSite & { readonly window: ConvWindow };

/** ONNX Runtime rounds the number of channels up to a multiple of this when it packs a map. */
const PACKED = 4;

/**
 * Packs the map, convolves and unpacks. Undefined where the convolution is not depthwise or the device has no
 * such layout. In the plain layout ONNX Runtime computes a matrix product for each channel.
 */
export function blockedDepthwise(site: Site): string | undefined {
  if (!isDepthwise(site)) return undefined;
  const { g, inputs, shapes, window } = site;
  const [x, weight] = inputs as [string, string];
  const { channels, width } = paddedChannels(site);
  const product = g.add(
    `Conv@${NCHWC}`,
    [g.add(`ReorderInput@${NCHWC}`, [x]), blockedKernels(site, weight, 'as they are')],
    {
      kernel_shape: shapes[1]!.slice(2),
      strides: window.strides,
      dilations: window.dilations,
      pads: window.pads,
      group: width,
    },
  );
  return g.add(`ReorderOutput@${NCHWC}`, [product], { channels });
}

/**
 * Writes the transposed convolution as a convolution of stride 1 with rotated kernels (rot180) over the map
 * with stride - 1 zeros after each position. `output` is the spatial shape of the result. Undefined where a
 * padding would be negative.
 */
export function blockedDepthwiseTranspose(
  site: Site & { readonly output: readonly number[] },
): string | undefined {
  if (!isDepthwise(site)) return undefined;
  const { g, inputs, shapes, window, output } = site;
  const [x, weight] = inputs as [string, string];
  const [shape, kernelShape] = shapes as [readonly number[], readonly number[]];
  const kernel = kernelShape.slice(2);
  const { strides, dilations, pads } = window;
  const before = kernel.map((k, i) => dilations[i]! * (k - 1) - pads[i]!);
  const after = kernel.map((_, i) => output[i]! - shape[i + 2]! * strides[i]! + pads[i]!);
  if ([...before, ...after].some((pad) => pad < 0)) return undefined;
  const { channels, width } = paddedChannels(site);
  const spread = zerosBehind(site, g.add(`ReorderInput@${NCHWC}`, [x]));
  const product = g.add(`Conv@${NCHWC}`, [spread, blockedKernels(site, weight, 'turned')], {
    kernel_shape: kernel,
    strides: [1, 1],
    dilations,
    pads: [...before, ...after],
    group: width,
  });
  return g.add(`ReorderOutput@${NCHWC}`, [product], { channels });
}

function isDepthwise({ shapes, window: { group }, channelBlock }: Site): boolean {
  const [x, weight] = shapes as [readonly number[], readonly number[]];
  return (
    channelBlock > 1 &&
    x.length === 4 &&
    group > 1 &&
    x[1] === group &&
    weight[0] === group &&
    weight[1] === 1 &&
    group % PACKED === 0
  );
}

/** The number of channels, and the number including those that pad the last block. */
function paddedChannels({ window: { group }, channelBlock }: Site) {
  return { channels: group, width: Math.ceil(group / channelBlock) * channelBlock };
}

/**
 * Reorders kernels [c, 1, h, w] to [c / block, 1, h, w, block]. They keep the shape [c, 1, h, w], which ONNX
 * Runtime expects of blocked kernels.
 */
function blockedKernels(site: Site, weight: string, order: 'as they are' | 'turned'): string {
  const { g, shapes, channelBlock } = site;
  const kernel = shapes[1]!.slice(2);
  const elements = sizeOf(kernel);
  const { channels, width } = paddedChannels(site);
  const flat = g.add('Reshape', [weight, g.ints(channels, elements)]);
  const filled =
    width === channels ? flat : g.add('Pad', [flat, g.ints(0, 0, width - channels, 0), g.float(0)]);
  const apart = g.add('Reshape', [filled, g.ints(width / channelBlock, channelBlock, elements)]);
  const blocked = g.add('Transpose', [apart], { perm: [0, 2, 1] });
  const ordered = order === 'turned' ? reverseKernels(g, blocked) : blocked;
  return g.add('Reshape', [ordered, g.ints(width, 1, ...kernel)]);
}

/** Rotating a kernel by 180 degrees reverses the order of its elements. */
function reverseKernels(g: GraphBuilder, kernels: string): string {
  return g.add('Slice', [kernels, g.ints(-1), g.ints(-(2 ** 31)), g.ints(1), g.ints(-1)]);
}

/**
 * Inserts stride - 1 zeros after each row of a packed map and after each position of a row. In memory, a
 * position is a run of one block's channels.
 */
function zerosBehind(site: Site, packed: string): string {
  const { g, shapes, window, channelBlock } = site;
  const [images, , height, breadth] = shapes[0] as [number, number, number, number];
  const [down, right] = window.strides as [number, number];
  if (down === 1 && right === 1) return packed;
  const { width } = paddedChannels(site);
  const rows = (images * width * height) / channelBlock;
  const runs = g.add('Reshape', [packed, g.ints(rows, 1, breadth, 1, channelBlock)]);
  const spread = g.add('Pad', [runs, g.ints(0, 0, 0, 0, 0, 0, down - 1, 0, right - 1, 0), g.float(0)]);
  return g.add('Reshape', [spread, g.ints(images, width, height * down, breadth * right)]);
}
