// In: `zeroscout results ID`. Out: the ranking of a finished search, or its Pareto front, as table, CSV or JSON; or its files.
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { type ParetoCost, type ParetoRow, paretoCsv, paretoFront } from '../../core/report/pareto.js';
import { type RankingRow, rankingHeader, rankingLines } from '../../core/report/ranking-csv.js';
import { openSpace } from '../../core/spaces/index.js';
import { SpecError } from '../../core/spec/errors.js';
import { spaceDefaults } from '../../core/spec/space.js';
import type { Specification } from '../../core/spec/specification.js';
import { wholeNumber } from '../arguments.js';
import { finishedSearch } from '../search/find-search.js';
import { openOutFolder } from '../search/out-folder.js';
import { type Results, readResults } from '../search/results.js';
import { changesText, readChanges } from '../search/show-changes.js';
import {
  noteNotNotified,
  paretoTable,
  printable,
  rankingTable,
  summaryLines,
} from '../search/show-results.js';
import { writeResults } from '../search/write-results.js';
import { type Session, withSession } from '../session.js';
import { note, print, printData, printJson } from '../terminal.js';

interface ResultsOptions {
  readonly top?: number;
  readonly pareto?: ParetoCost;
  readonly format: 'table' | 'csv' | 'json' | 'parquet';
  readonly out?: string;
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
    .addOption(new Option('--format <FORMAT>').choices(['table', 'csv', 'json', 'parquet']).default('table'))
    .option('--out <DIR>', 'write the ranking (csv or parquet), failures.csv and summary.json there')
    .option('--json', 'same as --format json')
    .action(async (id: string, options: ResultsOptions) => {
      if (options.format === 'parquet' && options.out === undefined)
        throw SpecError.of({ path: '--format', message: 'parquet goes to files; add --out DIR' });
      if (options.out !== undefined) await openOutFolder(options.out);
      await withSession({ start: 'never' }, (session) => results(session, id, options));
    });
}

async function results(
  { client, store }: Session,
  id: string,
  { top, pareto, format, out, json }: ResultsOptions,
): Promise<void> {
  const { memo, result } = await finishedSearch({ client, id });
  const results = await readResults({ store, result });
  noteNotNotified(result);
  if (out !== undefined) {
    await writeResults({ folder: out, results, format: format === 'parquet' ? format : 'csv' });
    return note(`files in ${out}`);
  }
  const form = json ? 'json' : format;
  if (pareto) {
    const { specification } = memo;
    return showPareto({ rows: await results.first(), specification, cost: pareto, top, form });
  }
  if (form === 'csv') return printCsv({ results, top });
  const rows = await results.first(top ?? (form === 'json' ? undefined : 20));
  const latencies = await results.latencies(rows);
  if (form === 'json') return printJson(rows.map((row) => jsonRow({ row, latencies })));
  print(rankingTable(rows, latencies));
  print(`\n${summaryLines(results.summary)}`);
  const changes = await readChanges({ store, result });
  if (changes) print(`\n${changesText(changes)}`);
}

function jsonRow({
  row: { proxies, ...row },
  latencies,
}: {
  row: RankingRow;
  latencies: ReadonlyMap<string, number>;
}) {
  const latency = latencies.get(row.candidate);
  return { ...row, ...printable(proxies), ...(latency === undefined ? {} : { latency }) };
}

/** The first rows of ranking.csv, or all of its bytes. */
async function printCsv({ results, top }: { results: Results; top: number | undefined }): Promise<void> {
  if (top === undefined) return pipeline(results.csv(), process.stdout, { end: false });
  const rows = await results.first(top);
  const cohort = rows[0]?.class === undefined ? 'written' : 'classes';
  printData(`${rankingHeader({ cohort })}${rankingLines(rows)}`);
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
  else if (form === 'csv') printData(paretoCsv(front));
  else
    print(
      `${paretoTable(front)}\n\n${front.length} of ${rows.length} candidates; FLOPs of images of ${resolution} x ${resolution}`,
    );
}
