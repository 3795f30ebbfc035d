// Lists the trainable parameters of a network that is a graph, with their names and initial values.
import type { Graph, GraphNode } from '../graph/graph.js';
import type { Weight } from '../ir/block.js';

/** A weight of the graph, with its name in exported files. */
export interface GraphParameter extends Weight {
  /** The name of the weight in the graph. */
  readonly initializer: string;
}

const SHIFT = { kind: 'constant', value: 0 } as const;
const SCALE = { kind: 'constant', value: 1 } as const;

/**
 * Lists the parameters of a node. Weights of convolutions and linear layers are initialized He normal, biases
 * and shifts with 0, scales with 1.
 */
export function parametersOfNode({
  graph,
  node,
}: {
  readonly graph: Graph;
  readonly node: GraphNode;
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

/** The integers or the number that an input holds; undefined where the input is computed or trainable. */
export function constantInput(graph: Graph, name: string): readonly number[] | undefined {
  const values = graph.initializers.get(name)?.read();
  return values && Array.from(values);
}
