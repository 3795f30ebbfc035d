// Replaces calls of a model's own functions by the nodes of those functions.
import type { AttributeProto, FunctionProto, NodeProto } from '../onnx/proto.js';
import { ReadError } from '../onnx/read-error.js';
import { renameNode } from './rename-nodes.js';

/**
 * The most nodes after inlining, because functions that call functions can double the number with each level.
 */
const MOST_NODES = 200_000;
const DEEPEST = 32;

/** Throws an Error for recursive functions, and where there are too many nodes. */
export function inlineFunctions({
  nodes,
  functions,
}: {
  readonly nodes: readonly NodeProto[];
  readonly functions: readonly FunctionProto[];
}): readonly NodeProto[] {
  const known = new Map(functions.map((each) => [keyOf(each.domain, each.name, each.overload), each]));
  const out: NodeProto[] = [];
  let calls = 0;
  const walk = (node: NodeProto, depth: number): void => {
    const called = known.get(keyOf(node.domain, node.opType, node.overload));
    if (!called) {
      out.push(node);
      if (out.length > MOST_NODES) throw new ReadError('too-large', `it has more than ${MOST_NODES} nodes`);
      return;
    }
    if (depth > DEEPEST)
      throw new ReadError(
        'cycle',
        `its function "${called.name}" calls itself, or functions are nested more than ${DEEPEST} deep`,
      );
    calls += 1;
    if (calls > MOST_NODES)
      throw new ReadError('too-large', `its functions are called more than ${MOST_NODES} times`);
    for (const inner of bodyOf({ called, node, prefix: `${node.name || called.name}.${calls}/` }))
      walk(inner, depth + 1);
  };
  for (const node of nodes) walk(node, 0);
  return out;
}

function keyOf(domain = '', name = '', overload = ''): string {
  return JSON.stringify([domain, name, overload]);
}

/**
 * The nodes of one call. Inputs and outputs get the caller's names; all other tensors get a prefix of their
 * own.
 */
function bodyOf({
  called,
  node,
  prefix,
}: {
  readonly called: FunctionProto;
  readonly node: NodeProto;
  readonly prefix: string;
}): NodeProto[] {
  const names = new Map<string, string>();
  called.inputs?.forEach((name, i) => {
    names.set(name, node.inputs?.[i] ?? '');
  });
  called.outputs?.forEach((name, i) => {
    const outer = node.outputs?.[i];
    if (outer) names.set(name, outer);
  });
  const rename = (name: string) => (name === '' ? '' : (names.get(name) ?? `${prefix}${name}`));
  const given = new Map<string, AttributeProto>();
  for (const each of [...(called.defaults ?? []), ...(node.attributes ?? [])])
    given.set(each.name ?? '', each);
  const renamed = (called.nodes ?? []).map((inner) => renameNode(inner, rename));
  return renamed.map((inner) => ({
    ...inner,
    name: `${prefix}${inner.name ?? ''}`,
    metadata: inner.metadata ?? node.metadata ?? [],
    attributes: (inner.attributes ?? []).flatMap((attribute) => {
      if (!attribute.refAttrName) return [attribute];
      const value = given.get(attribute.refAttrName);
      // An attribute that the caller omits is omitted within the function too, so that the operator's default
      // applies.
      return value && attribute.name !== undefined ? [{ ...value, name: attribute.name }] : [];
    }),
  }));
}
