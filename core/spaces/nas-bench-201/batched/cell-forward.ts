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

/** The kit, sizes and inputs with which a cell of the supernet is written. */
export interface CellSite {
  readonly kit: Kit;
  readonly capacities: Capacities;
  readonly size: Size;
  /** A row of zeros. */
  readonly zero: string;
  /** An index input by name. */
  index(name: string): string;
  /** A convolution's weight, or that of the convolution which computes its gradient. */
  weight(operation: Convolution, edge: number, use: 'forward' | 'gradient'): string;
}

/** The slots of one convolution. */
export interface ConvolutionGroup {
  readonly operation: Convolution;
  readonly edge: number;
  readonly length: number;
  /** ReLU of the slots' inputs, in rows form: [batch, rows, channels, positions] (kit.ts). */
  readonly activated: string;
  readonly moments: Moments;
  /** The normalized output, in rows form. */
  readonly normalized: string;
}

export interface CellForward {
  /** [batch, candidates, channels, positions]. */
  readonly output: string;
  readonly groups: readonly ConvolutionGroup[];
}

/**
 * Inner nodes are not arranged by candidate. A node is a table of the rows that the groups of its incoming
 * edges computed; its readers gather one row for each incoming edge from that table and add these rows.
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

/** Computes all convolutions into a node; their statistics, which are small, are computed together. */
function convolutionGroups(
  site: CellSite,
  { node, ...sources }: Sources & { readonly node: number },
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

/**
 * ReLU of the inputs of a group's slots: applied before the gather where a slot reads one row, and after the
 * sum where it reads several.
 */
function activatedSlots(
  site: CellSite,
  { operation, edge, input, tables }: Sources & { readonly operation: Slotted; readonly edge: number },
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
  { operation, edge, input, tables }: Sources & { readonly operation: Slotted; readonly edge: number },
): string {
  const { from } = EDGES[edge]!;
  if (from === 0) return kit.gather(input, index(inputIndex(operation, edge)));
  const table = tables.get(from)!;
  return kit.sum(incoming(from).map((via) => kit.gather(table, index(inputIndex(operation, edge, via)))));
}

function linearGroup(
  site: CellSite,
  {
    operation,
    edge,
    length,
    ...sources
  }: Sources & { readonly operation: Slotted; readonly edge: number; readonly length: number },
): string {
  const { kit, size } = site;
  const read = slots(site, { operation, edge, ...sources });
  if (operation === 'skip') return read;
  return kit.rows(kit.pool(kit.channels(read, length, size), 'not-counted'), length, size);
}
