// In: the graph of a block. Out: the program of a series of such blocks, each reading what the one before it put out.
import { type Dimension, GraphBuilder, type Port } from '../onnx/graph.js';

/** Name of an input or output of a series that has one for each block, [blocks, ...]; and without that. */
export const ofEach = (name: string): string => `${name}${EACH}`;
export const withoutEach = (name: string): string =>
  name.endsWith(EACH) ? name.slice(0, -EACH.length) : name;
const EACH = '[]';

/** What passes from block to block, as the graph of one block names it; outside it is `x` and `y`. */
export const STATE = { from: 'from', to: 'to' } as const;

/** An input of blocks that have no other: a series runs as often as there are rows in what each block is given. */
export const IDLE = 'idle';

/**
 * An ONNX Scan over blocks: what passes from block to block stays in ONNX Runtime, where a run of each would copy it out
 * and in again. Inputs `x`, `shared` as they are, and `ofEach` of `each`; outputs `y` and `ofEach` of `outputs`.
 */
export function series({
  g,
  state,
  shared,
  each: given,
  outputs,
}: {
  /** The block's graph; it reads `STATE.from`. */
  g: GraphBuilder;
  /** What passes: the value, and its dimensions, those of `STATE.from` as well. */
  state: { readonly value: string; readonly dims: readonly Dimension[] };
  shared: readonly Port[];
  each: readonly Port[];
  outputs: readonly (Port & { value: string })[];
}): Uint8Array {
  const { value, dims } = state;
  const each = given.length > 0 ? given : [{ name: IDLE, dims: [] }];
  const body = g.body({
    name: 'block',
    inputs: [{ name: STATE.from, dims }, ...each],
    outputs: [{ name: STATE.to, dims, value }, ...outputs],
  });
  const all = ({ name, dims, type }: Port): Port => ({
    name: ofEach(name),
    dims: ['series', ...dims],
    ...(type ? { type } : {}),
  });
  const inputs = [{ name: 'x', dims }, ...each.map(all)];
  const made = [{ name: 'y', dims }, ...outputs.map(all)];
  const names = (ports: readonly Port[]) => ports.map(({ name }) => name);
  const outer = new GraphBuilder();
  outer.addOver({
    body,
    type: 'Scan',
    inputs: names(inputs),
    attributes: { num_scan_inputs: each.length },
    outputs: names(made),
  });
  return outer.build({
    name: 'series',
    inputs: [...inputs, ...shared],
    outputs: made.map((port) => ({ ...port, value: port.name })),
  });
}
