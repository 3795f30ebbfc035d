// Writes a comparison as CSV files: quality, costs, correlations, the effect of leaving a proxy out, and the best
// candidates.

import { TOPS } from '../ranking/agreement.js';
import { formatNumber } from '../text/numbers.js';
import { textCell } from '../text/text-cell.js';
import type { Interval } from './bootstrap.js';
import type { Comparison, SearchComparison } from './comparison.js';
import type { Estimate, RankerQuality } from './quality.js';

/** The text of each file by its name. A table without rows consists of its header. */
export function comparisonTables({ searches, between }: Comparison): Readonly<Record<string, string>> {
  return {
    'quality.csv': csv(QUALITY, searches.flatMap(qualityRows)),
    'costs.csv': csv(['search', 'proxy', 'family', 'alone_ms', 'added_ms'], searches.flatMap(costRows)),
    'correlations.csv': csv(['search', 'a', 'b', 'spearman'], searches.flatMap(correlationRows)),
    'left-out.csv': csv(LEFT_OUT, searches.flatMap(leftOutRows)),
    'winners.csv': csv(WINNERS, searches.flatMap(winnerRows)),
    'between.csv': csv(
      BETWEEN,
      between.map(({ searches: [a, b], differ, candidates, kendall, spearman, shared }) => {
        const tops = [0, 1, 2].map((i) => cell(shared[i]?.share));
        return [
          textCell(a),
          textCell(b),
          textCell(differ.join(' ')),
          candidates,
          cell(kendall),
          cell(spearman),
          ...tops,
        ];
      }),
    ),
    'checklist.csv': csv(
      ['search', 'topic', 'verdict', 'question', 'answer'],
      searches.flatMap(({ id, checklist }) =>
        checklist.map(({ topic, verdict, question, answer }) =>
          [id, topic, verdict, question, answer].map(textCell),
        ),
      ),
    ),
  };
}

const MEASURES: Readonly<Record<string, (of: RankerQuality) => Estimate>> = {
  kendall: (of) => of.kendall,
  spearman: (of) => of.spearman,
  ndcg: (of) => of.ndcg,
  exponential_ndcg: (of) => of.exponentialNdcg,
  ...Object.fromEntries(
    TOPS.flatMap((k, i) => [
      [`top${k}_accuracy`, (of: RankerQuality) => of.top[i]!.mean],
      [`top${k}_regret`, (of: RankerQuality) => of.top[i]!.regret],
    ]),
  ),
};
const QUALITY = [
  'search',
  'dataset',
  'ranking',
  'kind',
  ...Object.keys(MEASURES).flatMap((name) => [name, `${name}_low`, `${name}_high`]),
  'milliseconds',
  'pareto_optimal',
];
const LEFT_OUT = ['search', 'proxy', 'kendall', 'kept_of_top10', 'dataset', 'kendall_gain'];
const WINNERS = [
  'search',
  'rank',
  'candidate',
  'score',
  'rank_low',
  'rank_high',
  'stays_in_top10',
  'proxy',
  'share',
  'term',
];
const BETWEEN = ['a', 'b', 'differ', 'candidates', 'kendall', 'spearman', 'top1', 'top10', 'top50'];

type Cells = readonly (string | number)[];

function csv(header: readonly string[], rows: readonly Cells[]): string {
  return `${[header, ...rows].map((row) => row.join(',')).join('\n')}\n`;
}

function qualityRows({ id, datasets }: SearchComparison): Cells[] {
  return datasets.flatMap(({ dataset, rankers }) =>
    rankers.map((of) => [
      textCell(id),
      textCell(dataset),
      textCell(of.name),
      of.kind,
      ...Object.values(MEASURES).flatMap((pick) => {
        const { value, interval } = pick(of);
        return [cell(value), ...ends(interval)];
      }),
      cell(of.milliseconds),
      of.paretoOptimal === null ? '' : String(of.paretoOptimal),
    ]),
  );
}

/** A row for each proxy that is scored. */
function costRows({ id, costs }: SearchComparison): Cells[] {
  return (costs?.families ?? []).flatMap(({ family, proxies, alone, added }) =>
    proxies.map((proxy) => [textCell(id), textCell(proxy), family, cell(alone), cell(added)]),
  );
}

function correlationRows({ id, redundancy: { proxies, correlations } }: SearchComparison): Cells[] {
  return proxies.flatMap((a, i) =>
    proxies.flatMap((b, j) =>
      j > i ? [[textCell(id), textCell(a), textCell(b), cell(correlations[i]![j])]] : [],
    ),
  );
}

function leftOutRows({ id, redundancy: { leftOut } }: SearchComparison): Cells[] {
  return leftOut.flatMap(({ proxy, kendall, kept, gain }) => {
    const row = [textCell(id), textCell(proxy), cell(kendall), kept];
    const gains = Object.entries(gain);
    if (gains.length === 0) return [[...row, '', '']];
    return gains.map(([dataset, value]) => [...row, textCell(dataset), cell(value)]);
  });
}

/** A row for each best candidate and proxy. */
function winnerRows({ id, stability: { winners } }: SearchComparison): Cells[] {
  return winners.flatMap(({ rank, candidate, score, ranks, staysInTop10, from }) =>
    Object.entries(from).map(([proxy, { share, term }]) => [
      textCell(id),
      rank,
      textCell(candidate),
      formatNumber(score),
      ...ends(ranks),
      cell(staysInTop10),
      textCell(proxy),
      formatNumber(share),
      cell(term),
    ]),
  );
}

function ends(interval: Interval): readonly string[] {
  return interval ? interval.map(formatNumber) : ['', ''];
}

function cell(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : formatNumber(value);
}
