// Computes what the features and blocks of an imported network score under one draw.
import { type BlockProgram, OUTPUT, SIGNS, tensorName } from '../../core/graph/block-programs.js';
import type { GraphNetwork } from '../../core/graph/network.js';
import {
  blockTrainability,
  featureExpressivity,
  gramExpressivity,
  trainabilityOfSigma,
} from '../../core/proxies/az-nas.js';
import { largestProductEigenvalue } from '../../core/proxies/spectra/lanczos.js';
import { openPlain, type Provider } from '../batched/device.js';
import type { NetworkScore } from '../network-score.js';
import { type InferenceSession, Tensor } from '../onnx-runtime.js';

/** The tensors that an imported network is scored with. */
export interface GraphDraw {
  images(shape: readonly number[]): Float32Array;
  /** Of the weight at this place among the network's weights. */
  weight(index: number): Float32Array;
  signs(block: number, shape: readonly number[]): Float32Array;
}

/** A network whose programs are open. */
export interface OpenGraph {
  score(draw: GraphDraw): Promise<NetworkScore>;
  close(): Promise<void>;
}

/** Creates the sessions of all programs, which serve any number of draws. */
export async function openGraph({
  network,
  threads,
  device = 'cpu',
}: {
  network: GraphNetwork;
  threads: number;
  device?: Provider;
}): Promise<OpenGraph> {
  const { programs, identities } = network;
  const sessions: InferenceSession[] = [];
  for (const { bytes } of programs) sessions.push(await openPlain({ program: bytes, device, threads }));
  return {
    score: async (draw) => {
      const known = new Map<string, Tensor>();
      const features: number[] = [];
      const blocks: (number | null)[] = [];
      for (const [i, program] of programs.entries()) {
        const feeds = feedsOf({ network, program, block: i - 1, draw, known });
        const out = await sessions[i]!.run(feeds);
        for (const id of program.carried) known.set(tensorName(id), out[tensorName(id)]!);
        features.push(expressivityOf(program, numbers(out, OUTPUT.statistic)));
        if (i > 0) blocks.push(trainabilityOf({ program, out, identities }));
      }
      return { features, blocks };
    },
    close: async () => {
      for (const session of sessions) await session.release();
    },
  };
}

function feedsOf({
  network: {
    graph: { tape, input, weights },
  },
  program,
  block,
  draw,
  known,
}: {
  network: GraphNetwork;
  program: BlockProgram;
  block: number;
  draw: GraphDraw;
  known: ReadonlyMap<string, Tensor>;
}): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const { name, id } of program.feeds) {
    const shape = tape.shape(id);
    const values = () => {
      if (id === input) return draw.images(shape);
      if (name === SIGNS) return draw.signs(block, shape);
      return draw.weight(weights.findIndex((weight) => weight.id === id));
    };
    feeds[name] = known.get(name) ?? new Tensor('float32', values(), shape);
  }
  return feeds;
}

function numbers(out: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  return out[name]!.data as Float32Array;
}

function expressivityOf(
  { statistic: { kind, size }, samples }: BlockProgram,
  products: Float32Array,
): number {
  // The values are centred, so that the sums of channels are 0.
  if (kind === 'gram') return gramExpressivity({ products, samples });
  return featureExpressivity({ products, sums: new Float32Array(size), samples });
}

function trainabilityOf({
  program: { jacobian, samples },
  out,
  identities,
}: {
  program: BlockProgram;
  out: InferenceSession.OnnxValueMapType;
  identities: 'worst' | 'skipped';
}): number | null {
  if (!jacobian) return null;
  const { kind, rows, columns, mayBeIdentity } = jacobian;
  if (mayBeIdentity && numbers(out, OUTPUT.shift)[0] === 0)
    return identities === 'skipped' ? null : Number.NEGATIVE_INFINITY;
  const matrix = numbers(out, OUTPUT.jacobian);
  if (kind === 'matrix') return blockTrainability({ sums: matrix, rows, columns, samples });
  const other = kind === 'pair' ? numbers(out, OUTPUT.otherJacobian) : undefined;
  const root = Math.sqrt(largestProductEigenvalue({ p: matrix, q: other, n: rows }));
  return trainabilityOfSigma((numbers(out, OUTPUT.scale)[0]! * root) / samples);
}
