// Compiles a block to a program in ONNX Runtime's blocked layout NCHWc, either for one shape or for all
// shapes with the same number of virtual channels.
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
  /** The number of channels in a channel block. */
  readonly size: number;
  /** The number of virtual channels of a program for any shape; see `openChannels`. */
  readonly virtualChannels?: number | undefined;
  /**
   * `shared`: many candidates use one Rademacher probe, so programs read tensors that are precomputed from it
   * (`PROBE_INPUTS`). `own`: each program computes these tensors itself.
   */
  readonly probe: 'shared' | 'own';
}

interface CompileBlockedArguments {
  readonly block: Block;
  readonly stride: number;
  readonly spectrum: Spectrum;
  readonly input: Shape;
  readonly blocking: Blocking;
  readonly wanted?: Wanted;
}

/**
 * Compiles a block to a program in ONNX Runtime's blocked layout, for one batch size and one input shape. Its
 * inputs are `x`; the weights packed as `weightPacking` says, under `w:<slot>` and, for the product with
 * respect to the input, under `t:<slot>`; the probe `v` as `packedActivation`, and again under `samples` as
 * `sampleMatrix`; and those of `PROBE_INPUTS` that the program reads.
 *
 * With `virtualChannels`, the program serves every shape with that number of virtual channels (see
 * `virtualChannelsOf`). It then has the inputs of `SIZES` too, and runs any number of blocks one after the
 * other (`scanBlocks`): every input and output but `x`, `y` and the sizes has a leading axis of blocks, and
 * the name that `perBlock` gives it. `x` and `y` are in virtual channels, `samples` is packed as `probeRows`,
 * and the statistics are grouped by channel block. `wanted: 'gradient'` has the output `g` alone,
 * `'statistics'` all other outputs.
 */
export function compileBlocked({ wanted = 'statistics', ...args }: CompileBlockedArguments): Program {
  const { virtualChannels } = args.blocking;
  return virtualChannels === undefined
    ? compileSized(args)
    : compileOpen({ ...args, wanted, count: virtualChannels });
}

/**
 * The number of virtual channels of a block's program for several shapes. Undefined where there is no such
 * program: it needs all values to have the input's shape, and channels that fill whole channel blocks.
 */
export function virtualChannelsOf({
  block,
  input,
  size,
}: {
  readonly block: Block;
  readonly input: Shape;
  readonly size: number;
}) {
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
}: Compiling & { readonly count: number; readonly wanted: Wanted }): Program {
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

/** The inputs for the probe: as an activation, as samples, and what is precomputed from a shared one. */
function probePorts({
  g,
  outside,
  samples,
}: {
  readonly g: GraphBuilder;
  readonly outside: readonly Dimension[];
  readonly samples: readonly Dimension[];
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

interface WeightPortsArguments {
  readonly block: Block;
  readonly size: number;
  readonly withGradient: boolean;
  readonly isOpen: boolean;
}

/** The inputs for weights, packed for channel blocks of `size`. */
function weightPorts({ block, size, withGradient, isOpen }: WeightPortsArguments): readonly Port[] {
  const uses = withGradient ? (['forward', 'gradient'] as const) : (['forward'] as const);
  return Object.entries(block.weights).flatMap(([slot, { shape }]) =>
    uses.map((use) => {
      const sizes = weightPacking({ block, slot, use }).dims(shape, size);
      const name = use === 'forward' ? weightInput(slot) : gradientWeightInput(slot);
      return { name, dims: isOpen ? sizes.map((_, i) => `${name}_${i}`) : sizes };
    }),
  );
}

/** The inputs that tell a program for several shapes which shape it runs with. */
function sizePorts(count: number): readonly Port[] {
  const dimensions = [SIZES.map, SIZES.blocks].map((name): Port => ({ name, dims: [4], type: 'int64' }));
  const first: Port = { name: SIZES.first, dims: ['blocks', 1, 'block', 'block'], type: 'int64' };
  const matrices = [SIZES.mean, SIZES.sums].map((name) => ({ name, dims: [count, count] }));
  return [...dimensions, first, ...matrices];
}
