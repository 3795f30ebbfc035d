// Separates parameters of a PyTorch module that an exporter has made one tensor because their numbers were equal, such as
// the scales of the normalizations of an untrained network, where the file says which parameter each node reads.
import type { NodeProto } from '../../onnx/proto.js';
import type { Initializer } from '../graph.js';

/** The operation of PyTorch that a node stands for: `args = (%x, [96], %p_norm_weight, %p_norm_bias, 1e-06)`. */
const CALL = 'pkg.torch.onnx.fx_node';
const PARAMETER = /%(p_\w+)/g;

/**
 * The nodes with a tensor of its own for each parameter; the new tensors are added to `initializers`. Nodes whose tensors
 * cannot be told apart keep theirs: those with more or fewer of them than the call has parameters.
 */
export function separateParameters(
  nodes: readonly NodeProto[],
  initializers: Map<string, Initializer>,
): readonly NodeProto[] {
  const owners = new Map<string, string>();
  return nodes.map((node) => {
    const { inputs = [], metadata = [] } = node;
    const call = metadata.find(({ key }) => key === CALL)?.value;
    if (call === undefined) return node;
    const places = [...inputs.keys()].filter((at) => initializers.get(inputs[at]!)?.type === 'float');
    const parameters = [...call.matchAll(PARAMETER)].map(([, name]) => name!);
    if (places.length === 0 || places.length !== parameters.length) return node;
    const separate = inputs.map((name, at) => {
      const parameter = parameters[places.indexOf(at)];
      return parameter === undefined ? name : tensorOf({ name, parameter, owners, initializers });
    });
    return { ...node, inputs: separate };
  });
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
