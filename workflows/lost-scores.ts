// Counts the candidates that had a score when a stage began, and have lost it since.
import { patched } from '@temporalio/workflow';
import type { SearchRun } from './search-run.js';

/**
 * The least number of candidates that are counted as reused and whose scores have been lost, so that this search
 * computes them after all. At most `known` candidates have a score now.
 */
export function countLost({ reused, known }: { readonly reused: number; readonly known: number }): number {
  // The counts decide when a search writes its progress, and histories of earlier versions have other counts.
  return known < reused && patched('lost-scores') ? reused - known : 0;
}

/** Corrects the counts of the stage after an audit that found `todo` candidates to score. */
export function updateReused(
  run: SearchRun,
  { known, todo }: { readonly known: number; readonly todo: number },
): void {
  const { reused, planned } = run.state;
  const lost = countLost({ reused, known });
  if (lost > 0) run.update({ reused: reused - lost, planned: planned + Math.min(lost, todo) });
}
