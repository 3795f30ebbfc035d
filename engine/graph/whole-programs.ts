// Opens the programs of a whole network that some families of proxies need: gradients, activations, Fisher information, absolute weights.
import { type AbsoluteProgram, absoluteProgram } from '../../core/graph/whole/absolute-program.js';
import { type BackwardPart, backwardProgram } from '../../core/graph/whole/backward-program.js';
import { fisherProgram } from '../../core/graph/whole/fisher-program.js';
import { type ForwardPart, forwardProgram } from '../../core/graph/whole/forward-program.js';
import { type Anatomy, anatomyOf, type Layer } from '../../core/graph/whole/layers.js';
import type { WholeNetwork } from '../../core/graph/whole/network.js';
import type { WrittenProgram } from '../../core/graph/write-program.js';
import { InferenceSession, type Tensor } from '../onnx-runtime.js';

export interface OpenProgram<Program extends WrittenProgram = WrittenProgram> {
  readonly program: Program;
  /** The outputs by name. Of the tensors, those that the program reads are fed. */
  run(tensors: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Float32Array>>>;
}

export interface WholePrograms {
  readonly anatomy: Anatomy;
  readonly backward?: OpenProgram;
  readonly forward?: OpenProgram;
  readonly fisher?: OpenProgram;
  /** The layers whose derivatives enter the Fisher information. */
  readonly fisherLayers: readonly Layer[];
  readonly absolute?: OpenProgram<AbsoluteProgram>;
  close(): Promise<void>;
}

const BACKWARD: readonly BackwardPart[] = [
  'weight-gradients',
  'channel-saliency',
  'hessian-product',
  'input-jacobian',
];
const FORWARD: readonly ForwardPart[] = [
  'sign-agreement',
  'sign-patterns',
  'perturbed-images',
  'channel-covariances',
  'activation-products',
];
/** The most layers in the Fisher information. */
const MOST_FISHER_LAYERS = 128;

/** Opens the programs, which serve any number of draws. */
export async function openPrograms({
  network,
  needs,
  threads,
}: {
  network: WholeNetwork;
  needs: ReadonlySet<string>;
  threads: number;
}): Promise<WholePrograms> {
  const anatomy = anatomyOf(network);
  const { layers } = anatomy;
  const fisherLayers = sampleEvenly(layers, MOST_FISHER_LAYERS);
  const sessions: InferenceSession[] = [];
  const open = async <Program extends WrittenProgram>(program: Program): Promise<OpenProgram<Program>> => {
    const session = await createSession(program.bytes, threads);
    sessions.push(session);
    return { program, run: (tensors) => run({ session, program, tensors }) };
  };
  const backwardParts = BACKWARD.filter((part) => needs.has(part));
  const forwardParts = FORWARD.filter((part) => needs.has(part));
  // Each program adds to the tape of the network. The program with absolute weights copies the tape, so it
  // comes first.
  const absolute = needs.has('absolute-weights')
    ? await open(absoluteProgram({ network, layers }))
    : undefined;
  const forward = forwardParts.length
    ? await open(forwardProgram({ network, anatomy, parts: forwardParts }))
    : undefined;
  const backward = backwardParts.length
    ? await open(backwardProgram({ network, layers, parts: backwardParts }))
    : undefined;
  const fisher = needs.has('class-derivatives')
    ? await open(fisherProgram({ network, layers: fisherLayers }))
    : undefined;
  return {
    anatomy,
    fisherLayers,
    ...(absolute ? { absolute } : {}),
    ...(forward ? { forward } : {}),
    ...(backward ? { backward } : {}),
    ...(fisher ? { fisher } : {}),
    close: async () => {
      for (const session of sessions) await session.release();
    },
  };
}

/** At most that many items, spread evenly over the list. */
function sampleEvenly<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!);
}

async function run({
  session,
  program,
  tensors,
}: {
  session: InferenceSession;
  program: WrittenProgram;
  tensors: Readonly<Record<string, Tensor>>;
}): Promise<Readonly<Record<string, Float32Array>>> {
  const feeds = Object.fromEntries(program.feeds.map(({ name }) => [name, tensors[name]!]));
  const out = await session.run(feeds);
  return Object.fromEntries(Object.entries(out).map(([name, { data }]) => [name, data as Float32Array]));
}

function createSession(bytes: Uint8Array, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableCpuMemArena: false,
    executionMode: 'sequential',
    // Optimizing takes longer than it saves in a program that runs a few times.
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
}
