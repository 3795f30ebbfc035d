// Collects the inputs of a run: activations, weights, and what a program needs of the Rademacher probe.

import type { Block } from '../core/ir/block.js';
import { SIZES } from '../core/lowering/nchwc/open-sizes.js';
import { type Packing, packedActivation, probeRows, sampleMatrix } from '../core/lowering/nchwc/packing.js';
import { PROBE_INPUTS, pooledProbe, probeMeans } from '../core/lowering/nchwc/probe-inputs.js';
import { weightPacking } from '../core/lowering/nchwc/weight-packing.js';
import { gradientWeightInput } from '../core/lowering/nchwc/writers.js';
import { COUNTER, perBlock } from '../core/lowering/scan.js';
import { weightInput } from '../core/lowering/write.js';
import type { DrawTensors } from './draw-tensors.js';
import { Tensor } from './onnx-runtime.js';
import type { OpenProgram } from './programs.js';

type Feeds = Record<string, Tensor>;

/** A run: its program and its blocks. Only a scan has several blocks. */
interface Run {
  readonly opened: OpenProgram;
  readonly blocks: readonly Block[];
  /** The index of the first block in its network. */
  readonly index: number;
  readonly draw: DrawTensors;
}

/** The activation that enters the blocks, and their weights in the packings that the program reads. */
export function createValueFeeds({ opened, blocks, draw }: Omit<Run, 'index'>, x: Tensor): Feeds {
  const { session, layout, sizes } = opened;
  const [block] = blocks as [Block];
  const feeds: Feeds = sizes ? { x: asVirtualChannels(x, sizes), ...sizes } : { x };
  for (const slot of Object.keys(block.weights))
    for (const use of ['forward', 'gradient'] as const) {
      const input = use === 'forward' ? weightInput(slot) : gradientWeightInput(slot);
      const name = sizes ? perBlock(input) : input;
      if (!session.inputNames.includes(name)) continue;
      const as = layout === 'blocked' ? weightPacking({ block, slot, use }) : undefined;
      const weights = blocks.map((each) => each.weights[slot]!);
      feeds[name] = sizes ? draw.weights(weights, as!) : draw.weight(weights[0]!, as);
    }
  const counter = perBlock(COUNTER);
  if (session.inputNames.includes(counter))
    feeds[counter] = new Tensor('float32', new Float32Array(blocks.length), [blocks.length]);
  return feeds;
}

/**
 * The Rademacher probes of blocks whose outputs have this shape, in the orders of memory that the program
 * reads, and the inputs that are computed from them: their means by channel and their pooled maps.
 */
export function probeFeeds(
  { opened: { session, layout, sizes }, blocks, index, draw }: Run,
  shape: readonly number[],
): Feeds {
  if (layout === 'plain') return { v: draw.probe(index, shape) };
  const indices = blocks.map((_, i) => index + i);
  const probe = (as: Packing) => (sizes ? draw.probes(indices, shape, as) : draw.probe(index, shape, as));
  const name = sizes ? perBlock : (input: string) => input;
  const v = probe(packedActivation);
  const feeds: Feeds = { [name('v')]: v, [name('samples')]: probe(sizes ? probeRows : sampleMatrix) };
  const reads = (input: string) => session.inputNames.includes(name(input));
  const virtualChannels = sizes ? virtualChannelsOf(sizes) : v.dims[1]!;
  if (reads(PROBE_INPUTS.mean)) feeds[name(PROBE_INPUTS.mean)] = probe(probeMeans(virtualChannels));
  if (reads(PROBE_INPUTS.pooled)) feeds[name(PROBE_INPUTS.pooled)] = probe(pooledProbe);
  return feeds;
}

const virtualChannelsOf = (sizes: NonNullable<OpenProgram['sizes']>): number => sizes[SIZES.mean]!.dims[0]!;

function asVirtualChannels(x: Tensor, sizes: NonNullable<OpenProgram['sizes']>): Tensor {
  const [batch, virtualChannels] = [x.dims[0]!, virtualChannelsOf(sizes)];
  return new Tensor('float32', x.data as Float32Array, [
    batch,
    virtualChannels,
    1,
    x.size / batch / virtualChannels,
  ]);
}
