// Sorts the candidates of a cohort into the order of the ranking, the same on every machine.
import { TerminalError } from '../errors.js';
import { compare } from './ranks.js';

/**
 * Row indices [m]: score descending (NaN counts as -Infinity), equal scores by candidate text, ascending by UTF-16 code
 * unit. Throws a TerminalError for unequal lengths.
 */
export function order({
  scores,
  candidates,
}: {
  readonly scores: ArrayLike<number>;
  readonly candidates: readonly string[];
}): Uint32Array {
  const m = candidates.length;
  if (scores.length !== m)
    throw new TerminalError({
      code: 'bad-columns',
      message: `${scores.length} scores for ${m} candidates`,
    });
  const keys = Float64Array.from(scores, (score) => (Number.isNaN(score) ? -Infinity : score));
  return Uint32Array.from(keys.keys()).sort(
    (a, b) => compare(keys[b]!, keys[a]!) || compareText(candidates[a]!, candidates[b]!),
  );
}

/**
 * The same order for rows. A class is placed by the text of its representative; its members are ordered by
 * their own texts.
 */
export function compareRows(a: OrderedRow, b: OrderedRow): number {
  return compare(b.score, a.score) || compareText(textOf(a), textOf(b));
}

interface OrderedRow {
  readonly candidate: string;
  /** The score, which is never NaN. */
  readonly score: number;
  readonly class?: string;
}

function textOf({ candidate, class: unit = candidate }: OrderedRow): string {
  return `${unit}\n${candidate}`;
}

/** Compares by UTF-16 code unit, because the order of localeCompare depends on the machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
