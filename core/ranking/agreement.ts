// Measures how well a ranking agrees with known accuracies: over all candidates, over classes, in the better
// half, and at the top.
import { kendall, spearman } from './correlation.js';
import { orNull } from './or-null.js';
import { exponentialNdcg, ndcg, type TopQuality, topQuality } from './quality.js';
import { compare } from './ranks.js';

/** A candidate with its score (higher is better) and its known accuracies and costs. */
export interface JudgedRow {
  readonly score: number;
  readonly accuracy: number;
  /** The text of the candidate's class; candidates of one class have the same text. */
  readonly unit: string;
  /** The FLOPs, if known; agreement is then also measured among networks of similar cost. */
  readonly flops?: number | undefined;
}

export interface Coefficients {
  readonly candidates: number;
  /** Kendall's tau-b; NaN where all scores or all accuracies are equal. */
  readonly kendall: number;
  /** Spearman's rho; NaN where all scores or all accuracies are equal. */
  readonly spearman: number;
}

export interface RankingAgreement {
  readonly written: Coefficients;
  /**
   * Over classes; a class has the least score and the mean accuracy of its members. In a ranking without classes, such
   * as that of `cohort: written`, each candidate is one.
   */
  readonly classes: Coefficients;
  /** Over the classes that are at least as accurate as the median class; null for fewer than two of them. */
  readonly betterHalf: Coefficients | null;
  /** Mean of Kendall's tau within fifths of the classes by FLOPs; null for fewer than ten classes. */
  readonly kendallInFlopsFifths: number | null;
  /** The number of the `of` most accurate classes that are among the first `first` of the ranking. */
  readonly recall: readonly { readonly first: number; readonly found: number; readonly of: number }[];
  /** NaN where all accuracies are equal. */
  readonly ndcg: number;
  readonly exponentialNdcg: number | null;
  readonly top: readonly (TopQuality & { readonly regret: number })[];
}

/** The numbers k of first candidates that are measured. */
export const TOPS = [1, 10, 50] as const;
const TRULY_BEST = 50;
const FIRST = [50, 100, 200] as const;

/** Expects at least two rows. Rows of equal score keep their order. */
export function rankingAgreement(rows: readonly JudgedRow[]): RankingAgreement {
  const ranked = inOrder(rows);
  const accuracies = ranked.map(({ accuracy }) => accuracy);
  const classes = inOrder(classesOf(ranked));
  const trueBest = accuracies.reduce((best, accuracy) => Math.max(best, accuracy), Number.NEGATIVE_INFINITY);
  return {
    written: coefficients(ranked),
    classes: coefficients(classes),
    betterHalf: betterHalfOf(classes),
    kendallInFlopsFifths: kendallInFlopsFifths(classes),
    recall: recallOf(classes),
    ndcg: ndcg(accuracies),
    exponentialNdcg: orNull(exponentialNdcg(accuracies)),
    top: TOPS.map((k) => {
      const quality = topQuality({ accuracies, k });
      return { ...quality, regret: trueBest - quality.best };
    }),
  };
}

function inOrder<Row extends JudgedRow>(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => compare(b.score, a.score));
}

function classesOf(rows: readonly JudgedRow[]): readonly JudgedRow[] {
  const members = new Map<string, JudgedRow[]>();
  for (const row of rows) members.set(row.unit, [...(members.get(row.unit) ?? []), row]);
  return [...members].map(([unit, all]) => ({
    unit,
    score: least(all.map(({ score }) => score)),
    accuracy: all.reduce((sum, { accuracy }) => sum + accuracy, 0) / all.length,
    flops: all.some(({ flops }) => flops === undefined) ? undefined : least(all.map(({ flops }) => flops!)),
  }));
}

function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
}

/** A single class has no order, so its tau and rho are NaN. */
function coefficients(rows: readonly JudgedRow[]): Coefficients {
  const scores = rows.map(({ score }) => score);
  const accuracies = rows.map(({ accuracy }) => accuracy);
  const candidates = rows.length;
  if (candidates < 2) return { candidates, kendall: Number.NaN, spearman: Number.NaN };
  return { candidates, kendall: kendall(scores, accuracies), spearman: spearman(scores, accuracies) };
}

function betterHalfOf(classes: readonly JudgedRow[]): Coefficients | null {
  const sorted = classes.map(({ accuracy }) => accuracy).sort(compare);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const better = classes.filter(({ accuracy }) => accuracy >= median);
  return better.length < 2 ? null : coefficients(better);
}

function kendallInFlopsFifths(classes: readonly JudgedRow[]): number | null {
  if (classes.length < 10 || classes.some(({ flops }) => flops === undefined)) return null;
  const byFlops = [...classes].sort((a, b) => compare(a.flops!, b.flops!));
  const edge = (fifth: number) => Math.round((fifth * byFlops.length) / 5);
  const taus = [0, 1, 2, 3, 4].map((fifth) => {
    const rows = byFlops.slice(edge(fifth), edge(fifth + 1));
    return coefficients(rows).kendall;
  });
  const known = taus.filter((tau) => !Number.isNaN(tau));
  return known.length === 0 ? null : known.reduce((sum, tau) => sum + tau, 0) / known.length;
}

function recallOf(classes: readonly JudgedRow[]): RankingAgreement['recall'] {
  const best = new Set([...classes].sort((a, b) => compare(b.accuracy, a.accuracy)).slice(0, TRULY_BEST));
  return FIRST.map((first) => ({
    first,
    found: classes.slice(0, first).filter((row) => best.has(row)).length,
    of: best.size,
  }));
}
