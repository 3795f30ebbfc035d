// Explains every column and key of the files that a search leaves; docs/reference/files.md is generated from
// these tables.
import type { FailureReason } from '../candidate-error.js';
import { AZ_NAS_PROXIES, PROXIES } from '../specification/families.js';

const OTHER = 'raw proxy, mean over the draws; where the search ranks by it';

/** Columns of ranking.csv and ranking.parquet, in the order of the file. */
export const RANKING_COLUMNS: Readonly<Record<string, string>> = {
  rank: 'position in this file, 1 is the best; equal scores are ordered by the candidate’s text',
  candidate: 'text of the candidate in the notation of its space',
  score:
    'aggregated score, higher is better; comparable within this ranking only. The best possible is 0 with `log-rank` and the sum of the weights with `linear-rank`; scores of a calibrated ranking can be above 0',
  expressivity:
    'raw proxy, mean over the draws; `-inf` where a feature is dead; empty where the search does not rank by it, as by default',
  progressivity:
    'raw proxy, mean over the draws; empty where the search does not rank by it, and for transformers, for which it is not defined',
  trainability:
    'raw proxy, mean over the draws; `-inf` where a block passes gradients on unchanged; empty where the search does not rank by it, as among ONNX files by default',
  complexity:
    'FLOPs (multiply-accumulate operations) of one image of the size that was scored; of NAS-Bench-201 always those of 32 x 32, as the benchmark has them. `results` and `--pareto` show those of the published size, or of `constraints.resolution`. Empty where the search does not rank by it, as among ONNX files by default',
  ...otherProxies(),
  parameters: 'parameters as the benchmark of the space counts them',
  class:
    'the candidate that was scored in place of this one: the cheapest of those that are the same function. Not with `cohort: written`',
  latency: 'milliseconds, if the search measured latencies; empty if that of this candidate is missing',
};

/** The columns of the proxies that have no column in every ranking, in the order of the families. */
function otherProxies(): Readonly<Record<string, string>> {
  const usual: readonly string[] = [...AZ_NAS_PROXIES, 'parameters'];
  const texts: Readonly<Record<string, string>> = {
    flops: 'the same as `complexity`; where the search ranks by it',
  };
  return Object.fromEntries(
    PROXIES.filter((name) => !usual.includes(name)).map((name) => [name, texts[name] ?? OTHER]),
  );
}

/** Columns of failures.csv, in the order of the file. */
export const FAILURE_COLUMNS: Readonly<Record<string, string>> = {
  candidate: 'the candidate that was set aside after every retry',
  reason: 'a word for programs, listed below',
  detail: 'an explanation for people',
};

/** Values of the column `reason`. */
export const FAILURE_REASONS: Readonly<Record<FailureReason, string>> = {
  crash: 'its scorer process died',
  timeout: 'it took longer than `--candidate-timeout`',
  memory: 'its scorer exceeded the memory limit',
  'not-a-number': 'a proxy is NaN',
  invalid: 'the space has no such candidate',
  error: 'anything else; `detail` says what',
};

/** Keys of summary.json. A key that does not apply is absent; a later version may add keys. */
export const SUMMARY_MEANINGS: Readonly<Record<string, string>> = {
  name: '`name` of the specification',
  id: 'id of the search',
  candidates: 'planned; the sum of `scored`, `reused` and `failed`',
  scored: 'computed by this run; with screening, by its first round, in which every candidate takes part',
  reused: 'in the store before this run; with screening, for its first round',
  failed: 'set aside; `failures.csv` says why',
  seconds: 'wall clock from start to ranking',
  millisecondsPerCandidate:
    'wall clock for each candidate scored by this run, with screening in any round; 0 if none was',
  rankingSha256: 'SHA-256 of the bytes of `ranking.csv`',
  cohort: '`classes` or `written`: whether ranks were taken over classes of the same function or over texts',
  classes: 'with classes: how many functions were ranked',
  shared: 'with classes: how many candidates inherit another’s score',
  aggregation:
    'by what candidates were ranked: the `preset`, if it is one, the `kind` of sum, and the `weights` of the proxies; absent with a calibration',
  calibration:
    'with `aggregation: { kind: calibrated }`: the `digest` of the calibration, its `dataset`, how many `labels` it is of, its `method`, and whether its `space` is the `same`',
  warnings: 'sentences to know before using the ranking',
  rounds: 'with screening: `candidates`, `reused`, `failed`, `seconds` of each round',
  drawn:
    'with constraints or evolution: how many were `proposed`, `rejected` by each constraint, `duplicates` of others; `latencies` names where the measured ones are stored and the machines that they are of',
  latency:
    'with limits on latency: how many of the ranked candidates have one (`measured`), and how many of these were measured while the machine was busy (`busy`)',
  generations: 'for an evolution: the number of generations',
  ended: 'for an evolution: why it ended before its budget was spent',
  verification:
    'with `verify`: the `share` of scores that was asked for, how many `scores` there were, how many were `verified` by another worker and how many could not be (`notVerified`, and `why`), `disagreements` with `examples`, and what became of the workers',
  correlation:
    'with `--truth`: for each dataset Kendall’s tau-b (`kendall`) and Spearman’s rho (`spearman`), null where undefined',
};
