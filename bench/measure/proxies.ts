// Measures each proxy of whole networks beside the same proxy in eager PyTorch, and what several of one pass cost together.
import { MEASURED_PROXIES, type MeasuredProxy } from '../../core/proxies/catalogue.js';
import { type FamilyName, familyOf } from '../../core/specification/families.js';
import { PRESETS } from '../../core/specification/fidelity.js';
import type { MeasuredFamily } from '../../core/specification/measured-families.js';
import { createScorerPool, type ScorerPool } from '../../engine/scorer-pool.js';
import { startProgram } from './baseline.js';
import { SCRIPTS } from './pure.js';
import { randomNasBench201 } from './scenarios.js';
import { median, spread } from './statistics.js';

const PROXIES = Object.keys(MEASURED_PROXIES) as readonly MeasuredProxy[];
const RESOLUTION = 32;
/** The draws of a candidate in a search with the preset `standard`. Programs are compiled once for all of them. */
const { draws: DRAWS } = PRESETS.standard;
/** Candidates of each proxy that warm both sides up and do not count. */
const WARM_UP = 4;
/** The median over the proxies, and the least, that are wanted. */
const TARGET = { median: 2, least: 1 };
/** Proxies that share a backward pass, and what the issue of sharing is about. */
const TOGETHER: readonly MeasuredFamily[] = ['grad-norm', 'snip', 'plain', 'fisher', 'jacov', 'epe-nas'];

interface Answer {
  readonly milliseconds: number;
  readonly error?: string;
}
interface First {
  readonly torch: string;
  readonly proxies: readonly string[];
}

export interface ProxyRow {
  readonly proxy: string;
  /** Milliseconds of each candidate, both from its text to its values under all draws, on one thread. */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** Median of theirs over median of ours. */
  readonly ratio: number;
}

/** Sides alternate candidate by candidate. Ours is a scorer process, as workers start it. */
export async function compareProxies({
  candidates: count,
  batch,
}: {
  readonly candidates: number;
  readonly batch: number;
}) {
  const torch = await startProgram<Answer & First>('whole_time.py');
  const scorer = createScorerPool({ script: SCRIPTS.blocks, size: 1, scorer: { threads: 1 } });
  const candidates = randomNasBench201(count + WARM_UP);
  console.log(
    `NAS-Bench-201, ${RESOLUTION} pixels, batch ${batch}, ${DRAWS} draws, ${count} candidates, one thread each; milliseconds a candidate\n`,
  );
  const rows: ProxyRow[] = [];
  try {
    for (const proxy of PROXIES) rows.push(await compareOne({ proxy, candidates, batch, scorer, torch }));
    const together = await timeTogether({ candidates, batch, scorer });
    const ratios = rows.map(({ ratio }) => ratio);
    const [middle, least] = [median(ratios), Math.min(...ratios)];
    console.log(
      `\nmedian ratio ${middle.toFixed(2)} (at least ${TARGET.median} wanted), least ${least.toFixed(2)} (at least ${TARGET.least})`,
    );
    return {
      batch,
      draws: DRAWS,
      resolution: RESOLUTION,
      candidates: count,
      torch: torch.first.torch,
      rows,
      together,
    };
  } finally {
    await scorer.close();
    await torch.close();
  }
}

interface Sides {
  readonly candidates: readonly string[];
  readonly batch: number;
  readonly scorer: ScorerPool;
}

async function compareOne({
  proxy,
  candidates,
  batch,
  scorer,
  torch,
}: Sides & {
  readonly proxy: MeasuredProxy;
  readonly torch: { ask(request: object): Promise<Answer> };
}): Promise<ProxyRow> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (const [at, candidate] of candidates.entries()) {
    const sides = [
      async () => ours.push(await timeOurs({ families: [familyOf(proxy)], candidate, batch, scorer })),
      async () => {
        const answer = await torch.ask({
          proxy,
          candidate,
          batch,
          resolution: RESOLUTION,
          draws: DRAWS,
        });
        if (answer.error !== undefined) throw new Error(`the baseline failed: ${answer.error}`);
        theirs.push(answer.milliseconds);
      },
    ];
    for (const side of at % 2 ? sides.reverse() : sides) await side();
  }
  const counted = { ours: ours.slice(WARM_UP), theirs: theirs.slice(WARM_UP) };
  const ratio = median(counted.theirs) / median(counted.ours);
  console.log(
    `${proxy.padEnd(10)} ${spread(counted.ours)}  PyTorch ${spread(counted.theirs)}  ${ratio.toFixed(2)} times`,
  );
  return { proxy, ...counted, ratio };
}

async function timeOurs({
  families,
  candidate,
  batch,
  scorer,
}: Omit<Sides, 'candidates'> & {
  readonly families: readonly FamilyName[];
  readonly candidate: string;
}): Promise<number> {
  const fidelity = { batch, resolution: RESOLUTION, weights: 'shared', features: 'stages' } as const;
  const started = performance.now();
  await scorer.score({
    space: { kind: 'nas-bench-201' },
    candidate,
    seed: 1,
    draws: Array.from({ length: DRAWS }, (_, draw) => draw),
    fidelity,
    families,
  });
  return performance.now() - started;
}

/** Several proxies of one backward pass, in one request and in one each: medians over the candidates. */
async function timeTogether({ candidates, batch, scorer }: Sides) {
  const [one, each]: [number[], number[]] = [[], []];
  for (const candidate of candidates) {
    one.push(await timeOurs({ families: TOGETHER, candidate, batch, scorer }));
    let sum = 0;
    for (const proxy of TOGETHER) sum += await timeOurs({ families: [proxy], candidate, batch, scorer });
    each.push(sum);
  }
  const found = { proxies: TOGETHER, one: median(one.slice(WARM_UP)), each: median(each.slice(WARM_UP)) };
  console.log(
    `\n${TOGETHER.join(', ')}: ${found.one.toFixed(1)} ms in one request, ${found.each.toFixed(1)} ms in one each`,
  );
  return found;
}
