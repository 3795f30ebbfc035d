// Writes a network that is a graph as an ONNX model for inference, with the weights of a draw.
import type { Graph, GraphNode } from '../graph/graph.js';
import type { Draw } from '../ir/draw.js';
import { GraphBuilder } from '../onnx/graph.js';
import { attributeOf } from './graph-attributes.js';
import { parametersOfNode } from './graph-parameters.js';
import { IMAGES, LOGITS, type ModelSettings } from './layers.js';

/** The first operator set of the standard that has Gelu. */
const GELU = 20;

interface GraphModelArguments extends ModelSettings {
  readonly graph: Graph;
}

/**
 * Input `images` [batch, channels, r, r], output `logits` [batch, classes]. Running statistics are mean 0 and
 * variance 1, as before training.
 */
export function graphModel({ graph, draw, resolution, comment }: GraphModelArguments): Uint8Array {
  const g = new GraphBuilder();
  const [input] = graph.inputs;
  const names = new Map([[input!.name, IMAGES]]);
  for (const [name, { shape, type, read }] of graph.initializers) {
    const values = read();
    if (!values) continue;
    const data = Array.from(values);
    names.set(name, g.tensor({ type: type === 'float' ? 'float' : 'int64', dims: shape, data }));
  }
  for (const node of graph.nodes) addNode({ g, graph, node, names, draw });
  const output = graph.outputs[0]!;
  const usesGelu = graph.nodes.some(({ op }) => op === 'Gelu');
  const classes = graph.nodes.at(-1)!.inputs[2]!;
  return g.build({
    name: 'zeroscout',
    notes: true,
    comment,
    ...(usesGelu ? { opset: GELU } : {}),
    inputs: [{ name: IMAGES, dims: ['batch', input!.shape[1]!, resolution, resolution] }],
    outputs: [
      {
        name: LOGITS,
        dims: ['batch', graph.initializers.get(classes)!.shape[0]!],
        value: names.get(output)!,
      },
    ],
  });
}

interface AddNodeArguments {
  readonly g: GraphBuilder;
  readonly graph: Graph;
  readonly node: GraphNode;
  readonly names: Map<string, string>;
  readonly draw: Draw;
}

function addNode({ g, graph, node, names, draw }: AddNodeArguments): void {
  const parameters = parametersOfNode({ graph, node });
  for (const { initializer, ...weight } of parameters)
    names.set(initializer, g.weights({ name: weight.name, dims: weight.shape, data: draw.weight(weight) }));
  const inputs = node.inputs.map((name) => names.get(name)!);
  if (node.op === 'BatchNormalization') {
    const size = (parameters[0]?.shape[0] ?? node.attributes.channels) as number;
    const statistic = (part: string, value: number) =>
      g.weights({
        name: `${node.name}.${part}`,
        dims: [size],
        data: new Float32Array(size).fill(value),
        isBuffer: true,
      });
    const constant = (value: number) => g.floatNode([size], new Array<number>(size).fill(value));
    if (parameters.length === 0) inputs.splice(1, 2, constant(1), constant(0));
    inputs.push(statistic('running_mean', 0), statistic('running_var', 1));
  }
  const attributes = Object.entries(node.attributes)
    // The standard has no attribute `channels`; exports express it by a normalization without scale and
    // shift.
    .filter(([name]) => name !== 'channels')
    .map(([name, value]) => [name, attributeOf(name, value)]);
  names.set(node.outputs[0]!, g.add(node.op, inputs, Object.fromEntries(attributes)));
}
