// Separates parameters of a PyTorch module that an exporter has made one tensor because their numbers were equal, such as
// the scales of the normalizations of an untrained network, where the file says which parameter each node reads.
import type { NodeProto } from '../../onnx/proto.js';
import type { Initializer } from '../graph.js';

/** The operation of PyTorch that a node stands for: `args = (%x, [96], %p_norm_weight, %p_norm_bias, 1e-06)`. */
const CALL = 'pkg.torch.onnx.fx_node';
const PARAMETER = /%(p_\w+)/g;

/**
 * The nodes with a tensor of its own for each parameter; the new tensors are added to `initializers`. Where a call is
 * written as several nodes, such as a product and a sum for a linear layer, they read its parameters in their order.
 * Nodes whose tensors cannot be told apart keep theirs: those with more or fewer of them than the call has parameters.
 */
export function separateParameters(
  nodes: readonly NodeProto[],
  initializers: Map<string, Initializer>,
): readonly NodeProto[] {
  const owners = new Map<string, string>();
  const parameterAt = parametersOf(nodes, initializers);
  return nodes.map((node) => {
    const parameters = parameterAt.get(node);
    if (!parameters) return node;
    const inputs = (node.inputs ?? []).map((name, at) => {
      const parameter = parameters.get(at);
      return parameter === undefined ? name : tensorOf({ name, parameter, owners, initializers });
    });
    return { ...node, inputs };
  });
}

/** For each node whose tensors can be told apart, the parameters by the places of its inputs. */
function parametersOf(
  nodes: readonly NodeProto[],
  initializers: ReadonlyMap<string, Initializer>,
): ReadonlyMap<NodeProto, ReadonlyMap<number, string>> {
  const calls = new Map<string, Place[]>();
  for (const node of nodes) {
    const call = node.metadata?.find(({ key }) => key === CALL)?.value;
    if (call !== undefined) calls.set(call, [...(calls.get(call) ?? []), ...placesOf(node, initializers)]);
  }
  const found = new Map<NodeProto, Map<number, string>>();
  for (const [call, all] of calls) {
    const parameters = [...call.matchAll(PARAMETER)].map(([, name]) => name!);
    const groups = all.length === parameters.length ? [all] : placesByNode(all);
    for (const places of groups)
      if (places.length === parameters.length)
        places.forEach(({ node, at }, i) => {
          found.set(node, (found.get(node) ?? new Map()).set(at, parameters[i]!));
        });
  }
  return found;
}

/** An input of a node that may be a parameter. */
interface Place {
  readonly node: NodeProto;
  readonly at: number;
}

/** Running statistics of a normalization are not read, and buffers are no parameters. */
function placesOf(node: NodeProto, initializers: ReadonlyMap<string, Initializer>): readonly Place[] {
  const { opType, inputs = [] } = node;
  const read = opType === 'BatchNormalization' ? inputs.slice(0, 3) : inputs;
  return [...read.entries()].flatMap(([at, name]) => {
    const tensor = initializers.get(name);
    return tensor?.type === 'float' && !tensor.isBuffer ? { node, at } : [];
  });
}

function placesByNode(places: readonly Place[]): readonly (readonly Place[])[] {
  return [...new Set(places.map(({ node }) => node))].map((node) =>
    places.filter((place) => place.node === node),
  );
}

interface TensorOfArguments {
  readonly name: string;
  readonly parameter: string;
  /** For each tensor, the parameter that was seen first. */
  readonly owners: Map<string, string>;
  readonly initializers: Map<string, Initializer>;
}

/** The tensor for a parameter: the one in the file for the first, a copy for every other. */
function tensorOf({ name, parameter, owners, initializers }: TensorOfArguments): string {
  const owner = owners.get(name) ?? parameter;
  owners.set(name, owner);
  if (owner === parameter) return name;
  const copy = `${name} as ${parameter}`;
  initializers.set(copy, initializers.get(name)!);
  return copy;
}
