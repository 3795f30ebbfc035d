// Separates parameters that PyTorch's older exporter has made one tensor because their numbers were equal, such as the
// scales of the normalizations of an untrained network: it writes the others as copies.
import type { NodeProto } from '../../onnx/proto.js';
import { sizeOf } from '../../ops/tensor/shapes.js';
import type { Initializer } from '../graph.js';
import { modulesOf } from './module-names.js';
import { isUniform } from './uniform.js';

/** The name of a parameter, such as `layers.1.norm.weight`. */
const PARAMETER = /^[A-Za-z_]\w*(\.\w+)*$/;
/** The name of a tensor that the exporter computed from a parameter, such as `onnx::MatMul_57` of a transposed weight. */
const RENAMED = /^onnx::\w+_\d+$/;

/** A tensor that is equal to another, by their names. */
interface Copy {
  readonly name: string;
  readonly source: string;
  readonly node: NodeProto;
}

/**
 * The nodes without the copies, each of which becomes a tensor of its own in `initializers`. A weight that several layers
 * share has one name in the module, and no copy. Once the exporter has transposed it for each of them, the names are lost:
 * then it is separate only between modules that are copies of each other, as `copy.deepcopy` makes them for the layers of
 * `nn.TransformerEncoder`, because their other parameters are equal too. Scales and shifts that are all 1 or all 0 are
 * separate in any two modules.
 */
export function separateCopies(
  nodes: readonly NodeProto[],
  initializers: Map<string, Initializer>,
): readonly NodeProto[] {
  const copies = nodes.flatMap((node) => copyOf(node, initializers));
  const named = copies.filter(({ name }) => PARAMETER.test(name));
  const isCopied = copiedModules(named, initializers);
  const moduleOf = readingModules(nodes);
  const renamed = copies.filter(({ name, source }) => {
    const [module, other] = [moduleOf.get(name), moduleOf.get(source)];
    if (!RENAMED.test(name) || module === undefined || other === undefined) return false;
    const isScale = isUniformVector(initializers.get(source)!);
    return isCopied(module, other) || (isScale && withoutCalls(module) !== withoutCalls(other));
  });
  const separate = [...named, ...renamed];
  for (const { name, source } of separate) initializers.set(name, initializers.get(source)!);
  const gone = new Set(separate.map(({ node }) => node));
  return nodes.filter((node) => !gone.has(node));
}

function copyOf(node: NodeProto, initializers: ReadonlyMap<string, Initializer>): readonly Copy[] {
  const { opType, inputs: [source = ''] = [], outputs: [name = ''] = [] } = node;
  const tensor = initializers.get(source);
  const isCopy = opType === 'Identity' && tensor?.type === 'float' && sizeOf(tensor.shape) > 0;
  return isCopy && !initializers.has(name) ? [{ name, source, node }] : [];
}

/** Whether two modules have equal random parameters. Those that are all 0 or 1 say nothing, since any two are equal. */
function copiedModules(
  named: readonly Copy[],
  initializers: ReadonlyMap<string, Initializer>,
): (module: string, other: string) => boolean {
  const isRandom = new Map<string, boolean>();
  for (const source of new Set(named.map((copy) => copy.source))) {
    const values = initializers.get(source)!.read();
    isRandom.set(source, values !== undefined && !isUniform(values));
  }
  const firsts = new Map<string, string>();
  for (const { name, source } of named) {
    const [module, first] = withoutCommonEnd(name, source);
    if (isRandom.get(source) && !firsts.has(module)) firsts.set(module, first);
  }
  return (module, other) => {
    const [a, b] = withoutCommonEnd(module, other);
    return a !== b && (firsts.get(a) ?? a) === (firsts.get(b) ?? b);
  };
}

function isUniformVector({ shape, read }: Initializer): boolean {
  const values = shape.filter((n) => n > 1).length === 1 ? read() : undefined;
  return values !== undefined && isUniform(values);
}

/** The exporter names the second call of `layers.norm` `layers.norm_1`. */
const withoutCalls = (module: string): string => module.replaceAll(/_\d+(?=\.|$)/g, '');

/** `layers.1.norm.weight` and `layers.0.norm.weight` without the end that they share: `layers.1` and `layers.0`. */
function withoutCommonEnd(a: string, b: string): readonly [string, string] {
  const [left, right] = [a.split('.'), b.split('.')];
  while (left.length > 0 && right.length > 0 && left.at(-1) === right.at(-1)) {
    left.pop();
    right.pop();
  }
  return [left.join('.'), right.join('.')];
}

/** For each tensor, the innermost module of the first node that reads it. */
function readingModules(nodes: readonly NodeProto[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name = '', inputs = [] } of nodes) {
    const module = modulesOf({ name }).at(-1);
    for (const input of inputs) if (module !== undefined && !found.has(input)) found.set(input, module);
  }
  return found;
}
