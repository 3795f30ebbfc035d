// Replaces every `If` by the nodes of the branch that it takes, and every `Loop` and `Scan` by the nodes of its steps.
// Exporters write them where Python code asks for the shape of a tensor, or repeats a layer or a time step, which is
// known before anything is computed.
import type { NodeProto, TensorProto } from '../onnx/proto.js';
import { ReadError } from '../onnx/read-error.js';
import { inlineBranch } from './inline-branch.js';
import type { Inlining } from './inlining.js';
import { unrollLoop, unrollScan } from './unroll-loops.js';

/** The most nodes before all decisions together, because each resolves the nodes before it. */
const MOST_BEFORE = 250_000;
/** The most nodes of a network whose loops are written out. */
const MOST_NODES = 200_000;

/** The nodes of a network without functions, and its tensors. */
export interface Nodes {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
}

/** Adds the nodes that stand for a node; the names of its own tensors and nodes begin with `prefix`. */
type Inline = (node: NodeProto, prefix: string, inlining: Inlining) => void;

const CONTROL_FLOW: ReadonlyMap<string, Inline> = new Map([
  ['If', inlineBranch],
  ['Loop', unrollLoop],
  ['Scan', unrollScan],
]);

interface InlineControlFlowArguments extends Nodes {
  readonly known: (name: string, before: Nodes) => number | undefined;
  /** Replaces calls of functions by their nodes. */
  readonly inline: (nodes: readonly NodeProto[]) => readonly NodeProto[];
}

/** Throws a ReadError for a condition or a number of steps that is not known before the network runs. */
export function inlineControlFlow({ nodes, initializers, known, inline }: InlineControlFlowArguments): Nodes {
  const out: { nodes: NodeProto[]; initializers: TensorProto[] } = {
    nodes: [],
    initializers: [...initializers],
  };
  const answers = new Map<string, number | undefined>();
  const sameAs = new Map<string, string>();
  let count = 0;
  let before = 0;
  const knownOf = (name: string): number | undefined => {
    const source = sameAs.get(name) ?? name;
    if (!answers.has(source)) {
      before += out.nodes.length;
      if (before > MOST_BEFORE)
        throw new ReadError(
          'too-large',
          `it has ${answers.size + 1} conditions and numbers of steps, or more: too many to decide`,
        );
      answers.set(source, known(source, out));
    }
    return answers.get(source);
  };
  const addNode = (node: NodeProto): void => {
    const { opType = '', domain = '' } = node;
    const stand = domain === '' || domain === 'ai.onnx' ? CONTROL_FLOW.get(opType) : undefined;
    if (stand) {
      count += 1;
      stand(node, `${node.name || opType}.${count}/`, inlining);
      return;
    }
    const [from = ''] = node.inputs ?? [];
    if (opType === 'Identity') sameAs.set(node.outputs?.[0] ?? '', sameAs.get(from) ?? from);
    out.nodes.push(node);
    if (out.nodes.length > MOST_NODES)
      throw new ReadError(
        'too-large',
        `it has more than ${MOST_NODES} nodes after its loops are written out`,
      );
  };
  const inlining: Inlining = {
    add: (added) => {
      for (const node of inline(added)) addNode(node);
    },
    hold: (tensors) => {
      out.initializers.push(...tensors);
    },
    known: knownOf,
  };
  inlining.add(nodes);
  return out;
}
