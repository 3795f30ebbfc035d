// Scores the features and blocks of an imported network under one draw.
import { DeviceError, SpecError } from '../../core/errors.js';
import { type BlockProgram, OUTPUT, SIGNS, tensorName } from '../../core/graph/block-programs.js';
import { type GraphNetwork, graphPrograms } from '../../core/graph/network.js';
import type { ResolvedGraph } from '../../core/graph/resolve.js';
import { EVERYTHING, type Needs } from '../../core/ir/measured.js';
import { sizeOf } from '../../core/ops/tensor/shapes.js';
import {
  blockTrainability,
  covarianceEigenvalues,
  gramEigenvalues,
  participationRatio,
  spectralEntropy,
  trainabilityOfSigma,
} from '../../core/proxies/az-nas.js';
import { largestProductEigenvalue } from '../../core/proxies/spectra/lanczos.js';
import { isOutOfMemory, openPlain, type Provider } from '../batched/device.js';
import { findChannelBlock } from '../channel-block.js';
import type { FeatureSpectrum, NetworkScore } from '../network-score.js';
import { type InferenceSession, Tensor } from '../onnx-runtime.js';
import { createDrawnMemory, type DrawnMemory } from './drawn-memory.js';
import { releaseAll } from './whole-programs.js';

/** The tensors that an imported network is scored with. Each may be written over `out`, which is as long. */
export interface GraphDraw {
  images(shape: readonly number[], out?: Float32Array): Float32Array;
  /** The weight at this index among the network's weights. */
  weight(index: number, out?: Float32Array): Float32Array;
  signs(block: number, shape: readonly number[], out?: Float32Array): Float32Array;
}

/** A network whose programs are open. */
export interface OpenGraph {
  score(draw: GraphDraw): Promise<NetworkScore>;
  close(): Promise<void>;
}

interface OpenGraphArguments {
  readonly network: GraphNetwork;
  readonly threads: number;
  readonly device?: Provider;
  /** `blocked` by default on the CPU, `plain` on other devices. */
  readonly layout?: 'blocked' | 'plain';
  /**
   * `drawn`: weights are those of `drawGraph`, which is faster; `own` (default): weights may have any values.
   */
  readonly weights?: 'drawn' | 'own';
  /** Everything by default. */
  readonly needs?: Needs;
}

/** Creates the sessions of all programs, which serve any number of draws. */
export async function openGraph({
  network,
  threads,
  device = 'cpu',
  layout = device === 'cpu' ? 'blocked' : 'plain',
  weights = 'own',
  needs = EVERYTHING,
}: OpenGraphArguments): Promise<OpenGraph> {
  const { identities, reads } = network;
  const channelBlock = layout === 'blocked' ? await findChannelBlock() : 1;
  const { graph, programs } = graphPrograms({ network, weights, channelBlock, needs });
  const sessions: InferenceSession[] = [];
  const close = () => releaseAll(sessions);
  const optimization = layout === 'blocked' ? 'disabled' : 'extended';
  for (const { bytes } of programs)
    sessions.push(
      await openPlain({ program: bytes, device, threads, optimization }).catch(async (error: Error) => {
        await close();
        throw refusalOf({ file: network.file, place: describeBlock(network, sessions.length), error });
      }),
    );
  return {
    score: async (draw) => {
      const known = new Map<string, Tensor>();
      const memory = createDrawnMemory();
      const features: number[] = [];
      const spectra: FeatureSpectrum[] = [];
      const blocks: (number | null)[] = [];
      const traces: (number | null)[] = [];
      for (const [i, program] of programs.entries()) {
        const feeds = feedsOf({ graph, program, block: i - 1, draw, known, memory });
        const out = await sessions[i]!.run(feeds).catch((error: Error) => {
          throw new Error(`${network.file}, ${describeBlock(network, i)}: ${error.message}`, {
            cause: error,
          });
        });
        memory.free();
        for (const id of program.carried) known.set(tensorName(id), out[tensorName(id)]!);
        const eigenvalues = eigenvaluesOf(program, out);
        features.push(eigenvalues ? spectralEntropy(eigenvalues) : Number.NaN);
        spectra.push(spectrumOf(program, eigenvalues));
        if (i === 0) continue;
        blocks.push(trainabilityOf({ program, out, identities }));
        traces.push(traceOf({ program, out }));
      }
      return { features, spectra, blocks, traces, ...(reads ? { reads } : {}) };
    },
    close,
  };
}

/** A GPU that fails, or a lack of memory, may refuse any network, so that neither becomes an error of the file. */
function refusalOf({
  file,
  place,
  error,
}: {
  readonly file: string;
  readonly place: string;
  readonly error: Error;
}): Error {
  const refuses = (fault: string) => `ONNX Runtime refuses it at ${place}: ${fault}`;
  if (isOutOfMemory(error)) return new Error(`${file}: ${refuses(error.message)}`, { cause: error });
  if (!(error instanceof DeviceError)) return SpecError.inFile({ file, message: refuses(error.message) });
  const { device, fault } = error;
  return new DeviceError({ device, message: `${file}: ${refuses(fault)}`, cause: error });
}

/** The part of the network that a program computes, by the feature at its end. */
function describeBlock({ features }: GraphNetwork, index: number): string {
  return index === 0 ? `the stem, before ${features[0]!.name}` : `the block before ${features[index]!.name}`;
}

interface FeedsOfArguments {
  readonly graph: ResolvedGraph;
  readonly program: BlockProgram;
  readonly block: number;
  readonly draw: GraphDraw;
  readonly known: ReadonlyMap<string, Tensor>;
  readonly memory: DrawnMemory;
}

function feedsOf({
  graph: { tape, input, weights },
  program,
  block,
  draw,
  known,
  memory,
}: FeedsOfArguments): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const { name, id } of program.feeds) {
    const shape = tape.shape(id);
    const values = () => {
      const out = memory.take(sizeOf(shape));
      if (id === input) return draw.images(shape, out);
      if (name === SIGNS) return draw.signs(block, shape, out);
      const index = weights.findIndex((weight) => weight.id === id);
      return draw.weight(index, out);
    };
    feeds[name] = known.get(name) ?? new Tensor('float32', values(), shape);
  }
  return feeds;
}

function numbers(out: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  return out[name]!.data as Float32Array;
}

/** Undefined for a feature that is not measured. */
function eigenvaluesOf(
  { statistic, samples }: BlockProgram,
  out: InferenceSession.OnnxValueMapType,
): Float64Array | undefined {
  if (!statistic) return undefined;
  const { kind, size } = statistic;
  const products = numbers(out, OUTPUT.statistic);
  // The values are centred, so the sums of channels are 0.
  if (kind === 'gram') return gramEigenvalues({ products, samples });
  return covarianceEigenvalues({ products, sums: new Float32Array(size), samples });
}

function spectrumOf(
  { feature, samples }: BlockProgram,
  eigenvalues: Float64Array | undefined,
): FeatureSpectrum {
  const channels = feature.shape[feature.channelAxis]!;
  const participation = eigenvalues ? participationRatio(eigenvalues) : Number.NaN;
  return { participation, samples, channels };
}

interface Ran {
  readonly program: BlockProgram;
  readonly out: InferenceSession.OnnxValueMapType;
}

/** Null for a block that changes the shape. */
function traceOf({ program: { jacobian, feature, samples }, out }: Ran): number | null {
  if (!jacobian?.mayBeIdentity) return null;
  return numbers(out, OUTPUT.trace)[0]! / samples / feature.shape[feature.channelAxis]!;
}

function trainabilityOf({
  program: { jacobian, samples },
  out,
  identities,
}: Ran & { readonly identities: 'worst' | 'skipped' }): number | null {
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
