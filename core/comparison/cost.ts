// Computes what each proxy costs from measured times, alone and beside the other proxies of a search, and
// which rankings no other one beats in both agreement and cost.
import { type FamilyName, familyOf, type ProxyName, scoredFamilies } from '../specification/families.js';

/** A set of families that are scored together in one request, and how long it took for each candidate. */
export interface TimedFamilies {
  readonly families: readonly FamilyName[];
  /** Milliseconds for each timed candidate. */
  readonly milliseconds: readonly number[];
  /** Milliseconds of all families for the same candidates, measured in turns with these; absent for all families. */
  readonly beside?: readonly number[];
}

/** The time of one family. Its proxies come from one computation, so none of them is cheaper than all. */
export interface FamilyCost {
  readonly family: FamilyName;
  /** The proxies of the family that the search names. */
  readonly proxies: readonly string[];
  /** Milliseconds a candidate of the family alone; the median over the timed candidates. */
  readonly alone: number;
  /**
   * Milliseconds a candidate that the family adds to the others, with which it may share passes; the median of
   * the difference with and without it, at least 0 and at most `alone`: what lies beyond is other work of the machine.
   */
  readonly added: number;
}

export interface SearchCosts {
  /** The number of timed candidates, each under one draw, by one scorer with one thread. */
  readonly candidates: number;
  /** Milliseconds a candidate of all families together. */
  readonly together: number;
  readonly families: readonly FamilyCost[];
}

/** All families, each family alone, and all but each: the sets whose times `costsOf` needs, without duplicates. */
export function setsToTime(proxies: readonly ProxyName[]): readonly (readonly FamilyName[])[] {
  const all = scoredFamilies(proxies);
  const alone = all.map((family) => [family]);
  const others = all.map((family) => all.filter((other) => other !== family));
  const sets = [all, ...alone, ...others].filter((set) => set.length > 0);
  return [...new Map(sets.map((set) => [set.join(), set])).values()];
}

/** Null where nothing was timed, as in a search whose proxies are all counted from the candidate's text. */
export function costsOf(proxies: readonly ProxyName[], timed: readonly TimedFamilies[]): SearchCosts | null {
  const all = scoredFamilies(proxies);
  const of = (set: readonly FamilyName[]) => timed.find(({ families }) => families.join() === set.join());
  const together = of(all)?.milliseconds ?? [];
  if (together.length === 0) return null;
  const families = all.map((family): FamilyCost => {
    const without = of(all.filter((other) => other !== family));
    // A single family has no others.
    const { milliseconds = [], beside = together } = without ?? {};
    const added = beside.map((whole, i) => whole - (milliseconds[i] ?? 0));
    const alone = median(of([family])?.milliseconds ?? []);
    return {
      family,
      proxies: proxies.filter((proxy) => familyOf(proxy) === family),
      alone,
      added: Math.min(alone, Math.max(0, median(added))),
    };
  });
  return { candidates: together.length, together: median(together), families };
}

/** A ranking with its agreement and its cost, either of which may be unknown. */
export interface CostedRanking {
  readonly kendall: number | null;
  readonly milliseconds: number | null;
}

/**
 * For each ranking, whether it is Pareto-optimal: no other one agrees at least as well and costs at most as
 * much, and is better in one of the two. Null where its agreement or its cost is unknown.
 */
export function paretoOptimal(rankings: readonly CostedRanking[]): readonly (boolean | null)[] {
  const known = rankings.filter(isKnown);
  return rankings.map((one) => {
    if (!isKnown(one)) return null;
    return !known.some(
      ({ kendall, milliseconds }) =>
        kendall >= one.kendall &&
        milliseconds <= one.milliseconds &&
        (kendall > one.kendall || milliseconds < one.milliseconds),
    );
  });
}

function isKnown(ranking: CostedRanking): ranking is { kendall: number; milliseconds: number } {
  return ranking.kendall !== null && ranking.milliseconds !== null;
}

/** The proxy of a scored family that is FLOPs, which nothing needs to be measured for. */
const COUNTED: ProxyName = 'complexity';

/**
 * Milliseconds a candidate that a ranking needs: all families for one over all proxies, the proxy's family for
 * a proxy, and 0 for `complexity` and for a cost, which are counted from the candidate's text.
 */
export function millisecondsOf(
  ranker: { readonly name: string; readonly kind: 'aggregation' | 'proxy' | 'cost' },
  costs: SearchCosts | null,
): number | null {
  if (!costs) return null;
  if (ranker.kind === 'aggregation') return costs.together;
  if (ranker.name === COUNTED) return 0;
  return costs.families.find(({ proxies }) => proxies.includes(ranker.name))?.alone ?? 0;
}

/** The median of at least one number. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
