// Writes convolutions of several channels in ONNX Runtime's NCHWc layout, where they are quicker than in the
// plain layout although the maps are packed and unpacked.
import { NCHWC } from '../../onnx/domains.js';
import type { ConvWindow } from './blocked-depthwise.js';
import type { WriteSite } from './rule.js';
import { sizeOf } from './shapes.js';

type Site = WriteSite & { readonly window: ConvWindow };

/** ONNX Runtime rounds the number of channels up to a multiple of this when it packs a map. */
const PACKED = 4;

/**
 * Smaller kernels and maps, and more channels, are as quick in the plain layout (measured with AVX-512: 64
 * channels of 56 x 56 positions take .78 of the time, 256 channels of 14 x 14 positions the same).
 */
const LIMITS = { leastKernel: 9, leastPositions: 784, mostChannels: 128 };

/** Groups narrower than this would be multiplied with too many zeros (`joinGroups`). */
const NARROWEST_GROUP = 8;

/**
 * Packs the map, convolves and unpacks. Undefined where the plain layout is as quick, the channels do not
 * fill channel blocks, or the device has no such layout.
 */
export function blockedConv(site: Site): string | undefined {
  if (site.channelBlock === 1 || site.shapes[0]!.length !== 4 || !hasWideKernel(site)) return undefined;
  if (site.window.group > 1) return groupedConv(site);
  const [, channels] = site.shapes[0]! as [number, number];
  return channels < PACKED ? imageConv(site) : denseConv(site);
}

const hasWideKernel = ({ shapes }: Site): boolean => sizeOf(shapes[1]!.slice(2)) >= LIMITS.leastKernel;

/** A convolution of an image of one to three channels, which ONNX Runtime reads without packing it. */
function imageConv(site: Site): string | undefined {
  const { g, inputs, shapes, channelBlock } = site;
  const [out, channels, ...kernel] = shapes[1] as [number, number, ...number[]];
  if (out % channelBlock !== 0) return undefined;
  const apart = g.add('Reshape', [
    inputs[1]!,
    g.ints(out / channelBlock, channelBlock, channels * sizeOf(kernel)),
  ]);
  const packed = g.add('Transpose', [apart], { perm: [0, 2, 1] });
  return convolve(site, {
    x: inputs[0]!,
    weight: g.add('Reshape', [packed, g.ints(...shapes[1]!)]),
    group: 1,
  });
}

/** A convolution that reads every channel. */
function denseConv(site: Site): string | undefined {
  const { g, inputs, shapes, channelBlock } = site;
  const [, , height, width] = shapes[0] as [number, number, number, number];
  const [out, channels] = shapes[1] as [number, number];
  const isLarge = height * width >= LIMITS.leastPositions;
  const isNarrow = Math.max(out, channels) <= LIMITS.mostChannels;
  if (!isLarge || !isNarrow || out % channelBlock !== 0 || channels % channelBlock !== 0) return undefined;
  const weight = packKernels(site, { weight: inputs[1]!, out, channels });
  return convolve(site, { x: g.add(`ReorderInput@${NCHWC}`, [inputs[0]!]), weight, group: 1 });
}

/**
 * A convolution in groups of equal width. Groups that are narrower than a channel block are joined to groups
 * of that width, whose kernels are zero between channels of different groups.
 */
function groupedConv(site: Site): string | undefined {
  const { g, inputs, shapes, window, channelBlock } = site;
  const [out, channels] = shapes[1] as [number, number];
  const width = out / window.group;
  const fits = width % channelBlock === 0 || (channelBlock % width === 0 && width >= NARROWEST_GROUP);
  if (width !== channels || !fits || out % PACKED !== 0) return undefined;
  const x = g.add(`ReorderInput@${NCHWC}`, [inputs[0]!]);
  if (width % channelBlock === 0) {
    const weight = packKernels(site, { weight: inputs[1]!, out, channels });
    return convolve(site, { x, weight, group: window.group });
  }
  const padded = Math.ceil(out / channelBlock) * channelBlock;
  const weight = packKernels(site, {
    weight: joinGroups(site, { width, padded }),
    out: padded,
    channels: channelBlock,
  });
  return convolve(site, { x, weight, group: padded / channelBlock });
}

/** Kernels [out, width, h, w] of narrow groups as kernels [padded, block, h, w] of groups of a channel block. */
function joinGroups(
  site: Site,
  { width, padded }: { readonly width: number; readonly padded: number },
): string {
  const { g, inputs, shapes, channelBlock } = site;
  const out = shapes[1]![0]!;
  const elements = sizeOf(shapes[1]!.slice(2));
  const joined = channelBlock / width;
  const flat = g.add('Reshape', [inputs[1]!, g.ints(out, width, elements)]);
  const filled =
    padded === out ? flat : g.add('Pad', [flat, g.ints(0, 0, 0, padded - out, 0, 0), g.float(0)]);
  const apart = g.add('Reshape', [filled, g.ints(padded / channelBlock, joined, width, 1, width, elements)]);
  // Ones where the group of the output channel is that of the input channel.
  const same = g.weights({
    name: `same_of_${joined}`,
    dims: [1, joined, 1, joined, 1, 1],
    data: Float32Array.from({ length: joined ** 2 }, (_, i) => Number(i % (joined + 1) === 0)),
  });
  return g.add('Mul', [apart, same]);
}

/** Reorders kernels [out, channels, h, w] to [out / block, channels / block, h, w, block in, block out]. */
function packKernels(
  { g, shapes, channelBlock }: Site,
  { weight, out, channels }: { readonly weight: string; readonly out: number; readonly channels: number },
): string {
  const kernel = shapes[1]!.slice(2);
  const apart = g.add('Reshape', [
    weight,
    g.ints(out / channelBlock, channelBlock, channels / channelBlock, channelBlock, sizeOf(kernel)),
  ]);
  // ONNX Runtime moves one axis several times as fast as it exchanges all of them.
  const elementsFirst = g.add('Transpose', [apart], { perm: [0, 1, 2, 4, 3] });
  const packed = g.add('Transpose', [elementsFirst], { perm: [0, 2, 3, 4, 1] });
  return g.add('Reshape', [packed, g.ints(out, channels, ...kernel)]);
}

function convolve(
  { g, shapes, window }: Site,
  { x, weight, group }: { readonly x: string; readonly weight: string; readonly group: number },
): string {
  const product = g.add(`Conv@${NCHWC}`, [x, weight], {
    kernel_shape: shapes[1]!.slice(2),
    strides: window.strides,
    dilations: window.dilations,
    pads: window.pads,
    group,
  });
  return g.add(`ReorderOutput@${NCHWC}`, [product], { channels: shapes[1]![0]! });
}
