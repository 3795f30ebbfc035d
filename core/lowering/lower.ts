// Lowers an expression graph to ONNX nodes: the layout's passes, the order, the nodes.
import type { GraphBuilder } from '../onnx/graph.js';
import type { Value } from '../ops/tape.js';
import { foldFactors } from './passes/fold-factors.js';
import { foldSums } from './passes/fold-sums.js';
import { fuseNormalization } from './passes/fuse-normalization.js';
import type { Outputs, Pass } from './passes/rewrite.js';
import { schedule } from './schedule.js';
import { type Writers, write } from './write.js';

/** How activations lie in memory, and what else is known of a program. */
export interface Layout {
  /** Passes of its own, after those of all layouts. */
  readonly passes: readonly Pass[];
  readonly writers: Writers;
}

/** Every layout runs these passes, so that all of them round alike up to the order of sums within a primitive. */
const PASSES: readonly Pass[] = [fuseNormalization, foldFactors, foldSums];

/** The graph after the passes of all layouts and those of this one. */
export const runPasses = (outputs: Outputs, { passes }: Pick<Layout, 'passes'>): Outputs =>
  [...PASSES, ...passes].reduce((graph, pass) => pass(graph), outputs);

/** Writes what the outputs need and answers their names. `given` names inputs that are called otherwise in the graph. */
export function lower<T extends Readonly<Partial<Record<string, Value>>>>({
  g,
  outputs,
  layout,
  given,
}: {
  g: GraphBuilder;
  outputs: T;
  layout: Layout;
  given?: Readonly<Record<string, string>>;
}): { readonly [Name in keyof T]: string | Extract<T[Name], undefined> } {
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
