// Chooses the networks to train next: the first of the ranking, and a sample of the whole ranking for a calibration.
import type { RandomKey } from '../random/random.js';
import { randomStream } from '../random/random-stream.js';

/** The share of the budget for the first of the ranking. docs/decisions/0038-calibration.md compares other shares. */
const WINNERS = 0.25;

export interface SuggestRequest {
  /** The positions in the ranking, from 0, of the candidates that can be suggested, best first. */
  readonly places: readonly number[];
  readonly budget: number;
  /** Determines which candidate of each part is drawn. */
  readonly key: RandomKey;
}

export interface Suggestion {
  readonly place: number;
  /** `winner`: one of the first; `spread`: drawn at random from part number `part` of `of` equal parts of the ranking. */
  readonly why:
    | { readonly kind: 'winner' }
    | { readonly kind: 'spread'; readonly part: number; readonly of: number };
}

/**
 * Suggests `budget` candidates, or all if there are fewer. A quarter of them, rounded up, are the first of the ranking.
 * The others are a stratified random sample: the rest of the ranking is divided into equal parts, and one candidate is
 * drawn from each, so that a calibration sees good and bad candidates.
 */
export function suggest({ places, budget, key }: SuggestRequest): readonly Suggestion[] {
  const count = Math.min(budget, places.length);
  const winners = places.slice(0, Math.ceil(WINNERS * count));
  const rest = places.slice(winners.length);
  const parts = count - winners.length;
  const stream = randomStream(key);
  const spread = Array.from({ length: parts }, (_, part): Suggestion => {
    const from = Math.floor((part * rest.length) / parts);
    const to = Math.floor(((part + 1) * rest.length) / parts);
    return {
      place: rest[from + stream.below(to - from)]!,
      why: { kind: 'spread', part: part + 1, of: parts },
    };
  });
  return [...winners.map((place): Suggestion => ({ place, why: { kind: 'winner' } })), ...spread];
}
