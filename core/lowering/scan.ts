// Writes the program of several blocks of one topology, each reading what the one before it put out, as one ONNX Scan.
import { type Dimension, GraphBuilder, type Port } from '../onnx/graph.js';

/** Name of an input or output of a scan that has one for each block, [blocks, ...]; and the name without that. */
export const perBlock = (name: string): string => `${name}${PER_BLOCK}`;
export const withoutPerBlock = (name: string): string =>
  name.endsWith(PER_BLOCK) ? name.slice(0, -PER_BLOCK.length) : name;
const PER_BLOCK = '[]';

/** The names, in the graph of one block, of the value that a scan carries from block to block. Outside they are `x` and `y`. */
export const CARRY = { from: 'from', to: 'to' } as const;

/** An input of blocks that have no other: a scan runs as often as there are rows in what it is given for each block. */
export const COUNTER = 'counter';

/**
 * What is carried from block to block stays in ONNX Runtime, where a run of each block would copy it out and in again.
 * Inputs are `x`, `shared` as they are, and `perBlock` of `each`; outputs are `y` and `perBlock` of `outputs`.
 */
export function scanBlocks({
  g,
  carry,
  shared,
  each: given,
  outputs,
}: {
  /** One block's graph; it reads `CARRY.from`. */
  g: GraphBuilder;
  /** The carried value and its dimensions, which `CARRY.from` has too. */
  carry: { readonly value: string; readonly dims: readonly Dimension[] };
  shared: readonly Port[];
  each: readonly Port[];
  outputs: readonly (Port & { value: string })[];
}): Uint8Array {
  const { value, dims } = carry;
  const each = given.length > 0 ? given : [{ name: COUNTER, dims: [] }];
  const body = g.body({
    name: 'block',
    inputs: [{ name: CARRY.from, dims }, ...each],
    outputs: [{ name: CARRY.to, dims, value }, ...outputs],
  });
  const all = ({ name, dims, type }: Port): Port => ({
    name: perBlock(name),
    dims: ['blocks of the scan', ...dims],
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
    name: 'scan',
    inputs: [...inputs, ...shared],
    outputs: made.map((port) => ({ ...port, value: port.name })),
  });
}
