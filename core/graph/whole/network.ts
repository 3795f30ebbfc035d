// Defines a whole network on a tape, from the images to the classes, from which proxies of whole networks are
// computed.
import type { Weight } from '../../ir/block.js';
import { sizeOf } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { lastFeature } from '../branches.js';
import type { ResolvedGraph } from '../resolve.js';
import { drawnPlaces, initializationOf, type Role } from '../weight-roles.js';
import { writeOut } from './write-out.js';

/**
 * A tensor, other than the images, that is fed to the network: a weight that a draw provides, or a constant
 * from a file.
 */
export interface FedTensor {
  readonly id: Id;
  /** The name in the file, for a network that was read from one. */
  readonly name?: string;
  readonly shape: readonly number[];
  readonly from: Weight | { readonly name: string; readonly read: () => Float64Array | undefined };
  /** `weight` is the kernel of a convolution or the matrix of a linear layer. */
  readonly role: Role['kind'];
  /** The number of inputs of one output, for a `weight`. */
  readonly fanIn?: number;
}

/** The role of a tensor as fields of FedTensor. */
export function roleFields(role: Role): Pick<FedTensor, 'role' | 'fanIn'> {
  return role.kind === 'weight' ? { role: role.kind, fanIn: role.fanIn } : { role: role.kind };
}

export interface WholeNetwork {
  readonly tape: Tape;
  /** Images, [batch, channels, height, width]. */
  readonly input: Id;
  /** One row of class scores for each image, [batch, classes]. */
  readonly logits: Id;
  /** The last feature before the mean over positions. */
  readonly lastFeature: Id;
  readonly fed: readonly FedTensor[];
}

/** The whole network of a graph, whose weights have the given roles. */
export function wholeOfGraph(graph: ResolvedGraph, roles: readonly Role[]): WholeNetwork {
  const { input, output, weights } = graph;
  // findActivations recognizes gates that are written out, and their gradients can be differentiated again.
  const { tape, idOf } = writeOut(graph.tape, ['Gelu', 'HardSigmoid']);
  const [batch] = graph.tape.shape(input) as [number];
  const scores = sizeOf(graph.tape.shape(output));
  const places = drawnPlaces(roles);
  return {
    tape,
    input: idOf(input),
    logits: tape.reshape(idOf(output), [batch, scores / batch]),
    lastFeature: idOf(lastFeature(graph)?.id ?? output),
    fed: weights.map(({ id, shape, name, initializer }, index) => {
      const initialization = initializationOf(roles[index]!);
      const from = initialization
        ? { name: `graph.${places[index]}`, shape, initialization }
        : { name, read: initializer.read };
      return { id: idOf(id), name, shape, from, ...roleFields(roles[index]!) };
    }),
  };
}

/**
 * A copy of a network whose normalizations have their means and inverse standard deviations as values of
 * their own (`Standardize`).
 */
export function withSeparateStatistics(network: WholeNetwork): WholeNetwork {
  const { tape, idOf } = writeOut(network.tape, ['StandardizeChannels']);
  return {
    tape,
    input: idOf(network.input),
    logits: idOf(network.logits),
    lastFeature: idOf(network.lastFeature),
    fed: network.fed.map((tensor) => ({ ...tensor, id: idOf(tensor.id) })),
  };
}
