// Computes what a latency budget costs: which candidates of a ranking fit, and how accurate they are.
import { kendall } from '../../core/ranking/correlation.js';

export interface BudgetCandidate {
  /** The same for candidates that are the same function, of which one is trained. */
  readonly function: string;
  readonly score: number;
  readonly flops: number;
  readonly latency: number;
  readonly accuracy: number;
}

export interface BudgetRow {
  /** The share of the candidates that fit, and the milliseconds that the slowest of them takes. */
  readonly share: number;
  readonly milliseconds: number;
  /** The number of functions that fit. */
  readonly functions: number;
  /** The place of the best one that fits, among all functions. */
  readonly rank: number;
  /** Of the first functions that fit, and are trained: the best accuracy, the mean, and the mean latency. */
  readonly best: number;
  readonly mean: number;
  readonly latency: number;
  /** The mean accuracy of as many with the most FLOPs. */
  readonly meanByFlops: number;
  /** The accuracy of the most accurate candidate that fits. */
  readonly mostAccurate: number;
  /** Kendall's tau of score and accuracy over the functions that fit. */
  readonly kendall: number;
}

/** A row for each share. `candidates` are in the order of the ranking; `trained` functions are trained. */
export function budgetRows({
  candidates,
  shares,
  trained,
}: {
  readonly candidates: readonly BudgetCandidate[];
  readonly shares: readonly number[];
  readonly trained: number;
}): readonly BudgetRow[] {
  const latencies = candidates.map(({ latency }) => latency).sort((a, b) => a - b);
  const places = new Map(functionsOf(candidates).map((each, at) => [each.function, at + 1]));
  return shares.map((share) => {
    const milliseconds = latencies[Math.max(0, Math.ceil(share * latencies.length) - 1)]!;
    const fitting = candidates.filter(({ latency }) => latency <= milliseconds);
    const functions = functionsOf(fitting);
    const first = functions.slice(0, trained);
    const byFlops = functionsOf([...fitting].sort((a, b) => b.flops - a.flops)).slice(0, trained);
    return {
      share,
      milliseconds,
      functions: functions.length,
      rank: places.get(first[0]!.function)!,
      best: Math.max(...first.map(({ accuracy }) => accuracy)),
      mean: mean(first.map(({ accuracy }) => accuracy)),
      latency: mean(first.map(({ latency }) => latency)),
      meanByFlops: mean(byFlops.map(({ accuracy }) => accuracy)),
      mostAccurate: Math.max(...fitting.map(({ accuracy }) => accuracy)),
      kendall: kendall(
        functions.map(({ score }) => score),
        functions.map(({ accuracy }) => accuracy),
      ),
    };
  });
}

/** The first candidate of each function. */
function functionsOf(candidates: readonly BudgetCandidate[]): readonly BudgetCandidate[] {
  const seen = new Set<string>();
  return candidates.filter((candidate) => {
    if (seen.has(candidate.function)) return false;
    seen.add(candidate.function);
    return true;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
