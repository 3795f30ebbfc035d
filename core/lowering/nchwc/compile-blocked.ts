// Compiles a block to a program in ONNX Runtime's blocked layout NCHWc: for one shape, or for all with as many virtual channels.
import type { Block } from '../../ir/block.js';
import { channelsOf, type Shape } from '../../ir/shape.js';
import { type Dimension, GraphBuilder, type Port } from '../../onnx/graph.js';
import { blockShapes } from '../../ops/block-shapes.js';
import { blockOutputs } from '../block-outputs.js';
import { lower } from '../lower.js';
import { activationDims, BLOCKED_CHANNELS, MAP, OPEN_CHANNELS, statisticPorts } from '../ports.js';
import { isSized, type Program, type Spectrum, type Wanted } from '../program.js';
import { CARRY, scanBlocks } from '../scan.js';
import { weightInput } from '../write.js';
import { SIZES, virtualChannelCount } from './open-sizes.js';
import { PROBE, PROBE_INPUTS, SAMPLES } from './probe-inputs.js';
import { openChannels, ownChannels, virtualDims } from './virtual-channels.js';
import { weightPacking } from './weight-packing.js';
import { gradientWeightInput, nchwc, packedShape } from './writers.js';

/** The sizes that a program in the blocked layout NCHWc is compiled for. */
export interface Blocking {
  /** The number of images. */
  readonly batch: number;
  /** Channels of a block. */
  readonly size: number;
  /** The number of virtual channels of a program for any shape; see `openChannels`. */
  readonly virtualChannels?: number | undefined;
  /** `shared`: many candidates have one Rademacher probe, and programs get what they need of it as inputs (`PROBE_INPUTS`). */
  readonly probe: 'shared' | 'own';
}

/**
 * The program in ONNX Runtime's blocked layout throughout, for one batch and one input shape. Weights come packed as
 * `weightPacking` says, under `w:<slot>` and, for the product with respect to the input, under `t:<slot>`; `v` as
 * `packedActivation`, and once more as `sampleMatrix` under `samples`; of `PROBE_INPUTS` those that are read.
 *
 * With `virtualChannels` the program is for every shape that has so many (see `virtualChannelsOf`), with the inputs of
 * `SIZES`, and for any number of blocks one after the other (`scanBlocks`): all but `x`, `y` and the sizes is there for each
 * block, under `perBlock` of its name. `x` and `y` come and go with virtual channels, `samples` as `probeRows`, the statistics
 * by block of channels. `wanted: 'gradient'` has the output `g` alone, `'statistics'` all others.
 */
export function compileBlocked({
  wanted = 'statistics',
  ...args
}: {
  block: Block;
  stride: number;
  spectrum: Spectrum;
  input: Shape;
  blocking: Blocking;
  wanted?: Wanted;
}): Program {
  const { virtualChannels } = args.blocking;
  return virtualChannels === undefined
    ? compileSized(args)
    : compileOpen({ ...args, wanted, count: virtualChannels });
}

/**
 * The virtual channels of a block's open program, where one can be had: all values have the input's shape, in whole blocks of
 * channels.
 */
export function virtualChannelsOf({ block, input, size }: { block: Block; input: Shape; size: number }) {
  const isUniform = blockShapes({ block, input }).every((shape) => String(shape) === String(input));
  return isUniform && !isSized(block) ? virtualChannelCount({ shape: input, size }) : undefined;
}

interface Compiling {
  readonly block: Block;
  readonly stride: number;
  readonly spectrum: Spectrum;
  readonly input: Shape;
  readonly blocking: Blocking;
}

function compileSized({ block, stride, spectrum, input, blocking }: Compiling): Program {
  const g = new GraphBuilder();
  const { batch, size, probe } = blocking;
  const withGradient = spectrum !== 'none';
  const shapes = blockShapes({ block, input });
  const outputs = blockOutputs({ block, shapes, stride, spectrum, withGradient });
  const virtual = ownChannels({ batch, size });
  const names = lower({ g, outputs, layout: nchwc({ block: size, batch, virtual, probe }) });
  const dims = (shape: Shape) => activationDims(packedShape(shape, size))!;
  const [inside, outside] = [dims(input), dims(shapes.at(-1)!)];
  const samples = ['n', channelsOf(shapes.at(-1)!)];
  const given = withGradient ? probePorts({ g, outside, samples }) : [];
  return g.build({
    name: 'block',
    inputs: [
      { name: 'x', dims: inside },
      ...weightPorts({ block, size, withGradient, isOpen: false }),
      ...given,
    ],
    outputs: [
      { name: 'y', value: names.y, dims: outside },
      ...statisticPorts(names, { inside, channels: OPEN_CHANNELS }),
    ],
  });
}

function compileOpen({
  block,
  stride,
  spectrum,
  blocking: { batch, size, probe },
  count,
  wanted,
}: Compiling & { count: number; wanted: Wanted }): Program {
  const g = new GraphBuilder();
  const withGradient = spectrum !== 'none';
  const outputs = blockOutputs({ block, shapes: undefined, stride, spectrum, withGradient });
  const virtual = openChannels({ batch, count });
  const given = { x: virtual.leave(g, CARRY.from) };
  const names = lower({ g, outputs, layout: nchwc({ block: size, batch, virtual, probe }), given });
  const statistics = statisticPorts(names, { inside: MAP, channels: BLOCKED_CHANNELS });
  const probes = withGradient ? probePorts({ g, outside: MAP, samples: ['b', 1, 'd', 'n'] }) : [];
  return scanBlocks({
    g,
    carry: { value: virtual.enter(g, names.y), dims: virtualDims({ batch, count }) },
    shared: sizePorts(count),
    each: [...weightPorts({ block, size, withGradient, isOpen: true }), ...probes],
    outputs: statistics.filter(({ name }) => (name === 'g') === (wanted === 'gradient')),
  });
}

/** The probe, as activation and as samples, and what programs read of a shared one. */
function probePorts({
  g,
  outside,
  samples,
}: {
  g: GraphBuilder;
  outside: readonly Dimension[];
  samples: readonly Dimension[];
}): readonly Port[] {
  const shared = [
    { name: PROBE_INPUTS.mean, dims: ['virtual'] },
    { name: PROBE_INPUTS.pooled, dims: outside },
  ];
  const probe = [
    { name: PROBE, dims: outside },
    { name: SAMPLES, dims: samples },
  ];
  return [...probe, ...shared.filter(({ name }) => g.reads(name))];
}

/** Weights packed for blocks of `size` channels. */
function weightPorts({
  block,
  size,
  withGradient,
  isOpen,
}: {
  block: Block;
  size: number;
  withGradient: boolean;
  isOpen: boolean;
}): readonly Port[] {
  const uses = withGradient ? (['forward', 'gradient'] as const) : (['forward'] as const);
  return Object.entries(block.weights).flatMap(([slot, { shape }]) =>
    uses.map((use) => {
      const sizes = weightPacking({ block, slot, use }).dims(shape, size);
      const name = use === 'forward' ? weightInput(slot) : gradientWeightInput(slot);
      return { name, dims: isOpen ? sizes.map((_, i) => `${name}_${i}`) : sizes };
    }),
  );
}

/** The inputs that describe the shape to a program for any shape. */
function sizePorts(count: number): readonly Port[] {
  const dimensions = [SIZES.map, SIZES.blocks].map((name): Port => ({ name, dims: [4], type: 'int64' }));
  const first: Port = { name: SIZES.first, dims: ['blocks', 1, 'block', 'block'], type: 'int64' };
  const matrices = [SIZES.mean, SIZES.sums].map((name) => ({ name, dims: [count, count] }));
  return [...dimensions, first, ...matrices];
}
