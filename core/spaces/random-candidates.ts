// Draws distinct random candidates of a space, the same ones in any process.

import { SpecError } from '../errors.js';
import { shuffle } from '../random/shuffle.js';
import { createTextIndex } from '../text/text-index.js';
import type { Space } from './space.js';

/** After this many draws in a row without a new candidate, the space counts as exhausted. */
const PATIENCE = 10_000;

interface RandomCandidatesArguments {
  readonly space: Space;
  readonly seed: number;
  readonly count: number;
  /** Called once for each new candidate. */
  readonly accept?: (candidate: string) => boolean | Promise<boolean>;
}

/**
 * Yields `count` candidates for which `accept` holds, in the order in which they are drawn. In a space that
 * cannot be enumerated, no two have the same canonical key. Throws a SpecError where there are not enough.
 */
export async function* randomCandidates({
  space,
  seed,
  count,
  accept = () => true,
}: RandomCandidatesArguments): AsyncGenerator<string> {
  const name = 'strategy.random';
  if (space.enumeration) {
    const { size, at } = space.enumeration;
    let taken = 0;
    for (const index of shuffle({ key: { seed, draw: 0, name }, size })) {
      if (taken === count) return;
      const candidate = at(index);
      if (!(await accept(candidate))) continue;
      taken++;
      yield candidate;
    }
    if (taken < count)
      throw tooFew({ count, why: `only ${taken} of the ${size} candidates meet the constraints` });
    return;
  }
  const seen = createTextIndex();
  let taken = 0;
  let inVain = 0;
  for (let draw = 0; taken < count; draw++) {
    if (inVain === PATIENCE) {
      const why = `after ${taken} different candidates ${PATIENCE} draws in a row were repeats or broke a constraint`;
      throw tooFew({ count, why });
    }
    inVain++;
    const candidate = space.random({ seed, draw, name });
    if (!seen.add(space.canonicalKey(candidate)).isNew) continue;
    if (!(await accept(candidate))) continue;
    inVain = 0;
    taken++;
    yield candidate;
  }
}

function tooFew({ count, why }: { readonly count: number; readonly why: string }): SpecError {
  return SpecError.of({ path: 'strategy.samples', message: `found ${count}; ${why}` });
}
