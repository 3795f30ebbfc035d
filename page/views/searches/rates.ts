// Estimates the rates of running searches from their progress in the last minute.
import type { WatchedSearch } from '../../../http/answers.js';

const WINDOW_MS = 60_000;
/** Shorter intervals, in milliseconds, give no usable rate. */
const LEAST_MS = 3_000;

interface Sample {
  readonly at: number;
  readonly done: number;
}

export interface Rate {
  /** The number of candidates per second. */
  readonly perSecond: number;
  /** The estimated seconds until this stage is finished. */
  readonly left: number;
}

export type RateOf = (search: Pick<WatchedSearch, 'id'>) => Rate | undefined;

/**
 * Receives each new state of the searches, and returns the rate of one. A new stage counts from zero, so its
 * estimate starts anew.
 */
export function createRates() {
  const samples = new Map<string, Sample[]>();
  const planned = new Map<string, number>();
  return {
    note: (searches: readonly Pick<WatchedSearch, 'id' | 'counts' | 'ended'>[], now: number): void => {
      for (const { id, counts, ended } of searches) {
        if (!counts || ended !== null) continue;
        const kept = (samples.get(id) ?? []).filter(({ at }) => now - at <= WINDOW_MS);
        const isNewStage = (kept.at(-1)?.done ?? 0) > counts.done || planned.get(id) !== counts.planned;
        samples.set(id, [...(isNewStage ? [] : kept), { at: now, done: counts.done }]);
        planned.set(id, counts.planned);
      }
    },
    of: ({ id }: Pick<WatchedSearch, 'id'>): Rate | undefined => {
      const kept = samples.get(id) ?? [];
      const [first, last] = [kept[0], kept.at(-1)];
      if (!first || !last || last.at - first.at < LEAST_MS || last.done === first.done) return undefined;
      const perSecond = ((last.done - first.done) / (last.at - first.at)) * 1000;
      return { perSecond, left: ((planned.get(id) ?? last.done) - last.done) / perSecond };
    },
  };
}
