// Separates parameters of a PyTorch module that an exporter has made one tensor because their numbers were equal, such as
// the scales of the normalizations of an untrained network, where the file says which parameter each node reads.
import type { NodeProto } from '../../onnx/proto.js';
import type { Initializer } from '../graph.js';
import { CALL, noteOf, RULES } from './notes.js';

const PARAMETER = /%(p_\w+)/g;
/** The rule by which the optimizer leaves out a bias of zeros. */
const WITHOUT_BIAS = /\bRemoveOptionalBias/;

/**
 * The nodes with a tensor of its own for each parameter; the new tensors are added to `initializers`. Where a call is
 * written as several nodes, such as a product and a sum for a linear layer, they read its parameters in their order, if
 * the names of their tensors do not say otherwise.
 * Nodes whose tensors cannot be told apart keep theirs: those with more or fewer of them than the call has parameters,
 * but for a bias of zeros that the exporter left out.
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
  const noted = nodes.filter((node) => callOf(node) !== undefined);
  const places = noted.flatMap((node) => placesOf(node, initializers));
  const found = new Map<NodeProto, Map<number, string>>();
  for (const [call, all] of groupBy(places, ({ node }) => callOf(node)!)) {
    const parameters = [...call.matchAll(PARAMETER)].map(([, name]) => name!);
    const groups = all.length === parameters.length ? [all] : [...groupBy(all, ({ node }) => node).values()];
    for (const group of groups) {
      const isWhole = group.length === parameters.length;
      if (!isWhole && !(group.length === parameters.length - 1 && lacksBias(group[0]!.node))) continue;
      const named = parametersByName(group, parameters);
      group.forEach(({ node, at }, i) => {
        found.set(node, (found.get(node) ?? new Map()).set(at, (named ?? parameters)[i]!));
      });
    }
  }
  return found;
}

/**
 * The parameter at each place by the name of its tensor, `norm.bias` for `p_norm_bias`: the nodes of a call may be in any
 * order. Undefined where a tensor has another name or two places have one, as where tensors were made one.
 */
function parametersByName(
  places: readonly Place[],
  parameters: readonly string[],
): readonly string[] | undefined {
  const named = places.map(({ node, at }) => parameterName(node.inputs![at]!));
  const isEach = new Set(named).size === named.length && named.every((name) => parameters.includes(name));
  return isEach ? named : undefined;
}

/** The name that PyTorch's newer exporter gives the parameter of a module. */
const parameterName = (name: string): string => `p_${name.replaceAll(/[^a-zA-Z0-9]/g, '_').toLowerCase()}`;

const callOf = ({ metadata }: NodeProto): string | undefined => noteOf(metadata, CALL);
/** A bias is the last parameter of its call. */
const lacksBias = ({ metadata }: NodeProto): boolean => WITHOUT_BIAS.test(noteOf(metadata, RULES) ?? '');

/** `Map.groupBy`, which Node has from version 21 on. */
function groupBy<T, K>(list: readonly T[], keyOf: (each: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const each of list) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return groups;
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
