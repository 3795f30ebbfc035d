// Restores the parameters of a PyTorch module that an exporter merged, repeated or transposed while it wrote the file.
import type { ModelProto, NodeProto } from '../../onnx/proto.js';
import type { Initializer } from '../graph.js';
import { foldedTensors, listsParameters } from './notes.js';
import { separateCopies } from './separate-copies.js';
import { separateParameters } from './separate-parameters.js';
import { unfoldParameters } from './unfold-parameters.js';

interface RestoreArguments {
  readonly model: ModelProto;
  /** The nodes of the graph, without functions. */
  readonly nodes: readonly NodeProto[];
  readonly initializers: Map<string, Initializer>;
  /** The number of images for which the file was written; undefined where it is open. */
  readonly batch: number | undefined;
}

/** The nodes, each with the parameters that it reads in PyTorch; `initializers` gains and loses tensors accordingly. */
export function restoreParameters({
  model: { producer, graph = {} },
  nodes,
  initializers,
  batch,
}: RestoreArguments): readonly NodeProto[] {
  const isOlder = producer === 'pytorch' && !listsParameters(graph);
  const copied = isOlder ? separateCopies(nodes, initializers) : nodes;
  const unfolded = unfoldParameters({ nodes: copied, folded: foldedTensors(graph), initializers, batch });
  return separateParameters(unfolded, initializers);
}
