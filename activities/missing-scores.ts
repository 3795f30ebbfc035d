// Finds the candidates of a shard that have no score yet, as late as possible, so that a second attempt sees
// what the first one stored.
import type { FamilyName } from '../core/specification/families.js';
import type { UnitFacts } from './cohort.js';

export interface Task {
  readonly index: number;
  /** The draws for which a family has no score, and these families. */
  readonly draws: readonly number[];
  readonly families: readonly FamilyName[];
}

/** The number of candidates looked up at first, and the time that a group should last. */
const FEWEST = 16;
const MOST = 1024;
const GROUP_MS = 500;

/**
 * Yields a shard's candidates with the draws and families that have no score. To see what another attempt of
 * this shard has stored, candidates are looked up as late as possible, in groups that double in size as long
 * as a group is used up within half a second.
 */
export async function* missingScores({
  candidates,
  from,
  lookUp,
}: {
  readonly candidates: readonly string[];
  readonly from: number;
  readonly lookUp: (units: readonly string[]) => Promise<readonly UnitFacts[]>;
}): AsyncGenerator<Task> {
  let size = FEWEST;
  for (let start = from; start < candidates.length; ) {
    const found = await lookUp(candidates.slice(start, start + size));
    const began = performance.now();
    for (const [i, facts] of found.entries()) yield { index: start + i, ...missingIn(facts) };
    start += found.length;
    size = performance.now() - began < GROUP_MS ? Math.min(2 * size, MOST) : FEWEST;
  }
}

function missingIn(facts: UnitFacts): Pick<Task, 'draws' | 'families'> {
  const draws = new Set<number>();
  const families: FamilyName[] = [];
  for (const [family, row] of facts) {
    const lacking = row.flatMap((proxies, draw) => (proxies === undefined ? [draw] : []));
    if (lacking.length > 0) families.push(family);
    for (const draw of lacking) draws.add(draw);
  }
  return { draws: [...draws].sort((a, b) => a - b), families };
}
