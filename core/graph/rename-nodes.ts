// Gives the tensors of a node other names, with those of the graphs that the node contains.
import type { AttributeProto, GraphProto, NodeProto, TensorProto } from '../onnx/proto.js';

/** The new name of a tensor. */
export type Rename = (name: string) => string;

export function renameNode(node: NodeProto, rename: Rename): NodeProto {
  return {
    ...node,
    inputs: (node.inputs ?? []).map(rename),
    outputs: (node.outputs ?? []).map(rename),
    attributes: (node.attributes ?? []).map((attribute) => renameAttribute(attribute, rename)),
  };
}

export function renameTensor(tensor: TensorProto, rename: Rename): TensorProto {
  return { ...tensor, name: rename(tensor.name ?? '') };
}

function renameAttribute(attribute: AttributeProto, rename: Rename): AttributeProto {
  return attribute.g ? { ...attribute, g: renameGraph(attribute.g, rename) } : attribute;
}

export function renameGraph(graph: GraphProto, rename: Rename): GraphProto {
  return {
    ...graph,
    nodes: (graph.nodes ?? []).map((node) => renameNode(node, rename)),
    initializers: (graph.initializers ?? []).map((tensor) => renameTensor(tensor, rename)),
    inputs: (graph.inputs ?? []).map((value) => ({ ...value, name: rename(value.name ?? '') })),
    outputs: (graph.outputs ?? []).map((value) => ({ ...value, name: rename(value.name ?? '') })),
  };
}

/** The names of tensors that a graph, or a graph inside it, computes or holds. */
export function namesWithin({ nodes = [], initializers = [], inputs = [] }: GraphProto): readonly string[] {
  return [
    ...[...initializers, ...inputs].map(({ name = '' }) => name),
    ...nodes.flatMap(({ outputs = [], attributes = [] }) => [
      ...outputs,
      ...attributes.flatMap(({ g }) => (g ? namesWithin(g) : [])),
    ]),
  ].filter((name) => name !== '');
}
