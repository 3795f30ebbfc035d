// Spells the counts of a search in one line, for lists, bars and Temporal's page. Safe to import in a workflow.
import type { SearchProgress } from './search.js';

export type ShownProgress = Pick<
  SearchProgress,
  'candidates' | 'reused' | 'failed' | 'planned' | 'done' | 'generation' | 'rejectedShare' | 'scoredAs'
>;

/** `300 candidates, 12 reused, the other 288 are 195 distinct functions, 112 of 195 done, 0 set aside`. */
export function countsText(counts: ShownProgress): string {
  const { candidates, reused, planned, done, failed, generation, rejectedShare } = counts;
  const which = generation === undefined ? '' : `generation ${generation}, `;
  const rejected = rejectedShare === undefined ? '' : `, ${(rejectedShare * 100).toFixed(1)} % rejected`;
  const distinct = distinctText(counts);
  const are = distinct ? `, ${distinct}` : '';
  return `${which}${candidates} candidates, ${reused} reused${are}, ${done} of ${planned} done, ${failed} set aside${rejected}`;
}

/** Why fewer are scored than there are candidates; undefined where it is as many. */
export function distinctText({ candidates, reused, planned, scoredAs }: ShownProgress): string | undefined {
  if (scoredAs === undefined) return undefined;
  const rest = candidates - reused;
  return `${reused ? `the other ${rest}` : 'they'} are ${planned} distinct ${scoredAs}`;
}
