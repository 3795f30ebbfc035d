// Computes scores from sums of ranks: exact ones equal to those of `aggregate`, and quick ones that order
// candidates alike up to rounding.
import { rankTerm } from '../ranking/aggregate.js';

export interface RankScore {
  /** One quick score for each position of the columns; `of` is the size of the cohort. */
  quick(args: { readonly sums: readonly ArrayLike<number>[]; readonly of: number }): Float64Array;
  /** The score with the same floating-point operations in the same order as in `aggregate`. */
  exact(args: { readonly sums: readonly number[]; readonly of: number }): number;
  /**
   * A candidate whose quick score is below `below(q)` or above `above(q)` is on the same side of q by exact
   * score, whatever was rounded.
   */
  below(quick: number): number;
  above(quick: number): number;
}

/**
 * The relative distance of quick scores within which exact scores decide. It is far above any rounding error.
 */
const MARGIN = 1e-9;

export function createRankScore({
  weights,
  draws,
  kind,
}: {
  readonly weights: readonly number[];
  readonly draws: number;
  readonly kind: 'log-rank' | 'linear-rank';
}): RankScore {
  const exact: RankScore['exact'] = ({ sums, of }) => {
    let score = 0;
    for (let p = 0; p < weights.length; p += 1)
      score += rankTerm({ kind, weight: weights[p]!, share: sums[p]! / draws / of });
    return score;
  };
  // With equal weights the sum of logarithms is the logarithm of the product, and the product gives the same order.
  if (kind === 'log-rank' && weights.every((weight) => weight === weights[0]))
    return {
      exact,
      quick: ({ sums }) => {
        const product = new Float64Array(sums[0]!);
        for (let p = 1; p < sums.length; p += 1) {
          const column = sums[p]!;
          for (let i = 0; i < product.length; i += 1) product[i] = product[i]! * column[i]!;
        }
        return product;
      },
      below: (quick) => quick * (1 - MARGIN),
      above: (quick) => quick * (1 + MARGIN),
    };
  return {
    exact,
    quick: ({ sums, of }) =>
      Float64Array.from({ length: sums[0]!.length }, (_, i) =>
        exact({ sums: sums.map((column) => column[i]!), of }),
      ),
    below: (quick) => quick - MARGIN * (1 + Math.abs(quick)),
    above: (quick) => quick + MARGIN * (1 + Math.abs(quick)),
  };
}
