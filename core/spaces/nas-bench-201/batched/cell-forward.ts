// Writes the forward pass of a cell for all candidates of a run.
import {
  CONVOLUTIONS,
  type Convolution,
  EDGES,
  INNER,
  incoming,
  isConvolution,
  kernelOf,
  OUTPUT,
  SLOTTED,
  type Slotted,
} from './cell.js';
import { inputIndex, outputIndex } from './index-ports.js';
import type { Kit, Size } from './kit.js';
import { type Moments, momentsOf, normalize } from './normalization.js';
import type { Capacities } from './split-into-runs.js';

/** The kit, sizes and inputs that the cell of a supernet is written with. */
export interface CellSite {
  readonly kit: Kit;
  readonly capacities: Capacities;
  readonly size: Size;
  /** One row of zeros. */
  readonly zero: string;
  /** An index input by name. */
  index(name: string): string;
  /** A convolution's weight, or the weight whose convolution is its gradient. */
  weight(operation: Convolution, edge: number, use: 'forward' | 'gradient'): string;
}

/** The slots of one convolution. */
export interface ConvolutionGroup {
  readonly operation: Convolution;
  readonly edge: number;
  readonly length: number;
  /** ReLU of what the slots read, rows form. */
  readonly activated: string;
  readonly moments: Moments;
  /** Normalized output, rows form. */
  readonly normalized: string;
}

export interface CellForward {
  /** [batch, candidates, channels, positions]. */
  readonly output: string;
  readonly groups: readonly ConvolutionGroup[];
}

/**
 * Inner nodes are never laid out by candidate. A node is a table of the rows that the groups of its incoming edges made;
 * its readers gather from that table, one row for each incoming edge, and add these rows up.
 */
export function cellForward(site: CellSite, input: string): CellForward {
  const { kit } = site;
  const tables = new Map<number, string>();
  const groups: ConvolutionGroup[] = [];
  for (const node of [...INNER, OUTPUT]) {
    const made = convolutionGroups(site, { node, input, tables });
    groups.push(...made);
    const rows: string[] = [];
    for (const edge of incoming(node))
      for (const operation of SLOTTED) {
        const length = site.capacities[edge]![operation];
        if (length === 0) continue;
        if (isConvolution(operation))
          rows.push(made.find((g) => g.edge === edge && g.operation === operation)!.normalized);
        else rows.push(linearGroup(site, { operation, edge, length, input, tables }));
      }
    rows.push(site.zero);
    tables.set(node, kit.concat(rows, 1));
  }
  const terms = incoming(OUTPUT).map((edge) =>
    kit.gather(tables.get(OUTPUT)!, site.index(outputIndex(edge))),
  );
  return { output: kit.sum(terms), groups };
}

interface Sources {
  readonly input: string;
  readonly tables: ReadonlyMap<number, string>;
}

/** All convolutions into a node; their small statistics are worked on together. */
function convolutionGroups(
  site: CellSite,
  { node, ...sources }: Sources & { node: number },
): ConvolutionGroup[] {
  const { kit, size, capacities } = site;
  const parts = incoming(node).flatMap((edge) =>
    CONVOLUTIONS.flatMap((operation) => {
      const length = capacities[edge]![operation];
      if (length === 0) return [];
      const activated = activatedSlots(site, { operation, edge, ...sources });
      const images = kit.images(activated, length, size);
      const kernel = kernelOf(operation);
      const made = kit.conv(images, site.weight(operation, edge, 'forward'), { kernel });
      return { operation, edge, length, activated, made: kit.channels(made, length, size) };
    }),
  );
  if (parts.length === 0) return [];
  const moments = momentsOf(kit, {
    groups: parts.map(({ made }) => made),
    lengths: parts.map(({ length }) => length),
    size,
  });
  return parts.map(({ made, ...part }, i) => {
    const normalized = normalize(kit, { channels: made, count: part.length * size.channels, ...moments[i]! });
    return { ...part, moments: moments[i]!, normalized: kit.rows(normalized, part.length, size) };
  });
}

/** ReLU of what a group's slots read: before the gather where one row is read, after the sum where several are. */
function activatedSlots(
  site: CellSite,
  { operation, edge, input, tables }: Sources & { operation: Slotted; edge: number },
): string {
  const { kit } = site;
  const { from } = EDGES[edge]!;
  const via = incoming(from);
  if (via.length > 1) return kit.g.add('Relu', [slots(site, { operation, edge, input, tables })]);
  const source = kit.g.add('Relu', [from === 0 ? input : tables.get(from)!]);
  return kit.gather(source, site.index(inputIndex(operation, edge, via[0])));
}

/** Gathers the inputs of a group's slots, in rows form. */
function slots(
  { kit, index }: CellSite,
  { operation, edge, input, tables }: Sources & { operation: Slotted; edge: number },
): string {
  const { from } = EDGES[edge]!;
  if (from === 0) return kit.gather(input, index(inputIndex(operation, edge)));
  const table = tables.get(from)!;
  return kit.sum(incoming(from).map((via) => kit.gather(table, index(inputIndex(operation, edge, via)))));
}

function linearGroup(
  site: CellSite,
  { operation, edge, length, ...sources }: Sources & { operation: Slotted; edge: number; length: number },
): string {
  const { kit, size } = site;
  const read = slots(site, { operation, edge, ...sources });
  if (operation === 'skip') return read;
  return kit.rows(kit.pool(kit.channels(read, length, size), 'not-counted'), length, size);
}
