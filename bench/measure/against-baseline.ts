// Measures scoring alone and the PyTorch baseline in turn, and prints the ratio of their times.
import { availableParallelism } from 'node:os';
import { type Baseline, MEMORY_FORMATS, type MemoryFormat, startBaseline } from './baseline.js';
import { type Setting, withScoring } from './pure.js';
import { type BenchSpace, SCENARIOS, type Scenario } from './scenarios.js';
import { median, spread } from './statistics.js';

const MEGA = 1e6;
const WARM_UP = -1;

interface CompareWithBaselineArguments {
  readonly space: BenchSpace;
  readonly candidates: number;
  readonly rounds: number;
  /** How zeroscout draws weights; PyTorch draws them for each candidate, as published code does. */
  readonly weights: Setting['weights'];
}

/**
 * Measures the same candidates on both sides, in turn, for each scenario of the space and each way of using
 * the cores.
 */
export async function compareWithBaseline({
  space,
  candidates: count,
  rounds,
  weights,
}: CompareWithBaselineArguments) {
  const cores = availableParallelism();
  const baseline = await startBaseline();
  const rows: Awaited<ReturnType<typeof compare>>[] = [];
  console.log(`PyTorch: ${JSON.stringify(baseline.versions)}; ${rounds} rounds, sides alternating\n`);
  try {
    for (const scenario of SCENARIOS[space]) {
      // One scorer with all threads is shown for one space only, because workers never run scorers that way.
      const ways = [
        ...(space === 'nas-bench-201' ? [{ scorers: 1, threads: cores }] : []),
        { scorers: cores, threads: 1 },
      ];
      for (const way of ways) rows.push(await compare({ scenario, way, weights, count, rounds, baseline }));
    }
  } finally {
    await baseline.close();
  }
  return { versions: baseline.versions, rounds, rows };
}

interface CompareArguments {
  readonly scenario: Scenario;
  readonly way: Pick<Setting, 'scorers' | 'threads'>;
  readonly weights: Setting['weights'];
  readonly count: number;
  readonly rounds: number;
  readonly baseline: Baseline;
}

async function compare({
  scenario: { name, space, batch, resolution, target, count = 0, ...scenario },
  way,
  weights,
  count: asked,
  rounds,
  baseline,
}: CompareArguments) {
  const cores = availableParallelism();
  const length = count || asked;
  const candidates = (round: number) => scenario.candidates(round, length);
  // Candidates are scored without sharing blocks; `--children` measures what sharing saves.
  const setting = { space, batch, resolution, ...way, weights, prefixes: 'stem' as const };
  return withScoring(setting, candidates(WARM_UP), async (scoring) => {
    const ours: number[] = [];
    const theirs = { contiguous: [] as number[], channels_last: [] as number[] };
    const measure = (memoryFormat: MemoryFormat, list: readonly string[]) =>
      baseline.measure({ candidates: list, space, batch, resolution, threads: cores, memoryFormat });
    for (const format of MEMORY_FORMATS) await measure(format, candidates(WARM_UP).slice(0, 3));
    for (let round = 0; round < rounds; round++) {
      const list = candidates(round);
      ours.push(await scoring.measure(list));
      for (const format of MEMORY_FORMATS) theirs[format].push(await measure(format, list));
    }
    const peak = scoring.peakResidentBytes();
    console.log(
      `${name}, ${resolution} pixels, batch ${batch}, ${way.scorers} scorers x ${way.threads} threads: ${spread(ours)} ms over ${length} candidates; a scorer ${(peak / MEGA).toFixed(0)} MB`,
    );
    const ratios = MEMORY_FORMATS.map((format) => {
      const values = theirs[format].map((value, round) => value / ours[round]!);
      console.log(
        `  PyTorch ${format}, ${cores} threads: ${spread(theirs[format])} ms; ratio ${spread(values, 2)}${target ? `, at least ${target} wanted` : ''}`,
      );
      return [format, { values, median: median(values) }] as const;
    });
    return {
      name,
      ...setting,
      candidates: length,
      ours,
      theirs,
      ...(target ? { target } : {}),
      ratios: Object.fromEntries(ratios),
      scorerPeakBytes: peak,
    };
  });
}
