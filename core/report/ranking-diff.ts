// Compares two runs: which candidates entered or left the top, which moved, which appeared or disappeared,
// and which fail now.
import type { Failure } from './failures-csv.js';

/** A finished run to be compared: candidates in ranked order, best first, and those that were set aside. */
export interface ComparedRun {
  readonly id: string;
  readonly ranking: readonly string[];
  readonly failures: readonly Failure[];
}

/** Ranks count from 1; null where the run did not rank the candidate. */
export interface RankChange {
  readonly candidate: string;
  readonly from: number | null;
  readonly to: number | null;
}

/**
 * `moved`: places up (positive) or down (negative), counted only among candidates that both runs ranked, so
 * that a new candidate does not move the others.
 */
export interface Move extends RankChange {
  readonly moved: number;
}

/** The number of all items, and the first of them. */
export interface Some<T> {
  readonly count: number;
  readonly first: readonly T[];
}

export interface RankingDiff {
  readonly a: { readonly id: string; readonly candidates: number; readonly failed: number };
  readonly b: RankingDiff['a'];
  readonly top: number;
  /** Changes among the first `top` candidates: those in B but not in A, and those in A but not in B. */
  readonly entered: Some<RankChange>;
  readonly left: Some<RankChange>;
  /** Candidates by the size of their move, the largest first. */
  readonly moves: Some<Move>;
  /** Candidates that only one run ranked, best first, including those that the other run set aside. */
  readonly appeared: Some<RankChange>;
  readonly vanished: Some<RankChange>;
  /** `from` and `to` are reasons; null where the candidate did not fail. */
  readonly failures: Some<{
    readonly candidate: string;
    readonly from: string | null;
    readonly to: string | null;
  }>;
}

/**
 * Lists what changed from run A to run B. Each list holds at most `top` entries, beside the count of all. O(n
 * log n).
 */
export function diffRankings({
  a,
  b,
  top,
}: {
  readonly a: ComparedRun;
  readonly b: ComparedRun;
  readonly top: number;
}): RankingDiff {
  const rankA = ranksOf(a.ranking);
  const rankB = ranksOf(b.ranking);
  const change = (candidate: string): RankChange => ({
    candidate,
    from: rankA.get(candidate) ?? null,
    to: rankB.get(candidate) ?? null,
  });
  const some = <T>(items: readonly T[]): Some<T> => ({ count: items.length, first: items.slice(0, top) });
  /** Candidates among the first `limit` of the run that are not among those of the other. */
  const only = (run: ComparedRun, other: ReadonlyMap<string, number>, limit = Infinity) =>
    some(
      run.ranking
        .slice(0, limit)
        .filter((candidate) => !other.has(candidate) || other.get(candidate)! > limit)
        .map(change),
    );
  return {
    a: sizeOf(a),
    b: sizeOf(b),
    top,
    entered: only(b, rankA, top),
    left: only(a, rankB, top),
    moves: some(movesOf({ a, b, rankA, rankB }).map((move) => ({ ...change(move.candidate), ...move }))),
    appeared: only(b, rankA),
    vanished: only(a, rankB),
    failures: some(findChangedFailures(a.failures, b.failures)),
  };
}

function sizeOf({ id, ranking, failures }: ComparedRun): RankingDiff['a'] {
  return { id, candidates: ranking.length, failed: failures.length };
}

function ranksOf(ranking: readonly string[]): ReadonlyMap<string, number> {
  return new Map(ranking.map((candidate, index) => [candidate, index + 1]));
}

interface MovesOfArguments {
  readonly a: ComparedRun;
  readonly b: ComparedRun;
  readonly rankA: ReadonlyMap<string, number>;
  readonly rankB: ReadonlyMap<string, number>;
}

/** Candidates of both runs whose place changed; the largest move first, then by place in B. */
function movesOf({
  a,
  b,
  rankA,
  rankB,
}: MovesOfArguments): readonly { readonly candidate: string; readonly moved: number }[] {
  const before = ranksOf(a.ranking.filter((candidate) => rankB.has(candidate)));
  return b.ranking
    .filter((candidate) => rankA.has(candidate))
    .map((candidate, index) => ({ candidate, moved: before.get(candidate)! - (index + 1) }))
    .filter(({ moved }) => moved !== 0)
    .sort((x, y) => Math.abs(y.moved) - Math.abs(x.moved));
}

function findChangedFailures(a: readonly Failure[], b: readonly Failure[]): RankingDiff['failures']['first'] {
  const before = new Map(a.map(({ candidate, reason }) => [candidate, reason]));
  const after = new Map(b.map(({ candidate, reason }) => [candidate, reason]));
  return [...new Set([...after.keys(), ...before.keys()])]
    .map((candidate) => ({
      candidate,
      from: before.get(candidate) ?? null,
      to: after.get(candidate) ?? null,
    }))
    .filter(({ from, to }) => from !== to);
}
