// Replaces every `If` by the nodes of the branch that it takes. Exporters write it where Python code asks for
// the shape of a tensor, which is known before anything is computed.
import type { GraphProto, NodeProto, TensorProto } from '../onnx/proto.js';
import { ReadError } from '../onnx/read-error.js';
import { namesWithin, type Rename, renameNode, renameTensor } from './rename-nodes.js';

/** The most nodes before all branches together, because deciding each resolves the nodes before it. */
const MOST_BEFORE = 250_000;

/** The nodes of a network without functions, and its tensors. */
export interface Nodes {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
}

interface InlineBranchesArguments extends Nodes {
  /** Whether a condition holds; undefined if it depends on the images, or on their size where the file leaves it open. */
  readonly decide: (condition: string, before: Nodes) => boolean | undefined;
  /** Replaces calls of functions by their nodes. */
  readonly inline: (nodes: readonly NodeProto[]) => readonly NodeProto[];
}

/** Throws a ReadError for a condition that depends on the images, or on their size where the file leaves it open. */
export function inlineBranches({ nodes, initializers, decide, inline }: InlineBranchesArguments): Nodes {
  const out: { nodes: NodeProto[]; initializers: TensorProto[] } = {
    nodes: [],
    initializers: [...initializers],
  };
  let count = 0;
  let before = 0;
  const walk = (node: NodeProto): void => {
    if (!isIf(node)) {
      out.nodes.push(node);
      return;
    }
    count += 1;
    before += out.nodes.length;
    if (before > MOST_BEFORE)
      throw new ReadError(
        'too-large',
        `it has ${count} nodes of the operator If or more: too many to decide`,
      );
    const branch = branchOf(node, decide(node.inputs?.[0] ?? '', out));
    const prefix = `${node.name || 'If'}.${count}/`;
    const { rename, passedOn } = renaming({ node, branch, prefix });
    out.initializers.push(...(branch.initializers ?? []).map((tensor) => renameTensor(tensor, rename)));
    for (const each of inline((branch.nodes ?? []).map((inner) => renameNode(inner, rename))))
      walk({ ...each, name: `${prefix}${each.name ?? ''}` });
    out.nodes.push(...passedOn);
  };
  for (const node of nodes) walk(node);
  return out;
}

/**
 * The names of a branch's tensors in the network: those of its results are the names of the outputs of the `If`, and the
 * others get a prefix. A tensor from outside, or a second output for the same tensor, is passed on by an Identity.
 */
function renaming({
  node,
  branch,
  prefix,
}: {
  readonly node: NodeProto;
  readonly branch: GraphProto;
  readonly prefix: string;
}): { readonly rename: Rename; readonly passedOn: readonly NodeProto[] } {
  const own = new Set(namesWithin(branch));
  const results = new Map<string, string>();
  const passedOn: NodeProto[] = [];
  const rename = (name: string) => results.get(name) ?? (own.has(name) ? `${prefix}${name}` : name);
  node.outputs?.forEach((output, i) => {
    const result = branch.outputs?.[i]?.name ?? '';
    if (own.has(result) && !results.has(result)) results.set(result, output);
    else
      passedOn.push({
        opType: 'Identity',
        name: `${prefix}output ${i}`,
        inputs: [rename(result)],
        outputs: [output],
      });
  });
  return { rename, passedOn };
}

function isIf({ opType, domain = '' }: NodeProto): boolean {
  return opType === 'If' && (domain === '' || domain === 'ai.onnx');
}

function branchOf({ name = 'If', attributes = [] }: NodeProto, holds: boolean | undefined): GraphProto {
  if (holds === undefined)
    throw new ReadError(
      'unsupported-operator',
      `node "${name}" (If) takes one of two branches by numbers that depend on the images, or on their size where the file leaves it open: such control flow cannot be scored; export the network without it, or for one size`,
    );
  const wanted = holds ? 'then_branch' : 'else_branch';
  const graph = attributes.find((attribute) => attribute.name === wanted)?.g;
  if (!graph) throw new Error(`node "${name}" (If) has no ${wanted}`);
  return graph;
}
