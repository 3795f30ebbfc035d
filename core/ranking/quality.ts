// Measures how good the top of a ranking is, where accuracies are known.

/** Mean and best accuracy among the first k. */
export interface TopQuality {
  readonly k: number;
  readonly mean: number;
  readonly best: number;
}

/**
 * Quality of the first k of `accuracies`, which are in ranked order, best first. k must not exceed their
 * number.
 */
export function topQuality({
  accuracies,
  k,
}: {
  readonly accuracies: readonly number[];
  readonly k: number;
}): TopQuality {
  const top = accuracies.slice(0, k);
  const mean = top.reduce((sum, value) => sum + value, 0) / top.length;
  return { k: top.length, mean, best: Math.max(...top) };
}

/** The length of the list over which VKDNW reports `exponentialNdcg`. */
const FIRST_OF_EXPONENTIAL = 1000;

/** Measures of one list of values in any order of its members. */
export interface Gains {
  /** See `ndcg`. */
  ndcg(inOrder: ArrayLike<number>): number;
  /** See `exponentialNdcg`. */
  exponentialNdcg(inOrder: ArrayLike<number>): number;
}

/** Computes once what does not depend on the order: the ideal gains and the discounts. */
export function createGains(values: ArrayLike<number>): Gains {
  const given = Array.from(values);
  const finite = given.filter(Number.isFinite);
  const toFinite = (value: number) => (Number.isFinite(value) ? value : clampTo(finite, value));
  const accuracies = finite.length === given.length ? given : given.map(toFinite);
  const least = accuracies.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = accuracies.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const discounts = Float64Array.from(given, (_, i) => Math.log2(i + 2));
  const first = Math.min(FIRST_OF_EXPONENTIAL, given.length);
  // The gain 2^accuracy - 1 is that of accuracies in percent.
  const percent = least >= 0 && most <= 1 ? 100 : 1;
  const linear = (inOrder: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < discounts.length; i += 1) sum += (toFinite(inOrder[i]!) - least) / discounts[i]!;
    return sum;
  };
  // Every gain is divided by the largest power of two, so that no value overflows.
  const exponential = (inOrder: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < first; i += 1)
      sum += (2 ** (percent * (toFinite(inOrder[i]!) - most)) - 2 ** -(percent * most)) / discounts[i]!;
    return sum;
  };
  // The native sort of typed arrays is several times as fast as one with a comparison.
  const descending = Float64Array.from(accuracies).sort().reverse();
  const ideal = linear(descending);
  const idealExponential = exponential(descending);
  return {
    ndcg: (inOrder) => {
      if (most === least) return Number.NaN;
      return ideal > 0 ? linear(inOrder) / ideal : 1;
    },
    exponentialNdcg: (inOrder) => {
      if (least < 0 || most === 0) return Number.NaN;
      return idealExponential > 0 ? exponential(inOrder) / idealExponential : 1;
    },
  };
}

/**
 * Normalized discounted cumulative gain over the whole list: gain = accuracy above the worst known, discount
 * = log2(position + 1) (Järvelin and Kekäläinen 2002). It is 1 where the list is sorted by accuracy, and NaN
 * (0/0) where all accuracies are equal. An infinite value, such as the score of a degenerate network, counts as the
 * worst or the best of the finite ones.
 */
export function ndcg(values: readonly number[]): number {
  return createGains(values).ndcg(values);
}

/**
 * Normalized discounted cumulative gain over the first 1,000: gain = 2^accuracy - 1, discount = log2(position
 * + 1), as VKDNW reports it for accuracies in percent (arXiv 2411.07010). Differences of tenths at the top
 * dominate. Accuracies from 0 to 1 are shares, and multiplied by 100. An infinite value counts as in `ndcg`. NaN where a value is negative, since its gain would be, and (0/0)
 * where all are 0.
 */
export function exponentialNdcg(values: readonly number[]): number {
  return createGains(values).exponentialNdcg(values);
}

function clampTo(finite: readonly number[], value: number): number {
  if (Number.isFinite(value)) return value;
  const pick = value > 0 ? Math.max : Math.min;
  return finite.reduce((best, other) => pick(best, other), finite[0] ?? 0);
}

/**
 * The mean, over all pairs of rankings, of the share of their first k that they have in common; 1 for a
 * single ranking.
 */
export function topStability({
  rankings,
  k,
}: {
  readonly rankings: readonly (readonly string[])[];
  readonly k: number;
}): number {
  let shared = 0;
  let pairs = 0;
  rankings.forEach((a, i) => {
    const top = new Set(a.slice(0, k));
    for (const b of rankings.slice(i + 1)) {
      shared += b.slice(0, k).filter((candidate) => top.has(candidate)).length / Math.min(k, a.length);
      pairs++;
    }
  });
  return pairs ? shared / pairs : 1;
}
