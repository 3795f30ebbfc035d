// Builds small networks of any inputs as ONNX files, and reads them.
import { graphNetwork } from '../../core/graph/network.js';
import { readOnnx } from '../../core/graph/read-onnx.js';
import { GraphBuilder } from '../../core/onnx/graph.js';

export interface Input {
  readonly name: string;
  readonly dims: readonly (number | string)[];
  readonly type?: 'float' | 'int64';
}

/** Writes a network from these inputs; `wire` returns its output. */
export function build(inputs: readonly Input[], wire: (g: GraphBuilder) => string, opset = 17) {
  const g = new GraphBuilder();
  const value = wire(g);
  const bytes = g.build({ name: 'network', inputs, outputs: [{ name: 'y', value, dims: [] }], opset });
  return readOnnx({ bytes, file: 'network.onnx' });
}

export const weight = (g: GraphBuilder, name: string, dims: readonly number[]) =>
  g.weights({ name, dims, data: new Float32Array(dims.reduce((a, b) => a * b)) });

export const network = (graph: ReturnType<typeof build>, batch = 2) =>
  graphNetwork({
    graph,
    batch,
    image: graph.inputs[0]!.shape.slice(1) as readonly number[],
    wanted: 'stages',
    file: 'network.onnx',
  });
