// Finds the candidates of a shard that have no score yet, as late as possible, so that a second attempt sees
// what the first one stored.
import type { FamilyName } from '../core/specification/families.js';
import type { UnitFacts } from './cohort.js';

export interface Task {
  readonly index: number;
  /** What to compute; empty if nothing is missing. */
  readonly requests: readonly MissingScores[];
}

/** Draws that lack the scores of the same families, and these families. */
export interface MissingScores {
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
    for (const [i, facts] of found.entries()) yield { index: start + i, requests: missingIn(facts) };
    start += found.length;
    size = performance.now() - began < GROUP_MS ? Math.min(2 * size, MOST) : FEWEST;
  }
}

/** Groups the draws by the families that they lack, so that no stored score is computed again. */
function missingIn(facts: UnitFacts): readonly MissingScores[] {
  const groups = new Map<string, { draws: number[]; families: readonly FamilyName[] }>();
  const [anyRow = []] = facts.values();
  for (const draw of anyRow.keys()) {
    const families = [...facts].flatMap(([family, row]) => (row[draw] === undefined ? [family] : []));
    if (families.length === 0) continue;
    const group = groups.get(families.join()) ?? { draws: [], families };
    groups.set(families.join(), group);
    group.draws.push(draw);
  }
  return [...groups.values()];
}
