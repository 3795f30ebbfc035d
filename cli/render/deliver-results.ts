// Shows the results of a search that `zeroscout run` has followed to its end, or found finished.

import { formatTime } from '../../client/format-time.js';
import { type Results, readResults } from '../../client/results/results.js';
import { type RankingFormat, writeResults } from '../../client/results/write-results.js';
import type { Started } from '../../client/searches/start-search.js';
import type { SearchResult } from '../../core/contract/search.js';
import { BlobError } from '../../core/errors.js';
import type { Truth } from '../../core/report/truth.js';
import { rankedBy } from '../../core/specification/describe-ranking.js';
import type { Specification } from '../../core/specification/specification.js';
import type { Store } from '../../store/store.js';
import {
  createFlopsCounter,
  formatRankedBy,
  formatRankingTable,
  formatSummary,
  noteFailedNotification,
} from './results.js';
import { formatSetAside, noteIfNoneRanked } from './set-aside.js';
import { note, paint, print, printJson } from './terminal.js';

const TOP = 10;

export interface ResultOptions {
  readonly out?: string;
  readonly format: RankingFormat;
  readonly json?: true;
  readonly specification: Specification;
}

interface ShowFinishedArguments {
  readonly store: Store;
  readonly started: Started;
  readonly truth: Truth | undefined;
  readonly options: ResultOptions & { readonly detach?: true };
}

/**
 * Reports that there is nothing to do and shows the results again; returns false if they are damaged and must
 * be computed again.
 */
export async function showFinished({
  store,
  started: { id, handle, ended },
  truth,
  options,
}: ShowFinishedArguments): Promise<boolean> {
  try {
    const result = (await handle.result()) as SearchResult;
    const results = await readResults({ store, result, truth });
    // Reads and verifies the whole ranking.
    await results.first(0);
    const { candidates, failed } = results.summary;
    const when = ended ? ` at ${formatTime({ time: ended.getTime() })}` : '';
    const rest = failed ? `, ${failed} of them set aside` : '';
    note(
      `search ${paint.bold(id)} finished${when}, ${candidates} candidates${rest}; nothing to do; --again runs it again${failed ? ' and retries those' : ''}`,
    );
    if (options.detach && options.json) printJson({ id, finished: true });
    else if (!options.detach || options.out !== undefined) await deliverResults({ results, options });
    noteFailedNotification(result);
    return true;
  } catch (error) {
    if (!(error instanceof BlobError)) throw error;
    note(
      `search ${id} is finished, but its results in the store are damaged: running it again; scores are kept`,
    );
    return false;
  }
}

/** Writes the requested files, and prints the summary or the first rows of the ranking. */
export async function deliverResults({
  results,
  options,
}: {
  readonly results: Results;
  readonly options: ResultOptions;
}): Promise<void> {
  const { out, format, json } = options;
  if (out !== undefined) await writeResults({ folder: out, results, format });
  if (json) printJson(results.summary);
  else await showResults({ results, options });
  noteIfNoneRanked(results.summary);
}

async function showResults({
  results,
  options,
}: {
  readonly results: Results;
  readonly options: ResultOptions;
}): Promise<void> {
  const { summary } = results;
  const rows = await results.first(TOP);
  const { flopsOf } = createFlopsCounter(options.specification);
  print(
    formatRankingTable(rows, await results.latencies(rows), {
      flopsOf,
      weights: rankedBy(options.specification)?.weights,
    }),
  );
  const total = await results.total();
  const more = `zeroscout results ${summary.id} --top N shows more`;
  if (rows.length < total) print(`\nthe first ${rows.length} of ${total} ranked candidates; ${more}`);
  print(`${rows.length < total ? '' : '\n'}${formatRankedBy(options.specification)}`);
  print(formatSummary(summary));
  const setAside = formatSetAside({ failures: results.failures, summary, out: options.out });
  if (setAside) print(paint.yellow(setAside));
  if (options.out !== undefined) print(`files in ${options.out}`);
}
