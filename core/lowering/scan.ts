// Writes several blocks of one topology, each of which reads the output of the block before it, as one ONNX
// Scan.
import { type Dimension, GraphBuilder, type Port } from '../onnx/graph.js';

/**
 * The name of an input or output that a scan has once for each block, [blocks, ...], and the inverse of this
 * naming.
 */
export const perBlock = (name: string): string => `${name}${PER_BLOCK}`;
export const withoutPerBlock = (name: string): string =>
  name.endsWith(PER_BLOCK) ? name.slice(0, -PER_BLOCK.length) : name;
const PER_BLOCK = '[]';

/**
 * The names, inside the body of the scan, of the value that is carried from block to block. Outside they are
 * `x` and `y`.
 */
export const CARRY = { from: 'from', to: 'to' } as const;

/**
 * An input for blocks that have no other input by block: a Scan runs once for each row of its scanned inputs.
 */
export const COUNTER = 'counter';

interface ScanBlocksArguments {
  /** The graph of one block, which reads `CARRY.from`. */
  readonly g: GraphBuilder;
  /** The carried value and its dimensions; `CARRY.from` has the same dimensions. */
  readonly carry: { readonly value: string; readonly dims: readonly Dimension[] };
  readonly shared: readonly Port[];
  readonly each: readonly Port[];
  readonly outputs: readonly (Port & { value: string })[];
}

/**
 * A Scan keeps the carried value inside ONNX Runtime; running each block by itself would copy the value out
 * and in again. The program has the inputs `x`, `shared` under their own names and `each` under `perBlock`
 * names, and the outputs `y` and `outputs` under `perBlock` names.
 */
export function scanBlocks({ g, carry, shared, each: given, outputs }: ScanBlocksArguments): Uint8Array {
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
