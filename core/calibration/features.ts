// Standardizes the rank shares and graph features of candidates, which are the inputs of a calibration.
import type { Row } from './kernel-model.js';

/** The rank shares and graph features of a candidate. */
export interface Known {
  /**
   * For each proxy of the calibration, in its order: the mean rank over the draws divided by the size of the cohort. A
   * share is above 0 and at most 1.
   */
  readonly shares: readonly number[];
  /** Graph features by name; missing ones count as 0. The record is empty if the space cannot compute them. */
  readonly graph: Readonly<Record<string, number>>;
}

/** The mean and standard deviation of a feature over the cohort of the calibrated search. */
export interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

export interface Scales {
  readonly proxies: readonly Scale[];
  readonly graph: Readonly<Record<string, Scale>>;
  readonly own: Scale;
  /** The weights of the proxies in the score of the search, which the model corrects. */
  readonly weights: readonly number[];
}

/** Computes the scales over a cohort. Graph features that are constant over the cohort are left out. */
export function scalesOf(cohort: readonly Known[], weights: readonly number[]): Scales {
  const names = [...new Set(cohort.flatMap(({ graph }) => Object.keys(graph)))].sort();
  const graph = names.flatMap((name) => {
    const scale = scaleOf(cohort.map((known) => known.graph[name] ?? 0));
    return scale.deviation > 1e-9 ? [[name, scale] as const] : [];
  });
  return {
    proxies: weights.map((_, i) => scaleOf(cohort.map(({ shares }) => Math.log(shares[i]!)))),
    graph: Object.fromEntries(graph),
    own: scaleOf(cohort.map((known) => ownScore(known, weights))),
    weights,
  };
}

export function rowOf(known: Known, scales: Scales): Row {
  return {
    proxies: scales.proxies.map((scale, i) => standardize(Math.log(known.shares[i]!), scale)),
    graph: Object.entries(scales.graph).map(([name, scale]) => standardize(known.graph[name] ?? 0, scale)),
    own: standardize(ownScore(known, scales.weights), scales.own),
  };
}

/** The weighted sum of log rank shares, which is the score of a search without a calibration. */
export function ownScore({ shares }: Known, weights: readonly number[]): number {
  return shares.reduce((sum, share, i) => sum + weights[i]! * Math.log(share), 0);
}

function scaleOf(values: readonly number[]): Scale {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

function standardize(value: number, { mean, deviation }: Scale): number {
  return deviation > 0 ? (value - mean) / deviation : 0;
}

/**
 * Transforms accuracies to the target of the regression: (normal score of the rank + standardized accuracy) / 2.
 *
 * Ranks alone would not distinguish the best networks, which differ by tenths of a point. Accuracies alone would be
 * dominated by a few networks that do not train. Accuracies are therefore clipped at q - (max - q), where q is the 10 %
 * quantile.
 */
export function labelScores(labels: readonly number[]): readonly number[] {
  const sorted = [...labels].sort((a, b) => a - b);
  const n = labels.length;
  const tenth = sorted[Math.floor(0.1 * (n - 1))]!;
  const least = 2 * tenth - sorted.at(-1)!;
  const clipped = labels.map((label) => Math.max(label, least));
  const scale = scaleOf(clipped);
  const rank = (label: number) =>
    (sorted.findIndex((value) => value >= label) + sorted.findLastIndex((value) => value <= label)) / 2;
  return labels.map((label, i) => {
    const normal = normalQuantile((rank(label) + 0.5) / n);
    return (normal + standardize(clipped[i]!, scale)) / 2;
  });
}

/** The quantile function of the normal distribution, with an error below 5e-4 (Abramowitz and Stegun 26.2.23). */
function normalQuantile(p: number): number {
  const tail = Math.min(p, 1 - p);
  const t = Math.sqrt(-2 * Math.log(tail));
  const value =
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) /
      (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
  return p < 0.5 ? -value : value;
}
