// Ranks the candidates of an evolution together with as many random candidates under the same constraints.
import { aggregate } from '../../core/ranking/aggregate.js';
import { order } from '../../core/ranking/order.js';
import { openSpace } from '../../core/spaces/index.js';
import { randomCandidates } from '../../core/spaces/random-candidates.js';
import { rejection } from '../../core/specification/rejection.js';
import { createScorerPool } from '../../engine/scorer-pool.js';
import { CONSTRAINTS, evolveAlone, type Scored, SPACE, scoreAll } from './evolve-alone.js';
import { SCRIPTS } from './pure.js';

const FIRST = 50;
const FIDELITY = { batch: 8, resolution: 64 } as const;

export async function compareWithRandom({
  budget,
  seed,
  scorers,
}: {
  readonly budget: number;
  readonly seed: number;
  readonly scorers: number;
}) {
  const space = openSpace(SPACE);
  const pool = createScorerPool({ script: SCRIPTS.blocks, size: scorers });
  try {
    const score = (candidates: readonly string[]) => scoreAll({ pool, ...FIDELITY, seed, candidates });
    const evolved = await evolveAlone({ budget, seed, score });
    const broken = rejection({ space, constraints: CONSTRAINTS });
    const drawn: string[] = [];
    const accept = (candidate: string) => broken(candidate) === undefined;
    for await (const candidate of randomCandidates({ space, seed, count: budget, accept }))
      drawn.push(candidate);
    const results = await score(drawn);
    const known = new Set(evolved.map(({ candidate }) => candidate));
    const random = drawn
      .map((candidate, i): Scored => ({ candidate, result: results[i]! }))
      .filter(({ candidate }) => !known.has(candidate));
    return report({ evolved, random, budget, seed });
  } finally {
    await pool.close();
  }
}

interface ReportArguments {
  readonly evolved: readonly Scored[];
  readonly random: readonly Scored[];
  readonly budget: number;
  readonly seed: number;
}

function report({ evolved, random, budget, seed }: ReportArguments) {
  const all = [...evolved, ...random];
  const columns = openSpace(SPACE).proxies.map((proxy) => ({
    proxy,
    weight: 1,
    draws: [Float64Array.from(all, ({ result }) => result[0]![proxy]!)],
  }));
  const scores = aggregate({ columns, kind: 'log-rank' });
  const rows = [...order({ scores, candidates: all.map(({ candidate }) => candidate) })];
  const isEvolved = (row: number) => row < evolved.length;
  const best = (which: (row: number) => boolean) => {
    const rank = rows.findIndex(which);
    return { rank: rank + 1, score: scores[rows[rank]!]!, candidate: all[rows[rank]!]!.candidate };
  };
  const [evolution, other] = [best(isEvolved), best((row) => !isEvolved(row))];
  const among = rows.slice(0, FIRST).filter(isEvolved).length;
  console.log(`one cohort of ${all.length}: ${evolved.length} bred, ${random.length} drawn and not bred`);
  console.log(`best of the evolution: rank ${evolution.rank}, score ${evolution.score.toFixed(4)}`);
  console.log(`best random one:       rank ${other.rank}, score ${other.score.toFixed(4)}`);
  console.log(`of the first ${FIRST}, ${among} were bred`);
  return { budget, seed, cohort: all.length, evolution, random: other, bredAmongFirst: among };
}
