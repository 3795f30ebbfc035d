// Breeds the next generation of an evolution. The seed alone determines the children, on any machine.

import type { DrawCounts } from '../contract/draw-counts.js';
import { randomStream } from '../random/random-stream.js';
import type { Space } from '../spaces/space.js';
import type { Evolution } from '../specification/evolution.js';
import { isMeasured, MEASURED_PATIENCE } from '../specification/rejection.js';

/**
 * After this many draws in a row without a new candidate, the space counts as exhausted or the constraints as
 * too narrow.
 */
export const PATIENCE = 10_000;
/** The number of first candidates that are mutations of the start with one replacement. */
const FIRST = 10;

export interface Bred {
  /** The children; fewer than requested where no new candidate was found. */
  readonly children: readonly string[];
  readonly drawn: DrawCounts;
}

export interface BreedOptions {
  readonly space: Space;
  readonly seed: number;
  readonly evolution: Evolution;
  /** The number of the generation, and the number of children to breed. */
  readonly generation: { readonly number: number; readonly count: number };
  readonly past: Past;
  /** Returns the constraint that a candidate breaks, if any. */
  readonly rejection: (candidate: string) => string | undefined | Promise<string | undefined>;
}

/** The results of the generations before. */
export interface Past {
  /** Every scored candidate, in the order of scoring. */
  readonly scored: readonly string[];
  /** Returns the positions in `scored` of the population - 1 best candidates. It is called at most once. */
  readonly best: () => ArrayLike<number>;
  /** Canonical keys of all candidates that were ever bred. */
  readonly seen: ReadonlySet<string>;
}

/**
 * Breeds the children of a generation. Parents are chosen as published (AZ-NAS on MobileNetV2):
 * - while at most 10 candidates are scored, the parent is the start, and the child has one replacement;
 * - while there are fewer than population - 1, the parent is any scored candidate;
 * - after that, the parent is one of the population - 1 best.
 * A space without a start begins with random candidates until there is a population. A child that breaks a
 * constraint or was bred before is drawn again. Every random choice has a key of seed, generation, child and
 * attempt.
 */
export async function breed(options: BreedOptions): Promise<Bred> {
  const { space, generation, rejection } = options;
  const { seen } = options.past;
  const propose = createProposer(options);
  const children: string[] = [];
  const fresh = new Set<string>();
  const rejected: Record<string, number> = {};
  let proposed = 0;
  let duplicates = 0;
  const next = async (): Promise<string | undefined> => {
    let inVain = 0;
    for (let attempt = 0; attempt < PATIENCE && inVain < MEASURED_PATIENCE; attempt++) {
      const candidate = propose(`evolution.${generation.number}.${children.length}.${attempt}`);
      proposed++;
      const broken = await rejection(candidate);
      if (isMeasured(broken)) inVain++;
      const key = space.canonicalKey(candidate);
      if (broken) rejected[broken] = (rejected[broken] ?? 0) + 1;
      else if (seen.has(key) || fresh.has(key)) duplicates++;
      else {
        fresh.add(key);
        return candidate;
      }
    }
    return undefined;
  };
  while (children.length < generation.count) {
    const child = await next();
    if (child === undefined) break;
    children.push(child);
  }
  return { children, drawn: { proposed, rejected, duplicates } };
}

/** Returns a function that proposes a child for a random key; the key determines parent and mutation. */
function createProposer({ space, seed, evolution, past }: BreedOptions): (name: string) => string {
  const { scored, best } = past;
  const { population, mutations } = evolution;
  const parents = scored.length < population - 1 ? undefined : best();
  const parentOf = (name: string): string => {
    const { below } = randomStream({ seed, draw: 0, name: `${name}.parent` });
    return parents ? scored[parents[below(parents.length)]!]! : scored[below(scored.length)]!;
  };
  return (name) => {
    const key = { seed, draw: 0, name };
    if (!parents && space.start === undefined) return space.random(key);
    return !parents && scored.length <= FIRST
      ? space.mutate({ parent: space.start!, key, mutations: 1 })
      : space.mutate({ parent: parentOf(name), key, mutations });
  };
}
