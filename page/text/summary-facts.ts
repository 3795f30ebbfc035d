// Lists the counts of a finished search with their names.
import type { Summary } from '../../http/answers.js';
import { formatCount, formatDuration, formatPercent, formatValue } from './format.js';

/** Name and value of each count that the search has. */
export function summaryFacts(summary: Summary): readonly (readonly [string, string])[] {
  const { candidates, scored, reused, failed, millisecondsPerCandidate, classes, shared } = summary;
  const { generations, ended, verification, drawn, rounds = [] } = summary;
  // With screening, functions are counted in the last round, and candidates in the first.
  const where = rounds.length > 1 ? ' in the last round' : '';
  const facts: [string, string][] = [
    ['candidates', formatCount(candidates)],
    ['scored now', formatCount(scored)],
    ['scores reused', formatCount(reused)],
    ['set aside', formatCount(failed)],
  ];
  if (millisecondsPerCandidate > 0)
    facts.push(['time per candidate', formatMilliseconds(millisecondsPerCandidate)]);
  if (classes !== undefined) facts.push([`distinct functions${where}`, formatCount(classes)]);
  if (shared) facts.push([`share another’s score${where}`, formatCount(shared)]);
  if (generations !== undefined) facts.push(['generations', formatCount(generations)]);
  if (ended) facts.push(['ended because', ended]);
  if (drawn) {
    const rejected = Object.values(drawn.rejected).reduce((sum, count) => sum + count, 0);
    facts.push(['drawn', formatCount(drawn.proposed)]);
    facts.push(['rejected by constraints', formatPercent(rejected / Math.max(1, drawn.proposed))]);
    facts.push(['drawn before', formatPercent(drawn.duplicates / Math.max(1, drawn.proposed))]);
  }
  if (verification)
    facts.push([
      'verified by another worker',
      `${formatCount(verification.verified)} of ${formatCount(verification.scores)}`,
    ]);
  return facts;
}

function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 10_000) return `${formatValue(milliseconds)} ms`;
  return milliseconds < 60_000
    ? `${formatValue(milliseconds / 1_000)} s`
    : formatDuration(milliseconds / 1_000);
}
