// Defines the command `zeroscout results`: the ranking of a finished search, or its Pareto front, as table,
// CSV or JSON, or as files.
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { openOutFolder } from '../../client/files/out-folder.js';
import { formatProxies } from '../../client/results/export-candidates.js';
import { formatLatencyJson, type Latencies, listMeasuredScopes } from '../../client/results/latencies.js';
import { findParetoFront } from '../../client/results/pareto.js';
import { readChanges } from '../../client/results/read-changes.js';
import { type Results, readResults } from '../../client/results/results.js';
import { writeResults } from '../../client/results/write-results.js';
import { findFinishedSearch } from '../../client/searches/find-search.js';
import { SpecError } from '../../core/errors.js';
import { PARETO_COSTS, type ParetoCost, type ParetoRow, paretoCsv } from '../../core/report/pareto.js';
import {
  extraColumns,
  proxiesIn,
  type RankingRow,
  rankingHeader,
  rankingLines,
} from '../../core/report/ranking-csv.js';
import { rankedBy } from '../../core/specification/describe-ranking.js';
import type { Specification } from '../../core/specification/specification.js';
import { createWholeNumberParser, SEARCH_ID } from '../arguments.js';
import { formatChanges } from '../render/changes.js';
import { formatBusyWarning, formatMachine } from '../render/latencies.js';
import {
  createFlopsCounter,
  formatParetoTable,
  formatRankedBy,
  formatRankingTable,
  formatShownCount,
  formatSummary,
  noteFailedNotification,
} from '../render/results.js';
import { formatSetAside } from '../render/set-aside.js';
import { note, paint, print, printData, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

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
    .description('show the ranking of a finished search')
    .argument('<ID>', SEARCH_ID)
    .option('--top <N>', 'only the first N', createWholeNumberParser({ min: 1, max: 1e9 }))
    .addOption(
      new Option(
        '--pareto <COST>',
        'only Pareto-optimal candidates (no other is at least as good and as cheap; of equal ones the first), cheapest first; with --top the best N of them',
      ).choices(PARETO_COSTS),
    )
    .addOption(
      new Option('--format <FORMAT>', 'output format; with --out, the format of the file')
        .choices(['table', 'csv', 'json', 'parquet'])
        .default('table'),
    )
    .addOption(
      new Option(
        '--out <DIR>',
        'write the ranking (csv or parquet), failures.csv and summary.json to this folder; the whole ranking, so not with --top or --pareto',
      ).conflicts(['top', 'pareto']),
    )
    .option('--json', 'same as --format json; with --out it is printed after the files are written')
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
  const { memo, result } = await findFinishedSearch({ client, id });
  const measured = await listMeasuredScopes({ client, id: result.id });
  const results = await readResults({ store, result, measured });
  noteFailedNotification(result);
  const form = json ? 'json' : format;
  if (out !== undefined) {
    await writeResults({ folder: out, results, format: format === 'parquet' ? format : 'csv' });
    note(`files in ${out}`);
    if (form !== 'json') return;
  }
  const { specification } = memo;
  if (pareto) return showPareto({ results, specification, cost: pareto, top, form });
  if (form === 'csv') return printCsv({ results, top });
  const rows = await results.first(top ?? (form === 'json' ? undefined : 20));
  const latencies = await results.latencies(rows);
  const { flopsOf, line } = createFlopsCounter(specification);
  if (form === 'json')
    return printJson(rows.map((row) => jsonRow({ row, flops: flopsOf(row.candidate), latencies })));
  print(formatRankingTable(rows, latencies, { flopsOf, weights: rankedBy(specification)?.weights }));
  // Latencies measured after the search replace the counts in its summary.
  print(`\n${formatShownCount({ shown: rows.length, total: await results.total() })}`);
  print(formatRankedBy(specification));
  print(`${formatSummary({ ...results.summary, latency: undefined })}`);
  const setAside = formatSetAside({ failures: results.failures, summary: results.summary });
  if (setAside) print(paint.yellow(setAside));
  print(line);
  printLatencyLines({ results, latencies });
  const changes = await readChanges({ store, result });
  if (changes) print(`\n${formatChanges(changes)}`);
}

/** `flops` are counted for images of the size that people see, `complexity` for those that were scored. */
function jsonRow({
  row: { proxies, latency: _, ...row },
  flops,
  latencies,
}: {
  readonly row: RankingRow;
  readonly flops: number;
  readonly latencies: Latencies;
}) {
  return { ...row, ...formatProxies(proxies), flops, ...formatLatencyJson(latencies.get(row.candidate)) };
}

/** Prints the machines that the summary does not name, and whether they were busy. */
function printLatencyLines({
  results,
  latencies,
}: {
  readonly results: Results;
  readonly latencies: Latencies;
}): void {
  const { summary, scopes } = results;
  if (latencies.size === 0) return;
  const named = new Set(Object.values(summary.drawn?.latencies ?? {}));
  for (const machine of new Set(Object.values(scopes)))
    if (!named.has(machine)) print(formatMachine(machine));
  const warning = formatBusyWarning({ latencies, id: summary.id });
  if (warning) print(paint.yellow(warning));
}

/** Prints the first rows of ranking.csv, or all of its bytes. */
async function printCsv({
  results,
  top,
}: {
  readonly results: Results;
  readonly top: number | undefined;
}): Promise<void> {
  if (top === undefined) return pipeline(results.csv(), process.stdout, { end: false });
  const rows = await results.first(top);
  const cohort = rows[0]?.class === undefined ? 'written' : 'classes';
  const header = rankingHeader({ cohort, columns: extraColumns(rows), proxies: proxiesIn(rows) });
  printData(`${header}${rankingLines(rows)}`);
}

interface ShowParetoArguments {
  readonly results: Results;
  readonly specification: Specification;
  readonly cost: ParetoCost;
  readonly top: number | undefined;
  readonly form: ResultsOptions['format'];
}

async function showPareto({ results, specification, cost, top, form }: ShowParetoArguments): Promise<void> {
  const { flopsOf, line } = createFlopsCounter(specification);
  const { id } = results.summary;
  const front = await findParetoFront({ results, flopsOf, cost, top });
  const { rows, size, ranked, withoutLatency, latencies } = front;
  const json = ({ latency: _, ...row }: ParetoRow) => ({
    ...row,
    ...formatProxies({ score: row.score }),
    ...formatLatencyJson(latencies.get(row.candidate)),
  });
  if (form === 'json') return printJson(rows.map(json));
  if (form === 'csv') return printData(paretoCsv(rows));
  const which = rows.length < size ? `the best ${rows.length} of ${size}` : size;
  const left = withoutLatency > 0 ? `, of which ${withoutLatency} have no latency` : '';
  print(`${formatParetoTable(rows, latencies)}\n`);
  print(`${which} on the front of ${ranked} candidates${left}; ${line}`);
  for (const machine of latencies.size ? new Set(Object.values(results.scopes)) : [])
    print(formatMachine(machine));
  const warning = formatBusyWarning({ latencies, id });
  if (warning) print(paint.yellow(warning));
}
