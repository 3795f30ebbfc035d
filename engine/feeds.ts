// In: blocks of one program, one after the other, and a draw. Out: what a run of their program is fed.

import type { Block } from '../core/ir/block.js';
import { type Packing, packedActivation, probeRows, sampleMatrix } from '../core/lowering/nchwc/packing.js';
import { PROBE_INPUTS, pooledProbe, probeMeans } from '../core/lowering/nchwc/probe-inputs.js';
import { SIZES } from '../core/lowering/nchwc/virtual-channels.js';
import { weightPacking } from '../core/lowering/nchwc/weight-packing.js';
import { gradientWeightInput } from '../core/lowering/nchwc/writers.js';
import { COUNTER, perBlock } from '../core/lowering/scan.js';
import { weightInput } from '../core/lowering/write.js';
import type { DrawTensors } from './draw-tensors.js';
import { Tensor } from './onnx-runtime.js';
import type { OpenProgram } from './programs.js';

type Feeds = Record<string, Tensor>;

/** A run: its program and its blocks, one of a program that is not for a series. */
interface Run {
  readonly opened: OpenProgram;
  readonly blocks: readonly Block[];
  /** Number of the first block in its network. */
  readonly index: number;
  readonly draw: DrawTensors;
}

/** The input and what it is multiplied by: of a program's inputs those that it reads. */
export function valueFeeds({ opened, blocks, draw }: Omit<Run, 'index'>, x: Tensor): Feeds {
  const { session, layout, sizes } = opened;
  const [block] = blocks as [Block];
  const feeds: Feeds = sizes ? { x: asLanes(x, sizes), ...sizes } : { x };
  for (const slot of Object.keys(block.weights))
    for (const use of ['forward', 'gradient'] as const) {
      const input = use === 'forward' ? weightInput(slot) : gradientWeightInput(slot);
      const name = sizes ? perBlock(input) : input;
      if (!session.inputNames.includes(name)) continue;
      const as = layout === 'blocked' ? weightPacking({ block, slot, use }) : undefined;
      const weights = blocks.map((each) => each.weights[slot]!);
      feeds[name] = sizes ? draw.weights(weights, as!) : draw.weight(weights[0]!, as);
    }
  const idle = perBlock(COUNTER);
  if (session.inputNames.includes(idle))
    feeds[idle] = new Tensor('float32', new Float32Array(blocks.length), [blocks.length]);
  return feeds;
}

/** The signs of blocks whose outputs have this shape, and what is kept of them. */
export function signFeeds(
  { opened: { session, layout, sizes }, blocks, index, draw }: Run,
  shape: readonly number[],
): Feeds {
  if (layout === 'plain') return { v: draw.signs(index, shape) };
  const indices = blocks.map((_, i) => index + i);
  const signs = (as: Packing) => (sizes ? draw.signsOf(indices, shape, as) : draw.signs(index, shape, as));
  const name = sizes ? perBlock : (input: string) => input;
  const v = signs(packedActivation);
  const feeds: Feeds = { [name('v')]: v, [name('samples')]: signs(sizes ? probeRows : sampleMatrix) };
  const reads = (input: string) => session.inputNames.includes(name(input));
  const lanes = sizes ? lanesOf(sizes) : v.dims[1]!;
  if (reads(PROBE_INPUTS.mean)) feeds[name(PROBE_INPUTS.mean)] = signs(probeMeans(lanes));
  if (reads(PROBE_INPUTS.pooled)) feeds[name(PROBE_INPUTS.pooled)] = signs(pooledProbe);
  return feeds;
}

const lanesOf = (sizes: NonNullable<OpenProgram['sizes']>): number => sizes[SIZES.mean]!.dims[0]!;

function asLanes(x: Tensor, sizes: NonNullable<OpenProgram['sizes']>): Tensor {
  const [batch, lanes] = [x.dims[0]!, lanesOf(sizes)];
  return new Tensor('float32', x.data as Float32Array, [batch, lanes, 1, x.size / batch / lanes]);
}
