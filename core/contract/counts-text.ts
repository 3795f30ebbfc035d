// Writes the counts of a search in one line, for lists, progress bars and Temporal's page. Workflows may
// import this file.
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

/** Explains why fewer are scored than there are candidates; undefined where the numbers are equal. */
export function distinctText({ candidates, reused, planned, scoredAs }: ShownProgress): string | undefined {
  if (scoredAs === undefined) return undefined;
  const rest = candidates - reused;
  return `${reused ? `the other ${rest}` : 'they'} are ${planned} distinct ${scoredAs}`;
}
