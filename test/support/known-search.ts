// Runs a small search over classes, and writes a table of made-up accuracies of its candidates.
import { join } from 'node:path';
import { type RankingRow, readRankingCsv } from '../../core/report/ranking-csv.js';
import type { TestHome } from './home.js';
import { done, specification } from './zeroscout.js';

interface ClassSearch {
  readonly home: TestHome;
  /** The id of the search, the name of its specification without `.json`, and the folder of its results. */
  readonly id: string;
  readonly samples: number;
  readonly draws: number;
}

/** Searches with the same seed draw the same candidates; one with fewer samples has only some of them. */
export async function runOverClasses({
  home,
  id,
  samples,
  draws,
}: ClassSearch): Promise<readonly RankingRow[]> {
  const changes = { fidelity: { draws, batch: 2, resolution: 8 }, cohort: 'classes' };
  home.write(`${id}.json`, specification({ samples, changes }));
  await done(['run', `${id}.json`, '--id', id, '--out', id], { home });
  return readRankingCsv(home.read(join(id, 'ranking.csv')));
}

interface TruthTable {
  readonly home: TestHome;
  readonly rows: readonly RankingRow[];
  /** The accuracy of the candidate at this index of the ranking, by data set. */
  readonly accuracies: Readonly<Record<string, (index: number) => number>>;
  /** Whether the table has the candidate at this index; all of them by default. */
  readonly isKnown?: (index: number) => boolean;
}

/** Writes `truth.csv`. */
export function writeTruth({ home, rows, accuracies, isKnown = () => true }: TruthTable): void {
  const columns = Object.values(accuracies);
  const lines = rows.flatMap(({ candidate }, index) =>
    isKnown(index) ? [[candidate, ...columns.map((accuracy) => accuracy(index))].join(',')] : [],
  );
  home.write('truth.csv', `${['arch', ...Object.keys(accuracies)].join(',')}\n${lines.join('\n')}\n`);
}
