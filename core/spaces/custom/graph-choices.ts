// Decides whether the networks of a custom space are chains of blocks, or graphs because some choice exceeds
// what chains can express.
import { GRAPH_CHOICES, GRAPH_KINDS } from './kinds.js';
import { type Chain, stemStage } from './stem.js';

/** All candidates of a definition are measured in the same way: as graphs if any of them must be a graph. */
export function usesGraph(definition: Chain): boolean {
  const stem = stemStage(definition);
  const stages = stem ? [stem, ...definition.stages] : definition.stages;
  return stages.some(
    (stage) =>
      stage.block.some((kind) => GRAPH_KINDS.has(kind)) ||
      [stage, ...Object.values(stage.options ?? {})].some((part) =>
        GRAPH_CHOICES.some((choice) => choice in part && part[choice as keyof typeof part] !== undefined),
      ),
  );
}
