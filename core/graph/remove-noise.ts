// Removes random noise from a graph: during training, stochastic depth and hand-written dropout multiply
// activations by it.
import type { GraphNode } from './graph.js';

const RANDOM = new Set([
  'RandomUniformLike',
  'RandomNormalLike',
  'RandomUniform',
  'RandomNormal',
  'Bernoulli',
]);

/**
 * Replaces the product of an activation and noise by the activation, as in evaluation mode, and drops the
 * nodes that compute the noise. Noise that is used elsewhere stays, and its operator is refused later, by
 * name.
 */
export function removeNoise({
  nodes,
  constants,
}: {
  readonly nodes: readonly GraphNode[];
  /** The names of initializers. */
  readonly constants: ReadonlySet<string>;
}): readonly GraphNode[] {
  const known = new Set(constants);
  const noise = new Set<string>();
  const kept: GraphNode[] = [];
  for (const node of nodes) {
    const { op, inputs, outputs } = node;
    const noisy = inputs.filter((name) => noise.has(name));
    const others = inputs.filter((name) => name !== '' && !noise.has(name));
    if (op === 'Constant') for (const name of outputs) known.add(name);
    if (RANDOM.has(op)) for (const name of outputs) noise.add(name);
    else if (noisy.length === 0) kept.push(node);
    else if (others.every((name) => known.has(name))) for (const name of outputs) noise.add(name);
    else if (op === 'Mul' && others.length === 1) kept.push({ ...node, op: 'Identity', inputs: others });
    else return nodes;
  }
  return kept;
}
