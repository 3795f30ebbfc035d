// Finds the longest stream of networks whose streams run side by side, so that hardly any tensor is on every
// path (CrossViT, TNT).
import type { Id } from '../ops/tensor/tape.js';
import type { ResolvedGraph } from './resolve.js';

/** The most frequent shapes of residual sums that are tried; each takes a pass over the graph. */
const MOST_STREAMS = 16;

/**
 * The longest sequence of residual sums of one shape in which each depends on the one before, in order; of
 * equally long ones, that which comes nearest to the output. What other streams add is a further input of the
 * block between two of them.
 */
export function longestStream(graph: ResolvedGraph, on: readonly boolean[]): readonly Id[] {
  const byShape = new Map<string, Id[]>();
  const isPart = partialSums(graph, on);
  for (const { id, shape } of graph.tape.values) {
    if (!on[id] || isPart.has(id) || !isResidualSum(graph, id)) continue;
    const sums = byShape.get(`${shape}`);
    if (sums) sums.push(id);
    else byShape.set(`${shape}`, [id]);
  }
  const streams = [...byShape.values()].sort((a, b) => b.length - a.length).slice(0, MOST_STREAMS);
  const chains = streams.map((sums) => longestChain(graph, new Set(sums)));
  return chains.sort((a, b) => b.length - a.length || b.at(-1)! - a.at(-1)!)[0] ?? [];
}

/** Sums that only another residual sum reads, as those of three terms: between the two nothing is computed. */
function partialSums(graph: ResolvedGraph, on: readonly boolean[]): ReadonlySet<Id> {
  const readers = new Map<Id, Id[]>();
  for (const { id, inputs } of graph.tape.values)
    for (const input of on[id] ? new Set(inputs) : []) {
      const known = readers.get(input);
      if (known) known.push(id);
      else readers.set(input, [id]);
    }
  const isPartial = (ids: readonly Id[]) => ids.length === 1 && isResidualSum(graph, ids[0]!);
  return new Set([...readers].flatMap(([id, ids]) => (isPartial(ids) ? [id] : [])));
}

/** Whether a value adds two values that depend on the images and have its shape; indices are not values of a stream. */
function isResidualSum({ tape, isStream }: ResolvedGraph, id: Id): boolean {
  const { op, inputs, shape, type } = tape.get(id);
  const [a, b] = inputs;
  return (
    op === 'Add' &&
    type === 'float' &&
    a !== b &&
    inputs.every((input) => isStream[input] && `${tape.shape(input)}` === `${shape}`)
  );
}

/** The longest path through these values, as a path in the graph from one to the next. */
function longestChain({ tape, output }: ResolvedGraph, members: ReadonlySet<Id>): readonly Id[] {
  const before = new Map<Id, Id | undefined>();
  const length = new Array<number>(output + 1).fill(0);
  const last = new Array<Id | undefined>(output + 1).fill(undefined);
  for (let id = 0; id <= output; id++) {
    for (const input of tape.get(id).inputs)
      if (length[input]! > length[id]!) {
        length[id] = length[input]!;
        last[id] = last[input];
      }
    if (!members.has(id)) continue;
    before.set(id, last[id]);
    length[id]! += 1;
    last[id] = id;
  }
  const chain: Id[] = [];
  for (let id = last[output]; id !== undefined; id = before.get(id)) chain.push(id);
  return chain.reverse();
}
