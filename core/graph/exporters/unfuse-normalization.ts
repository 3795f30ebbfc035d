// Restores batch normalizations that an exporter has merged into the layers before them, where the file says so.
import type { GraphNode, Initializer } from '../graph.js';
import { CALL, type Metadata, noteOf, RULES } from './notes.js';

const FUSED = /\bFuseBatchNormInto(Conv|ConvTranspose|Gemm)\b/;
/** The older exporter gives what it computed from parameters a name of its own; parameters have those of their modules. */
const COMPUTED = /^onnx::Conv_\d+$/;
const USUAL_EPSILON = 1e-5;

interface UnfuseArguments {
  readonly node: GraphNode;
  readonly metadata: Metadata;
  readonly initializers: Map<string, Initializer>;
}

/**
 * The nodes in place of a node: its layer without a bias, and the normalization that was merged into both. Scale and
 * shift are new initializers without numbers. Any other node is returned as it is.
 */
export function unfuseNormalization({ node, metadata, initializers }: UnfuseArguments): readonly GraphNode[] {
  const noted = (key: string) => noteOf(metadata, key) ?? '';
  const isFused = FUSED.test(noted(RULES)) || isComputed(node);
  const channels = isFused ? channelsOf(node, initializers) : undefined;
  const [output] = node.outputs;
  if (channels === undefined || output === undefined) return [node];
  const add = (part: string): string => {
    const name = `${output} ${part}`;
    initializers.set(name, { shape: [channels], type: 'float', read: () => undefined });
    return name;
  };
  const before = `${output} before normalization`;
  return [
    { ...node, inputs: node.inputs.slice(0, 2), outputs: [before] },
    {
      op: 'BatchNormalization',
      name: `${node.name} normalization`,
      inputs: [before, add('scale'), add('shift'), '', ''],
      outputs: [output],
      attributes: { epsilon: epsilonOf(noted(CALL)) },
      ...(node.modules ? { modules: node.modules } : {}),
    },
  ];
}

/**
 * Whether the older exporter computed weight and bias of a convolution. A weight alone may be standardized by the
 * network itself.
 */
function isComputed({ op, inputs: [, weight = '', bias = ''] }: GraphNode): boolean {
  return op === 'Conv' && COMPUTED.test(weight) && COMPUTED.test(bias);
}

/** The last argument of a call of batch normalization. A call may be long, so it is searched once. */
function epsilonOf(call: string): number {
  const begin = call.indexOf('args = (');
  const end = call.indexOf('), kwargs', begin);
  if (!call.includes('batch_norm') || begin < 0 || end < 0) return USUAL_EPSILON;
  const epsilon = Number(call.slice(call.lastIndexOf(',', end) + 1, end));
  return epsilon > 0 && Number.isFinite(epsilon) ? epsilon : USUAL_EPSILON;
}

/** The number of channels that a layer yields; undefined where its weight is computed. */
function channelsOf(
  { op, inputs, attributes }: GraphNode,
  initializers: ReadonlyMap<string, Initializer>,
): number | undefined {
  const shape = initializers.get(inputs[1] ?? '')?.shape;
  if (op === 'Conv') return shape?.[0];
  if (op === 'ConvTranspose') return shape?.[1] && shape[1] * ((attributes.group as number | undefined) ?? 1);
  return op === 'Gemm' ? shape?.[attributes.transB === 1 ? 0 : 1] : undefined;
}
