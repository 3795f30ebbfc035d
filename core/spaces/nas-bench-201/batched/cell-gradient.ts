// Writes the vector-Jacobian product of a cell for all candidates of a run, and its products with the Rademacher probe.
import { EDGES, INNER, isConvolution, kernelOf, OUTPUT, outgoing, SLOTTED, type Slotted } from './cell.js';
import type { CellForward, CellSite, ConvolutionGroup } from './cell-forward.js';
import { gradientIndex, jacobianIndex, jacobianTerms } from './index-ports.js';
import { gradientTable, group } from './rows.js';
import { normalizationGradient, poolingGradient, reluGradient } from './rule-gradients.js';

/**
 * Rows that all candidates share: the Rademacher probe (`signs`, [batch, 1, channels, positions]) and tensors
 * that are computed from it.
 */
interface Shared {
  readonly signs: string;
  /** The vector-Jacobian product of the pooling with the probe. */
  readonly pooled: string;
}

/**
 * Walks the cell backwards. Inner nodes are tables of gradient rows, as in the forward pass. The gradient of
 * the cell's input is never computed as a whole: trainability needs only its products with the probe, which
 * are linear in the gradient. So each term is multiplied by the probe in its slot, and for each candidate
 * only small matrices [channels, channels] are added.
 */
export function cellGradient(
  site: CellSite,
  { signs, forward }: { readonly signs: string; readonly forward: CellForward },
): string {
  const { kit, size } = site;
  const shared = sharedRows(site, signs);
  const tables = new Map<number, string>();
  const masked = new Map<string, string>();
  for (let node = OUTPUT; node > 0; node--) {
    const gradients = { node, tables, shared };
    for (const made of forward.groups.filter(({ edge }) => EDGES[edge]!.to === node))
      masked.set(group(made.operation, made.edge), convolutionGradient(site, made, gradients));
    const inner = node - 1;
    if (inner === 0) break;
    tables.set(inner, gradientRows(site, { inner, masked, tables, shared }));
  }
  const { channels } = size;
  const products = (rows: string, count: number, by: string) =>
    kit.products(flat(rows, count), flat(by, 1), { m: channels, n: channels, rows: count });
  const flat = (rows: string, count: number) =>
    kit.reshape(rows, kit.batch, count * channels, size.height * size.width);
  const pooledSigns = kit.pool(kit.channels(signs, 1, size), 'not-counted');
  const parts: string[] = [];
  for (const edge of outgoing(0))
    for (const { operation, length } of forward.groups.filter((g) => g.edge === edge))
      parts.push(products(masked.get(group(operation, edge))!, length, signs));
  for (const node of INNER)
    for (const by of [signs, pooledSigns]) {
      const count = gradientLength(site, node);
      parts.push(products(tables.get(node)!, count, by));
    }
  parts.push(products(signs, 1, signs), products(shared.pooled, 1, signs));
  parts.push(kit.filled(0, 1, channels * channels));
  const table = kit.concat(parts, 0);
  return kit.sum(
    outgoing(0).flatMap((edge) =>
      Array.from({ length: jacobianTerms(edge) }, (_, term) =>
        kit.gather(table, site.index(jacobianIndex(edge, term)), 0),
      ),
    ),
  );
}

interface Gradients {
  readonly tables: ReadonlyMap<number, string>;
  readonly shared: Shared;
}

/** The gradient of the inputs of a convolution's slots, masked by their ReLU, in rows form. */
function convolutionGradient(
  { kit, size, index, weight }: CellSite,
  { operation, edge, length, activated, moments, normalized }: ConvolutionGroup,
  { node, tables, shared }: Gradients & { readonly node: number },
): string {
  const rows = { kit, rows: length, size };
  const dy =
    node === OUTPUT
      ? { probe: shared.signs }
      : { rows: slots({ kit, index }, { operation, edge, node, tables }) };
  const inward = normalizationGradient(rows, { dy, y: normalized, variance: moments.variance });
  const made = kit.conv(kit.images(inward, length, size), weight(operation, edge, 'gradient'), {
    kernel: kernelOf(operation),
  });
  return reluGradient(rows, { dy: kit.rows(made, length, size), y: activated });
}

/** The gradient table of an inner node, in the order of `gradientTable`. */
function gradientRows(
  site: CellSite,
  {
    inner,
    masked,
    tables,
    shared,
  }: Gradients & { readonly inner: number; readonly masked: ReadonlyMap<string, string> },
): string {
  const { kit, capacities, size, index } = site;
  const rows: string[] = [];
  for (const edge of outgoing(inner)) {
    const node = EDGES[edge]!.to;
    for (const operation of SLOTTED) {
      const length = capacities[edge]![operation];
      if (length === 0) continue;
      if (isConvolution(operation)) rows.push(masked.get(group(operation, edge))!);
      else if (node !== OUTPUT) {
        const read = slots({ kit, index }, { operation, edge, node, tables });
        rows.push(operation === 'skip' ? read : poolingGradient({ kit, rows: length, size }, read));
      }
    }
  }
  return kit.concat([...rows, shared.signs, shared.pooled, site.zero], 1);
}

interface SlotsArguments {
  readonly operation: Slotted;
  readonly edge: number;
  readonly node: number;
  readonly tables: ReadonlyMap<number, string>;
}

/** The gradient that reaches a group's slots from the node to which their edge leads. */
function slots(
  { kit, index }: Pick<CellSite, 'kit' | 'index'>,
  { operation, edge, node, tables }: SlotsArguments,
): string {
  const table = tables.get(node)!;
  return kit.sum(outgoing(node).map((via) => kit.gather(table, index(gradientIndex(operation, edge, via)))));
}

function sharedRows({ kit, size }: CellSite, signs: string): Shared {
  return { signs, pooled: poolingGradient({ kit, rows: 1, size }, signs) };
}

function gradientLength({ capacities }: CellSite, node: number): number {
  return gradientTable(node, capacities).length;
}
