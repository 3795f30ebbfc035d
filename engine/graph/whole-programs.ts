// Opens the programs of a whole network that some families of proxies need: gradients, activations, Fisher information, absolute weights.
import {
  type AbsolutePart,
  type AbsoluteProgram,
  absoluteProgram,
} from '../../core/graph/whole/absolute-program.js';
import { type BackwardPart, backwardProgram } from '../../core/graph/whole/backward-program.js';
import { fisherProgram } from '../../core/graph/whole/fisher-program.js';
import { type ForwardPart, forwardProgram } from '../../core/graph/whole/forward-program.js';
import { type Anatomy, anatomyOf } from '../../core/graph/whole/layers.js';
import { type WholeNetwork, withSeparateStatistics } from '../../core/graph/whole/network.js';
import type { WrittenProgram } from '../../core/graph/write-program.js';
import type { Precision } from '../../core/onnx/graph.js';
import type { Reals } from '../../core/proxies/measurement.js';
import { sampleEvenly } from '../../core/sample-evenly.js';
import { findChannelBlock } from '../channel-block.js';
import { InferenceSession, type Tensor, threadSettings } from '../onnx-runtime.js';
import { createTensor } from './reals.js';

export interface OpenProgram<Program extends WrittenProgram = WrittenProgram> {
  readonly program: Program;
  /**
   * Returns the outputs by name, in the program's precision. Tensors that the program does not read are ignored, and those
   * in float32 are widened for float64.
   */
  run(tensors: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Reals>>>;
}

export interface WholePrograms {
  readonly network: WholeNetwork;
  readonly anatomy: Anatomy;
  readonly precision: Precision;
  readonly backward?: OpenProgram;
  readonly forward?: OpenProgram;
  readonly fisher?: OpenProgram;
  /** The number of layers whose derivatives enter the Fisher information. */
  readonly fisherLayers: number;
  readonly absolute?: OpenProgram<AbsoluteProgram>;
  close(): Promise<void>;
}

const BACKWARD: readonly BackwardPart[] = [
  'weight-gradients',
  'weight-products',
  'channel-saliency',
  'hessian-product',
  'weight-curvature',
  'input-jacobian',
];
const FORWARD: readonly ForwardPart[] = [
  'sign-agreement',
  'sign-patterns',
  'perturbed-images',
  'channel-covariances',
  'activation-products',
];
const ABSOLUTE: readonly AbsolutePart[] = ['absolute-weights', 'absolute-products'];
/** The most layers in the Fisher information. */
const MOST_FISHER_LAYERS = 128;

/** Writes a network for a number of images. */
export type WriteNetwork = (batch: number) => WholeNetwork;

/** How programs are run. */
export interface ProgramSettings {
  readonly threads: number;
  readonly precision: Precision;
}

interface OpenProgramsArguments {
  readonly write: WriteNetwork;
  readonly batch: number;
  readonly needs: ReadonlySet<string>;
  readonly settings: ProgramSettings;
}

/** Opens the programs, which serve any number of draws. */
export async function openPrograms(args: OpenProgramsArguments): Promise<WholePrograms> {
  const sessions: InferenceSession[] = [];
  const close = () => releaseAll(sessions);
  try {
    return { ...(await openEach(args, sessions)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

export async function releaseAll(sessions: readonly InferenceSession[]): Promise<void> {
  for (const session of sessions) await session.release();
}

/** Opens the programs, whose sessions are added to a list. */
async function openEach(
  { write, batch, needs, settings: { threads, precision } }: OpenProgramsArguments,
  sessions: InferenceSession[],
): Promise<Omit<WholePrograms, 'close'>> {
  const target = { channelBlock: await findChannelBlock(), precision };
  const open = async <Program extends WrittenProgram>(program: Program): Promise<OpenProgram<Program>> => {
    const session = await createSession(program.bytes, threads);
    sessions.push(session);
    return { program, run: (tensors) => run({ session, program, tensors, precision }) };
  };
  const asked = <Part extends string>(parts: readonly Part[]) => parts.filter((part) => needs.has(part));
  const parts = { absolute: asked(ABSOLUTE), forward: asked(FORWARD), backward: asked(BACKWARD) };
  const network = write(batch);
  const anatomy = anatomyOf(network);
  const absolute = parts.absolute.length
    ? await open(writeAbsolute({ network: write(1), parts: parts.absolute, target }))
    : undefined;
  const forwardPart = forwardProgram({ network, anatomy, parts: parts.forward, target });
  const forward = forwardPart && (await open(forwardPart));
  // Gradients are taken of a network whose means and deviations are values of their own.
  const isFisher = needs.has('class-derivatives');
  const separate = isFisher || parts.backward.length ? withSeparateStatistics(network) : undefined;
  const parted = separate && anatomyOf(separate);
  const fisherLayers = sampleEvenly(parted?.layers ?? [], MOST_FISHER_LAYERS);
  const fisher =
    parted && isFisher
      ? await open(
          fisherProgram({ network: separate, anatomy: { ...parted, layers: fisherLayers }, precision }),
        )
      : undefined;
  const backward =
    parted && parts.backward.length
      ? await open(backwardProgram({ network: separate, anatomy: parted, parts: parts.backward, precision }))
      : undefined;
  return {
    network,
    anatomy,
    precision,
    fisherLayers: fisherLayers.length,
    ...(absolute ? { absolute } : {}),
    ...(forward ? { forward } : {}),
    ...(backward ? { backward } : {}),
    ...(fisher ? { fisher } : {}),
  };
}

/** All images of a batch would be the same image of ones, so that `network` reads one. */
function writeAbsolute(args: Omit<Parameters<typeof absoluteProgram>[0], 'layers'>): AbsoluteProgram {
  return absoluteProgram({ ...args, layers: anatomyOf(args.network).layers });
}

interface RunArguments {
  readonly session: InferenceSession;
  readonly program: WrittenProgram;
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly precision: Precision;
}

async function run({
  session,
  program,
  tensors,
  precision,
}: RunArguments): Promise<Readonly<Record<string, Reals>>> {
  const widen = precision === 'float64' ? widened : (tensor: Tensor) => tensor;
  const feeds = Object.fromEntries(program.feeds.map(({ name }) => [name, widen(tensors[name]!)]));
  const out = await session.run(feeds);
  return Object.fromEntries(Object.entries(out).map(([name, { data }]) => [name, data as Reals]));
}

function widened(tensor: Tensor): Tensor {
  return tensor.type === 'float32'
    ? createTensor(Float64Array.from(tensor.data as Float32Array), tensor.dims)
    : tensor;
}

function createSession(bytes: Uint8Array, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    ...threadSettings(threads),
    enableCpuMemArena: false,
    executionMode: 'sequential',
    // Optimizing takes longer than it saves in a program that runs a few times.
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
}
