// Replaces an `If` by the nodes of the branch that it takes.
import type { GraphProto, NodeProto } from '../onnx/proto.js';
import { ReadError } from '../onnx/read-error.js';
import type { Inlining } from './inlining.js';
import { namesWithin, type Rename, renameNode, renameTensor } from './rename-nodes.js';

/** Throws a ReadError for a condition that depends on the images, or on their size where the file leaves it open. */
export function inlineBranch(node: NodeProto, prefix: string, { add, hold, known }: Inlining): void {
  const branch = branchOf(node, known(node.inputs?.[0] ?? ''));
  const { rename, passedOn } = renaming({ node, branch, prefix });
  hold((branch.initializers ?? []).map((tensor) => renameTensor(tensor, rename)));
  add(
    (branch.nodes ?? []).map((inner) => ({
      ...renameNode(inner, rename),
      name: `${prefix}${inner.name ?? ''}`,
    })),
  );
  add(passedOn);
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

function branchOf({ name = 'If', attributes = [] }: NodeProto, holds: number | undefined): GraphProto {
  if (holds === undefined)
    throw new ReadError(
      'unsupported-operator',
      `node "${name}" (If) takes one of two branches by numbers that depend on the images, or on their size where the file leaves it open: such control flow cannot be scored; export the network without it, or for one size`,
    );
  const wanted = holds !== 0 ? 'then_branch' : 'else_branch';
  const graph = attributes.find((attribute) => attribute.name === wanted)?.g;
  if (!graph) throw new Error(`node "${name}" (If) has no ${wanted}`);
  return graph;
}
