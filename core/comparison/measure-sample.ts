// Measures a ranking on a sample of candidates with known accuracies. Values are numbered beforehand, so that
// a sample is sorted by counting, in linear time.

import { TOPS } from '../ranking/agreement.js';
import { rhoOf, sortCountingExchanges, tauOf } from '../ranking/correlation.js';
import type { Levels } from '../ranking/levels.js';
import { createGains, type Gains, topQuality } from '../ranking/quality.js';
import { rankOf } from '../ranking/ranks.js';

export interface Measures {
  readonly kendall: number;
  readonly spearman: number;
  readonly ndcg: number;
  readonly exponentialNdcg: number;
  readonly top: readonly { readonly mean: number; readonly regret: number }[];
}

/** A sample of n candidates, and what it says of their accuracies alone. */
export interface Sample {
  /** The indices of the candidates [n], which may be repeated. */
  readonly members: Uint32Array;
  readonly accuracies: Float64Array;
  readonly sorted: SortedSample;
  readonly gains: Gains;
  readonly best: number;
}

/** `accuracies` and `levels` are those of all candidates. The sample needs two members at least. */
export function sampleOf({
  members,
  accuracies,
  levels,
}: {
  readonly members: Uint32Array;
  readonly accuracies: Float64Array;
  readonly levels: Levels;
}): Sample {
  const own = Float64Array.from(members, (at) => accuracies[at]!);
  const best = own.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  return { members, accuracies: own, sorted: sortSample(members, levels), gains: createGains(own), best };
}

/** Equal scores keep the order of the sample. */
export function measureSample(
  { members, accuracies, sorted: byAccuracy, gains, best }: Sample,
  scores: Levels,
): Measures {
  const byScore = sortSample(members, scores);
  const inOrder = Array.from(bestFirst(byScore), (place) => accuracies[place]!);
  return {
    kendall: tauBetween(byScore, byAccuracy),
    spearman: rhoOf(byScore.ranks, byAccuracy.ranks),
    ndcg: gains.ndcg(inOrder),
    exponentialNdcg: gains.exponentialNdcg(inOrder),
    top: TOPS.map((k) => {
      const { mean, best: found } = topQuality({ accuracies: inOrder, k });
      return { mean, regret: best - found };
    }),
  };
}

/** A column of a sample of n, sorted by counting. */
export interface SortedSample {
  /** The level of each place [n]. */
  readonly levels: Uint32Array;
  /** The position in ascending order at which each level begins, and n at the end. */
  readonly starts: Uint32Array;
  /** The ranks of the places [n]; ties share their average rank. */
  readonly ranks: Float64Array;
  /** The places [n] in ascending order of their levels; equal ones keep their order. */
  readonly places: Uint32Array;
}

function sortSample(members: Uint32Array, { levels, count }: Levels): SortedSample {
  const own = members.map((at) => levels[at]!);
  const starts = new Uint32Array(count + 1);
  for (const level of own) starts[level + 1]! += 1;
  for (let level = 0; level < count; level += 1) starts[level + 1]! += starts[level]!;
  const next = starts.slice();
  const places = new Uint32Array(own.length);
  for (let place = 0; place < own.length; place += 1) {
    const level = own[place]!;
    places[next[level]!] = place;
    next[level]! += 1;
  }
  const ranks = Float64Array.from(own, (level) => rankOf(starts[level]! + starts[level + 1]!));
  return { levels: own, starts, ranks, places };
}

/** The places, highest level first; equal ones keep their order. */
function bestFirst({ starts, places }: SortedSample): Uint32Array {
  const found = new Uint32Array(places.length);
  let filled = 0;
  for (let level = starts.length - 2; level >= 0; level -= 1) {
    found.set(places.subarray(starts[level]!, starts[level + 1]!), filled);
    filled += starts[level + 1]! - starts[level]!;
  }
  return found;
}

/** Kendall's tau-b, as `kendall` of core/ranking/correlation.ts defines it. */
function tauBetween(x: SortedSample, y: SortedSample): number {
  const n = x.places.length;
  const inOrder = new Float64Array(n);
  const next = x.starts.slice();
  // Going through the places by y leaves those of one x in the order of y.
  for (const place of y.places) {
    const level = x.levels[place]!;
    inOrder[next[level]!] = y.levels[place]!;
    next[level]! += 1;
  }
  let tiedBoth = 0;
  for (let level = 0; level + 1 < x.starts.length; level += 1) {
    let run = 0;
    for (let at = x.starts[level]! + 1; at < x.starts[level + 1]!; at += 1) {
      run = inOrder[at] === inOrder[at - 1] ? run + 1 : 0;
      tiedBoth += run;
    }
  }
  return tauOf({
    pairs: (n * (n - 1)) / 2,
    tiedX: tiedPairs(x),
    tiedY: tiedPairs(y),
    tiedBoth,
    discordant: sortCountingExchanges(inOrder),
  });
}

function tiedPairs({ starts }: SortedSample): number {
  let pairs = 0;
  for (let level = 0; level + 1 < starts.length; level += 1) {
    const count = starts[level + 1]! - starts[level]!;
    pairs += (count * (count - 1)) / 2;
  }
  return pairs;
}
