// Names and initial values of what training changes in a network that is a graph.
import type { Graph, GraphNode } from '../graph/graph.js';
import type { Weight } from '../ir/block.js';

/** A weight of the graph, by the name that exported files give it. */
export interface GraphParameter extends Weight {
  /** The name of the weight in the graph. */
  readonly initializer: string;
}

const SHIFT = { kind: 'constant', value: 0 } as const;
const SCALE = { kind: 'constant', value: 1 } as const;

/**
 * Lists the parameters of a node. Weights of convolutions and linear layers begin as He normal, biases and shifts as 0, scales
 * as 1.
 */
export function parametersOfNode({
  graph,
  node,
}: {
  graph: Graph;
  node: GraphNode;
}): readonly GraphParameter[] {
  const shapeOf = (name: string) => graph.initializers.get(name)!.shape;
  const [, weight, bias] = node.inputs;
  const parts =
    node.op === 'Conv' && bias === undefined
      ? [{ part: 'weight', initializer: weight! }]
      : node.op === 'Gemm' || node.op === 'Conv'
        ? [
            { part: 'weight', initializer: weight! },
            { part: 'bias', initializer: bias!, initialization: SHIFT },
          ]
        : node.op === 'BatchNormalization' && weight !== ''
          ? [
              { part: 'weight', initializer: weight!, initialization: SCALE },
              { part: 'bias', initializer: bias!, initialization: SHIFT },
            ]
          : [];
  return parts.map(({ part, initializer, ...rest }) => ({
    name: `${node.name}.${part}`,
    initializer,
    shape: shapeOf(initializer),
    ...rest,
  }));
}

export function trainableInGraph(graph: Graph): number {
  const sizes = graph.nodes.flatMap((node) =>
    parametersOfNode({ graph, node }).map(({ shape }) => shape.reduce((n, m) => n * m, 1)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Integers or the number that an input holds; undefined where the input is computed or learned. */
export function constantInput(graph: Graph, name: string): readonly number[] | undefined {
  const values = graph.initializers.get(name)?.read();
  return values && Array.from(values);
}
