// In: `zeroscout results ID`. Out: the ranking of a finished search, or its Pareto front, as table, CSV or JSON.
import { type Command, Option } from 'commander';
import { type ParetoCost, type ParetoRow, paretoCsv, paretoFront } from '../../core/report/pareto.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import { openSpace } from '../../core/spaces/index.js';
import { spaceDefaults } from '../../core/spec/space.js';
import type { Specification } from '../../core/spec/specification.js';
import { wholeNumber } from '../arguments.js';
import { finishedSearch } from '../search/find-search.js';
import { readResults } from '../search/results.js';
import { changesText, readChanges } from '../search/show-changes.js';
import { paretoTable, rankingTable, summaryLines } from '../search/show-results.js';
import { type Session, withSession } from '../session.js';
import { print, printJson } from '../terminal.js';

interface ResultsOptions {
  readonly top?: number;
  readonly pareto?: ParetoCost;
  readonly format: 'table' | 'csv' | 'json';
  readonly json?: true;
}

export function addResultsCommand(program: Command): void {
  program
    .command('results')
    .description('ranking of a finished search')
    .argument('<ID>')
    .option('--top <N>', 'only the first N', wholeNumber({ min: 1, max: 1e9 }))
    .addOption(
      new Option(
        '--pareto <COST>',
        'only those than whom nobody is as cheap and as good, cheapest first',
      ).choices(['flops', 'parameters']),
    )
    .addOption(new Option('--format <FORMAT>').choices(['table', 'csv', 'json']).default('table'))
    .option('--json', 'same as --format json')
    .action((id: string, options: ResultsOptions) =>
      withSession({ start: 'never' }, (session) => results(session, id, options)),
    );
}

async function results(
  { client, store }: Session,
  id: string,
  { top, pareto, format, json }: ResultsOptions,
): Promise<void> {
  const { memo, result } = await finishedSearch({ client, id });
  const { rows, files, summary } = await readResults({ store, result });
  const form = json ? 'json' : format;
  if (pareto) {
    const { specification } = memo;
    return showPareto({ rows, specification, cost: pareto, top, form });
  }
  const first = rows.slice(0, top);
  if (form === 'json')
    return printJson(first.map(({ proxies, ...row }) => ({ ...row, ...printable(proxies) })));
  if (form === 'csv')
    return print(
      top === undefined ? files['ranking.csv'] : firstLines(files['ranking.csv'], first.length + 1),
    );
  print(rankingTable(rows.slice(0, top ?? 20)));
  print(`\n${summaryLines(summary)}`);
  const changes = await readChanges({ store, result });
  if (changes) print(`\n${changesText(changes)}`);
}

function showPareto({
  rows,
  specification: { space, constraints },
  cost,
  top,
  form,
}: {
  rows: readonly RankingRow[];
  specification: Specification;
  cost: ParetoCost;
  top: number | undefined;
  form: ResultsOptions['format'];
}): void {
  const { costs } = openSpace(space);
  const resolution = constraints?.resolution ?? spaceDefaults(space).resolution;
  const front = paretoFront({
    cost,
    rows: rows.map(({ rank, candidate, score }): ParetoRow => {
      const { flops, parameters } = costs({ candidate, resolution });
      return { rank, candidate, score, flops, parameters };
    }),
  }).slice(0, top);
  if (form === 'json') printJson(front.map((row) => ({ ...row, ...printable({ score: row.score }) })));
  else if (form === 'csv') print(paretoCsv(front));
  else
    print(
      `${paretoTable(front)}\n\n${front.length} of ${rows.length} candidates; FLOPs of images of ${resolution} x ${resolution}`,
    );
}

/** JSON has no infinity. */
function printable(proxies: Readonly<Record<string, number>>): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(proxies).map(([name, value]) => [
      name,
      Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf',
    ]),
  );
}

function firstLines(text: string, count: number): string {
  return text.split('\n').slice(0, count).join('\n');
}
