// Writes a ranking.csv whose candidates stand in the given order, for tests that need no scores.
import { rankingHeader, rankingLines } from '../../core/report/ranking-csv.js';

interface RankingTextArguments {
  readonly candidates: readonly string[];
  /** Returns the class of a candidate, for a ranking of classes; by default candidates are ranked as written. */
  readonly classOf?: (candidate: string) => string;
}

export function rankingText({ candidates, classOf }: RankingTextArguments): string {
  const proxies = { expressivity: 1, progressivity: 1, trainability: 1, complexity: 1 };
  const rows = candidates.map((candidate, i) => ({
    rank: i + 1,
    candidate,
    score: -i,
    parameters: 1,
    proxies,
    ...(classOf ? { class: classOf(candidate) } : {}),
  }));
  return `${rankingHeader({ cohort: classOf ? 'classes' : 'written' })}${rankingLines(rows)}`;
}
