// Computes features of a candidate's graph: counts of operations, and number and lengths of paths.
import type { Graph, GraphNode } from '../graph/graph.js';
import type { Network } from '../ir/network.js';
import type { Space } from './space.js';
import { structureOf } from './structure.js';

/**
 * Features by name; the names depend on the space. Counts n of operations are stored as log(1 + n), the number of paths
 * as its logarithm. The features follow GRAF (Kadlecová et al., ICML 2024, arXiv 2404.11551), which computes them for a
 * cell; here they are computed for the whole network, so that every space has them.
 */
export type GraphFeatures = Readonly<Record<string, number>>;

/** Throws a SpecError if the space cannot build a graph from the candidate's text, as for ONNX files. */
export function graphFeatures({
  space,
  candidate,
  resolution,
}: {
  readonly space: Space;
  readonly candidate: string;
  readonly resolution: number;
}): GraphFeatures {
  const built = space.graph?.({ candidate, resolution });
  const steps = built ? stepsOfGraph(built.graph) : stepsOfBlocks(space.network({ candidate, resolution }));
  return {
    ...featuresOf(steps),
    'identity path': structureOf({ space, candidate, resolution }).identityPath,
  };
}

/** One operation; `inputs` are indices of earlier steps, or -1 for the images. */
interface Step {
  readonly kind: string;
  readonly inputs: readonly number[];
}

/** The lengths of a path: for each name, the kinds of steps that are counted. */
const LENGTHS: Readonly<Record<string, RegExp>> = {
  layers: /^(conv|depthwise|linear|attention)/,
  'spatial convolutions': /^(conv|depthwise) (?!1x1)/,
  pools: /^(average|max|lp)?pool/i,
};
const MEASURES = Object.keys(LENGTHS);

function featuresOf(steps: readonly Step[]): GraphFeatures {
  const counts = new Map<string, number>();
  const paths: Paths[] = [];
  for (const { kind, inputs } of steps) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const from = inputs.map((at) => (at < 0 ? START : paths[at]!));
    const own = MEASURES.map((name) => (LENGTHS[name]!.test(kind) ? 1 : 0));
    paths.push(throughStep(from.length > 0 ? from : [START], own));
  }
  const { lengths, logCount } = paths.at(-1) ?? START;
  return {
    ...Object.fromEntries([...counts].map(([kind, count]) => [`count ${kind}`, Math.log1p(count)])),
    ...Object.fromEntries(
      MEASURES.flatMap((name, i) =>
        (['fewest', 'most', 'mean'] as const).map((which) => [`${which} ${name}`, lengths[i]![which]]),
      ),
    ),
    'log paths': logCount,
  };
}

/** Statistics of all paths from the images to one value: the logarithm of their number, and each of LENGTHS. */
interface Paths {
  readonly lengths: readonly Length[];
  readonly logCount: number;
}

interface Length {
  readonly fewest: number;
  readonly most: number;
  readonly mean: number;
}

const START: Paths = { lengths: MEASURES.map(() => ({ fewest: 0, most: 0, mean: 0 })), logCount: 0 };

/** Extends paths by a step, which adds `own` to their lengths. */
function throughStep(from: readonly Paths[], own: readonly number[]): Paths {
  const most = Math.max(...from.map(({ logCount }) => logCount));
  const weights = from.map(({ logCount }) => Math.exp(logCount - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const lengths = own.map((added, i): Length => {
    const all = from.map((paths) => paths.lengths[i]!);
    return {
      fewest: Math.min(...all.map(({ fewest }) => fewest)) + added,
      most: Math.max(...all.map((length) => length.most)) + added,
      mean: all.reduce((sum, { mean }, j) => sum + mean * weights[j]!, 0) / total + added,
    };
  });
  return { lengths, logCount: most + Math.log(total) };
}

function stepsOfBlocks({ stem, blocks }: Network): readonly Step[] {
  const steps: Step[] = [];
  let input = -1;
  for (const { instructions } of [stem, ...blocks]) {
    const values = [input];
    for (const { operation, inputs, settings } of instructions) {
      const kernel = settings.kernel === undefined ? '' : ` ${settings.kernel}x${settings.kernel}`;
      const strided = (settings.stride ?? 1) > 1 ? ' strided' : '';
      steps.push({ kind: `${operation}${kernel}${strided}`, inputs: inputs.map((value) => values[value]!) });
      values.push(steps.length - 1);
    }
    input = values.at(-1)!;
  }
  return steps;
}

function stepsOfGraph({ nodes, initializers }: Graph): readonly Step[] {
  const places = new Map<string, number>();
  return nodes.map((node, at) => {
    for (const name of node.outputs) places.set(name, at);
    const inputs = node.inputs.filter((name) => name !== '' && !initializers.has(name));
    return { kind: kindOf(node), inputs: inputs.map((name) => places.get(name) ?? -1) };
  });
}

function kindOf({ op, attributes }: GraphNode): string {
  if (op === 'Gemm' || op === 'MatMul') return 'linear';
  if (op !== 'Conv') return op.toLowerCase();
  const kernel = (attributes.kernel_shape as readonly number[]).join('x');
  const strides = attributes.strides as readonly number[] | undefined;
  const isStrided = strides?.some((stride) => stride > 1) ?? false;
  const isGrouped = Number(attributes.group ?? 1) > 1;
  return `${isGrouped ? 'depthwise' : 'conv'} ${kernel}${isStrided ? ' strided' : ''}`;
}
