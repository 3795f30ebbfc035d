// Compiles a block to a program in standard ONNX: forward pass, vector-Jacobian product and statistics.
import type { Block } from '../ir/block.js';
import type { Shape } from '../ir/shape.js';
import { GraphBuilder, type Port } from '../onnx/graph.js';
import { blockShapes } from '../ops/block-shapes.js';
import { blockOutputs } from './block-outputs.js';
import { lower } from './lower.js';
import { PROBE } from './nchwc/probe-inputs.js';
import { packActivation } from './nchwc/writers.js';
import { plain } from './plain.js';
import { activationDims, MAP, OPEN_CHANNELS, statisticPorts } from './ports.js';
import { type Boundary, isSized, type Program, type Spectrum } from './program.js';
import { weightInput } from './write.js';

interface CompileBlockArguments {
  readonly block: Block;
  readonly stride: number;
  readonly input: Shape;
  readonly spectrum?: Spectrum;
}

/**
 * Compiles a block to standard ONNX that any execution provider runs. Sizes are symbolic, so one program
 * serves every stage; only a block that `isSized` needs a program for each input shape and set of weight
 * shapes.
 */
export function compileBlock({
  block,
  stride,
  input,
  spectrum = 'covariance',
}: CompileBlockArguments): Program {
  return compilePlain({ block, stride, spectrum, input, use: 'block' });
}

interface CompileStemArguments {
  readonly block: Block;
  readonly input: Shape;
  readonly boundary?: Boundary;
  readonly spectrum?: Spectrum;
}

/**
 * Compiles a stem: forward pass and covariance only. The input `x` is in the plain layout, and `boundary` is
 * the layout of `y`.
 */
export function compileStem({
  block,
  input,
  boundary = 'plain',
  spectrum = 'covariance',
}: CompileStemArguments): Program {
  return compilePlain({ block, stride: 1, spectrum, input, use: 'stem', boundary });
}

interface Compiling {
  readonly block: Block;
  readonly stride: number;
  readonly spectrum: Spectrum;
  readonly input: Shape;
}

function compilePlain({
  block,
  stride,
  spectrum,
  input,
  use,
  boundary = 'plain',
}: Compiling & { readonly use: 'stem' | 'block'; readonly boundary?: Boundary }): Program {
  const g = new GraphBuilder();
  const withGradient = use === 'block' && spectrum !== 'none';
  // Without shapes, the sizes in the program are symbolic.
  const shapes = isSized(block) ? blockShapes({ block, input }) : undefined;
  const outputs = blockOutputs({ block, shapes, stride, spectrum, withGradient });
  const names = lower({ g, outputs, layout: plain });
  const isMap = block.form === 'map';
  const open = isMap ? ['b', 'd', 'p', 'q'] : ['n', 'd'];
  const outside = activationDims(shapes?.at(-1)) ?? open;
  const inside = activationDims(shapes?.[0]) ?? (isMap || use === 'stem' ? MAP : ['n', 'c']);
  const made =
    boundary === 'blocked'
      ? { name: 'y', value: packActivation(g, names.y), dims: open }
      : { name: 'y', value: names.y, dims: outside };
  const probe = withGradient ? [{ name: PROBE, dims: outside }] : [];
  return g.build({
    name: 'block',
    inputs: [{ name: 'x', dims: inside }, ...weightPorts({ block, isOpen: !shapes }), ...probe],
    outputs: [made, ...statisticPorts(names, { inside, channels: OPEN_CHANNELS })],
  });
}

function weightPorts({
  block,
  isOpen,
}: {
  readonly block: Block;
  readonly isOpen: boolean;
}): readonly Port[] {
  return Object.entries(block.weights).map(([slot, { shape }]) => {
    const name = weightInput(slot);
    return { name, dims: isOpen ? shape.map((_, i) => `${name}_${i}`) : shape };
  });
}
