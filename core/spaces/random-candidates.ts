// In: a space, a seed, a number. Out: that many different random candidates, the same in any process.
import { sample } from '../programs/random.js';
import { SpecError } from '../spec/errors.js';
import type { Space } from './space.js';

/** Repeats in a row after which a space counts as exhausted. */
const PATIENCE = 10_000;

/** `count` candidates in the order drawn; of a space without enumeration no two of one canonical key. */
export function* randomCandidates({
  space,
  seed,
  count,
}: {
  space: Space;
  seed: number;
  count: number;
}): Generator<string> {
  const name = 'strategy.random';
  if (space.enumeration) {
    const { size, at } = space.enumeration;
    for (const index of sample({ key: { seed, draw: 0, name }, count, size })) yield at(index);
    return;
  }
  const seen = new Set<string>();
  let repeats = 0;
  for (let draw = 0; seen.size < count; draw++) {
    const candidate = space.random({ seed, draw, name });
    const key = space.canonicalKey(candidate);
    repeats = seen.has(key) ? repeats + 1 : 0;
    if (repeats === PATIENCE)
      throw SpecError.of({
        path: 'strategy.samples',
        message: `found ${count}; after ${seen.size} different candidates ${PATIENCE} draws in a row were repeats, so at most about that`,
      });
    if (repeats) continue;
    seen.add(key);
    yield candidate;
  }
}
