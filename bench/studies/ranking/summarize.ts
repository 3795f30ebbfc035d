// Summarizes how well every proxy and assembly ranks each space: Kendall's τ and Spearman's ρ over seeds,
// with bootstrap intervals.
import { randomStream } from '../../../core/random/random-stream.js';
import { aggregate } from '../../../core/ranking/aggregate.js';
import { kendall, spearman } from '../../../core/ranking/correlation.js';
import { type Ranker, rankersOf, type Values, valuesOf } from './assemblies.js';
import { costsOf } from './costs.js';
import { type RawRecord, rawFile, readRaw } from './score.js';
import type { OpenedSpace } from './spaces.js';

const RESAMPLES = 100;
/** The share of the sample from which a partly scored seed counts. */
const ENOUGH = 0.75;

export interface RankerSummary {
  readonly name: string;
  /** Means over datasets and seeds; null in the file of results where a proxy is the same for all candidates. */
  readonly kendall: number;
  readonly spearman: number;
  /** The interval that contains 95 % of the bootstrap's resamples of candidates. */
  readonly interval: readonly [number, number];
}

export interface SpaceSummary {
  readonly name: string;
  readonly fidelity: OpenedSpace['of']['fidelity'];
  readonly seeds: number;
  /** The least number of candidates among the seeds. */
  readonly candidates: number;
  readonly rankers: readonly RankerSummary[];
}

/** One seed: the values of every candidate, and the accuracies against which rankings are judged. */
export interface Judged {
  /** For each scored class: its costs, and its values under each draw. */
  readonly members: readonly { readonly costs: Values; readonly draws: readonly Values[] }[];
  /** The index among the members, and the accuracy on each dataset (NaN if it was not trained). */
  readonly rows: readonly { readonly member: number; readonly accuracies: readonly number[] }[];
}

/** Undefined if no seed is scored far enough. */
export async function summarizeSpace({
  opened,
  seeds,
  folder,
}: {
  readonly opened: OpenedSpace;
  readonly seeds: number;
  readonly folder: string;
}): Promise<SpaceSummary | undefined> {
  const { of } = opened;
  const judged: Judged[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const one = judge(opened, await readRaw(rawFile({ folder, name: of.name, seed })));
    if (one.members.length >= ENOUGH * opened.members.length) judged.push(one);
  }
  if (judged.length === 0) return undefined;
  return {
    name: of.name,
    fidelity: of.fidelity,
    seeds: judged.length,
    candidates: Math.min(...judged.map(({ members }) => members.length)),
    rankers: rankersOf(of.space).map((ranker) => summarizeRanker(ranker, judged)),
  };
}

export function judge(opened: OpenedSpace, records: readonly RawRecord[]): Judged {
  const { of, truth, members } = opened;
  const drawsOf = new Map<string, Values[]>();
  for (const record of records)
    drawsOf.set(record.candidate, [...(drawsOf.get(record.candidate) ?? []), valuesOf(record)]);
  const known = members.filter(({ candidate }) => drawsOf.has(candidate));
  const columns = of.datasets.map((dataset) => truth.datasets.indexOf(dataset));
  const accuraciesOf = (row: string) => columns.map((column) => truth.accuracy.get(row)![column]!);
  return {
    members: known.map(({ candidate }) => ({
      costs: costsOf(opened, candidate),
      draws: drawsOf.get(candidate)!,
    })),
    rows: known.flatMap(({ rows }, member) => {
      const all = rows.map(accuraciesOf);
      if (of.judge === 'rows') return all.map((accuracies) => ({ member, accuracies }));
      return [{ member, accuracies: columns.map((_, i) => mean(all.map((one) => one[i]!))) }];
    }),
  };
}

export function summarizeRanker({ name, weights }: Ranker, judged: readonly Judged[]): RankerSummary {
  const scored = judged.map((one) => ({ ...one, scores: scoresOf(one, weights) }));
  const agreement = (
    measure: (a: number[], b: number[]) => number,
    pick: (rows: Judged['rows']) => Judged['rows'],
  ) =>
    mean(
      scored.map(({ rows, scores }) => {
        const picked = pick(rows);
        return mean(
          rows[0]!.accuracies.map((_, dataset) => {
            const trained = picked.filter(({ accuracies }) => !Number.isNaN(accuracies[dataset]!));
            return measure(
              trained.map(({ member }) => scores[member]!),
              trained.map(({ accuracies }) => accuracies[dataset]!),
            );
          }),
        );
      }),
    );
  const stream = randomStream({ seed: 15, draw: 0, name: 'bootstrap' });
  const resample = (rows: Judged['rows']) => rows.map(() => rows[stream.below(rows.length)]!);
  const taus = Array.from({ length: RESAMPLES }, () => agreement(kendall, resample)).sort((a, b) => a - b);
  const edge = (share: number) => taus[Math.round(share * (RESAMPLES - 1))]!;
  return {
    name,
    kendall: agreement(kendall, (rows) => rows),
    spearman: agreement(spearman, (rows) => rows),
    interval: [edge(0.025), edge(0.975)],
  };
}

function scoresOf({ members }: Judged, weights: Ranker['weights']): Float64Array {
  const draws = Math.min(...members.map((member) => member.draws.length));
  const columns = Object.entries(weights).map(([proxy, weight]) => ({
    proxy,
    weight,
    draws: Array.from({ length: draws }, (_, draw) =>
      members.map(({ costs, draws: values }) => costs[proxy] ?? values[draw]![proxy]!),
    ),
  }));
  return aggregate({ columns, kind: 'log-rank' });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
