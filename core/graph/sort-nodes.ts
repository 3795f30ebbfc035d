// Sorts the nodes on which a graph's outputs depend so that each comes after the nodes that it reads.
import { ReadError } from '../onnx/read-error.js';
import { type GraphNode, readsOf } from './graph.js';

interface SortNodesArguments {
  readonly nodes: readonly GraphNode[];
  /** Names of tensors that no node computes: inputs and initializers. */
  readonly given: ReadonlySet<string>;
  readonly outputs: readonly string[];
  /** The inputs of a node that count. */
  readonly reads?: (node: GraphNode) => readonly string[];
}

/**
 * A depth-first walk from the outputs over inputs in their written order. The order is therefore independent
 * of names and of the order in the file, and nodes that nothing reads are left out. Throws an Error for a
 * cycle, for a tensor that no node computes, and for one that two nodes compute.
 */
export function sortNodes({
  nodes,
  given,
  outputs,
  reads = readsOf,
}: SortNodesArguments): readonly GraphNode[] {
  const makers = new Map<string, GraphNode>();
  for (const node of nodes)
    for (const output of node.outputs) {
      if (output === '') continue;
      if (given.has(output))
        throw new Error(
          `the node "${node.name}" makes the tensor "${output}", which is also an input or a weight of the file: PyTorch's newer exporter writes this where a buffer or parameter of the network is named like an operation (self.mean and x.mean()); rename it and export again`,
        );
      if (makers.has(output)) throw new Error(`the tensor "${output}" is made twice`);
      makers.set(output, node);
    }
  const sorted: GraphNode[] = [];
  const state = new Map<GraphNode, 'open' | 'done'>();
  const visit = (name: string, reader: string, stack: Frame[]): void => {
    if (name === '' || given.has(name)) return;
    const node = makers.get(name);
    if (!node) throw new Error(`${reader} reads the tensor "${name}", which nothing makes`);
    if (state.get(node) === 'open')
      throw new ReadError('cycle', `the node "${node.name}" depends on itself: the graph has a cycle`);
    if (state.has(node)) return;
    state.set(node, 'open');
    stack.push({ node, inputs: reads(node), next: 0 });
  };
  for (const output of outputs) {
    const stack: Frame[] = [];
    visit(output, 'the graph', stack);
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      const { node, inputs } = frame;
      if (frame.next < inputs.length) visit(inputs[frame.next++]!, `the node "${node.name}"`, stack);
      else {
        state.set(node, 'done');
        sorted.push(node);
        stack.pop();
      }
    }
  }
  return sorted;
}

interface Frame {
  readonly node: GraphNode;
  readonly inputs: readonly string[];
  next: number;
}
