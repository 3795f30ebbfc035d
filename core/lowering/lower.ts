// Lowers an expression graph to ONNX nodes: runs the passes, schedules the values and writes each of them.
import type { GraphBuilder } from '../onnx/graph.js';
import type { Value } from '../ops/tape.js';
import { foldFactors } from './passes/fold-factors.js';
import { foldSums } from './passes/fold-sums.js';
import { fuseNormalization } from './passes/fuse-normalization.js';
import type { Outputs, Pass } from './passes/rewrite.js';
import { schedule } from './schedule.js';
import { type Writers, write } from './write.js';

/** A memory layout: how activations lie in memory, and the passes and writers that belong to it. */
export interface Layout {
  /** Passes of this layout, which run after those of all layouts. */
  readonly passes: readonly Pass[];
  readonly writers: Writers;
}

/**
 * Every layout runs these passes, so that results differ between layouts only by the order of sums within a
 * primitive.
 */
const PASSES: readonly Pass[] = [fuseNormalization, foldFactors, foldSums];

/** Runs the passes of all layouts, then those of this layout. */
export const runPasses = (outputs: Outputs, { passes }: Pick<Layout, 'passes'>): Outputs =>
  [...PASSES, ...passes].reduce((graph, pass) => pass(graph), outputs);

interface LowerArguments<T extends Readonly<Partial<Record<string, Value>>>> {
  readonly g: GraphBuilder;
  readonly outputs: T;
  readonly layout: Layout;
  readonly given?: Readonly<Record<string, string>>;
}

/**
 * Writes the nodes that the outputs depend on and returns the outputs' names. `given` maps the names of
 * inputs to other names in the graph.
 */
export function lower<T extends Readonly<Partial<Record<string, Value>>>>({
  g,
  outputs,
  layout,
  given,
}: LowerArguments<T>): { readonly [Name in keyof T]: string | Extract<T[Name], undefined> } {
  const lowered = runPasses(outputs as unknown as Outputs, layout);
  const nameOf = write({
    g,
    values: schedule(lowered),
    writers: layout.writers,
    ...(given ? { given } : {}),
  });
  const names = Object.entries(lowered).map(([name, value]) => [name, nameOf(value)]);
  return Object.fromEntries(names);
}
