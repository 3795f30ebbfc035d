// Removes random noise from a graph: during training, stochastic depth and hand-written dropout multiply
// activations by it.
import type { Constant, GraphNode, Initializer } from '../graph.js';
import { meanOf, type Noise, noiseAfter, noiseOf } from './noise-mean.js';

const RANDOM = new Set([
  'RandomUniformLike',
  'RandomNormalLike',
  'RandomUniform',
  'RandomNormal',
  'Bernoulli',
]);

/** A mean this near to 1 is 1: probabilities are written in float32, and divided by in float64. */
const NEAR_ONE = 1e-5;

/**
 * Replaces the product of an activation and noise by the activation times the mean of the noise, as in evaluation
 * mode, and drops the nodes that compute the noise. Noise around 0, as that of `mean + deviation * noise`, makes the
 * product 0. The activation alone is left where the mean is 1, as that of `mask / keep`, or not known. Noise that is used in another way stays, and its operator is refused later, by name.
 */
export function removeNoise({
  nodes,
  initializers,
}: {
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Initializer>;
}): readonly GraphNode[] {
  if (!nodes.some(({ op }) => RANDOM.has(op))) return nodes;
  const search: Search = { known: new Map(), noises: new Map(), initializers };
  const kept: GraphNode[] = [];
  for (const node of nodes) {
    const replaced = replace(search, node);
    if (replaced === undefined) return nodes;
    kept.push(...replaced);
  }
  return kept;
}

interface Search {
  /** Constants of the graph: their number if they have one element that is known. */
  readonly known: Map<string, number | undefined>;
  readonly noises: Map<string, Noise>;
  readonly initializers: ReadonlyMap<string, Initializer>;
}

/** The nodes in place of a node; undefined where noise is used in another way. */
function replace(search: Search, node: GraphNode): readonly GraphNode[] | undefined {
  const { known, noises, initializers } = search;
  const { op, outputs } = node;
  // The second operand only says which type the result has.
  const inputs = op === 'CastLike' ? node.inputs.slice(0, 1) : node.inputs;
  const isKnown = (name: string) => known.has(name) || initializers.has(name);
  const noisy = inputs.filter((name) => noises.has(name));
  const others = inputs.filter((name) => name !== '' && !noises.has(name));
  if (RANDOM.has(op)) {
    for (const name of outputs) noises.set(name, noiseOf(node));
    return [];
  }
  if (noisy.length === 0) {
    if (op === 'Constant')
      for (const name of outputs)
        known.set(name, numberOf(node.attributes.value ?? node.attributes.value_float));
    else if (op === 'CastLike' && isKnown(inputs[0]!))
      known.set(outputs[0]!, knownNumber(search, inputs[0]!));
    return [
      op === 'CastLike' && node.inputs.some((name) => noises.has(name)) ? pass(node, inputs[0]!) : node,
    ];
  }
  if (others.every(isKnown)) {
    const noise = noises.get(noisy[0]!)!;
    const operand = others.length === 1 ? knownNumber(search, others[0]!) : undefined;
    const after = noiseAfter({ op, noise, place: inputs.indexOf(noisy[0]!), operand });
    for (const name of outputs) noises.set(name, noisy.length === 1 ? after : { kind: 'unknown' });
    return [];
  }
  if (op !== 'Mul' || others.length !== 1) return undefined;
  return times({ node, activation: others[0]!, mean: meanOf(noises.get(noisy[0]!)!) });
}

const pass = (node: GraphNode, input: string): GraphNode => ({ ...node, op: 'Identity', inputs: [input] });

/** The product of an activation and the mean of its noise. */
function times({
  node,
  activation,
  mean,
}: {
  readonly node: GraphNode;
  readonly activation: string;
  readonly mean: number | undefined;
}): readonly GraphNode[] {
  if (mean === undefined || Math.abs(mean - 1) < NEAR_ONE) return [pass(node, activation)];
  const name = `${node.outputs[0]} mean of noise`;
  const value: Constant = { shape: [], type: 'float', values: Float64Array.of(Math.fround(mean)) };
  return [
    { op: 'Constant', name, inputs: [], outputs: [name], attributes: { value } },
    { ...node, inputs: [activation, name] },
  ];
}

function knownNumber({ known, initializers }: Search, name: string): number | undefined {
  if (known.has(name)) return known.get(name);
  const initializer = initializers.get(name);
  return initializer?.shape.every((n) => n === 1) ? initializer.read()?.[0] : undefined;
}

function numberOf(value: GraphNode['attributes'][string] | undefined): number | undefined {
  if (typeof value === 'number') return value;
  const isConstant = typeof value === 'object' && 'values' in value && !Array.isArray(value);
  const { values } = isConstant ? (value as Constant) : { values: [] };
  return values.length === 1 ? values[0] : undefined;
}
