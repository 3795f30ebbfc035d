// Picks the networks that are worth training next: winners, and a spread over the whole ranking that a calibration learns from.
import type { RandomKey } from '../random/random.js';
import { randomStream } from '../random/random-stream.js';

/** Share of the budget that goes to the first of the ranking. Others that were tried: docs/decisions/0038-calibration.md. */
const WINNERS = 0.25;

export interface SuggestRequest {
  /** Places of the ranking, best first, from 0, that may be suggested: those that are not labelled yet. */
  readonly places: readonly number[];
  readonly budget: number;
  /** Decides which of each part of the ranking is suggested. */
  readonly key: RandomKey;
}

export interface Suggestion {
  readonly place: number;
  /** `winner`: among the first; `spread`: drawn at random from one part of the ranking, the `part`-th of `of`. */
  readonly why:
    | { readonly kind: 'winner' }
    | { readonly kind: 'spread'; readonly part: number; readonly of: number };
}

/**
 * A quarter of the budget, rounded up, are the first of the ranking. The others are a stratified random sample of the rest: it is
 * cut into as many equal parts as there are networks to draw, and one is drawn from each, so that every region of the ranking is
 * known a little. Fewer where there are fewer.
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
