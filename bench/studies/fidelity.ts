// Implements the command `npm run bench:fidelity`: scores all of NAS-Bench-201 at several fidelities and
// computes τ against time.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import type { FeatureChoice } from '../../core/ir/measured.js';
import { sample } from '../../core/random/shuffle.js';
import { parseTruth } from '../../core/report/truth.js';
import { nasBench201 as space } from '../../core/spaces/nas-bench-201/definition.js';
import type { AzNasProxy } from '../../core/specification/families.js';
import type { ScoreResult } from '../../engine/protocol.js';
import { createScorerPool, type ScorerPool } from '../../engine/scorer-pool.js';
import {
  type Cohort,
  type Column,
  type Setting,
  scoredCandidates,
  settingName,
  type Timing,
} from '../measure/columns.js';
import { combinationRows } from '../measure/combinations.js';
import { DRAWINGS, type Drawing } from '../measure/drawing.js';
import { describeMachine } from '../measure/machine.js';
import { screeningRows } from '../measure/screening.js';
import { wholeNumber } from '../whole-number.js';
import { fidelityTables } from './fidelity-tables.js';
import { frontierRows } from './frontier.js';

const SCRIPT = fileURLToPath(new URL('../../engine/scorer-process.js', import.meta.url));
const DRAWING_SCRIPT = fileURLToPath(new URL('../measure/drawing-scorer.js', import.meta.url));
const RESULTS = fileURLToPath(new URL('../../../bench/results/fidelity/', import.meta.url));
const REPORT = fileURLToPath(new URL('../../../bench/results/fidelity.json', import.meta.url));

interface FidelityFlags {
  readonly seeds: number;
  readonly draws: number;
  readonly batches: string;
  readonly resolution: number;
  readonly cohort: Cohort;
  readonly weights: 'shared' | 'candidate';
  readonly drawing?: Drawing;
  readonly features: FeatureChoice;
  readonly scorers: number;
  readonly timed: number;
  readonly truth?: string;
  readonly write?: true;
  readonly folder: string;
}

await new Command('bench:fidelity')
  .description(
    'scores all of NAS-Bench-201 at several fidelities and prints tau against time; goes on where it was',
  )
  .option('--seeds <N>', 'seeds 1 to N', wholeNumber({ min: 0, max: 100 }), 3)
  .option('--draws <N>', 'draws of each seed', wholeNumber({ min: 1, max: 64 }), 3)
  .option('--batches <LIST>', 'batch sizes, with commas', '8')
  .option('--resolution <N>', 'pixels', wholeNumber({ min: 8, max: 64 }), 32)
  .addOption(new Option('--cohort <COHORT>').choices(['classes', 'written']).default('classes'))
  .addOption(new Option('--weights <WEIGHTS>').choices(['shared', 'candidate']).default('shared'))
  .addOption(new Option('--drawing <DRAWING>', 'weights of lower variance, to compare').choices(DRAWINGS))
  .addOption(new Option('--features <FEATURES>').choices(['blocks', 'stages']).default('stages'))
  .option('--scorers <N>', 'scorer processes', wholeNumber({ min: 1, max: 256 }), availableParallelism())
  .option('--timed <N>', 'candidates whose time is measured', wholeNumber({ min: 10, max: 15_625 }), 300)
  .option(
    '--truth <FILE>',
    'accuracies (arch,<dataset>,...): print the frontier of all that is in the folder',
  )
  .option('--write', 'with --truth: write the tables to bench/results/fidelity.json')
  .option('--folder <DIR>', 'where the scores are kept', RESULTS)
  .action(main)
  .parseAsync();

async function main(options: FidelityFlags): Promise<void> {
  const { folder, cohort, weights, drawing, features, resolution } = options;
  await mkdir(folder, { recursive: true });
  const candidates = scoredCandidates(cohort);
  if (drawing) process.env.ZEROSCOUT_BENCH_DRAWING = drawing;
  const pool = createScorerPool({ script: drawing ? DRAWING_SCRIPT : SCRIPT, size: options.scorers });
  try {
    for (const batch of options.batches.split(',').map(Number)) {
      const setting = { cohort, weights, ...(drawing ? { drawing } : {}), features, batch, resolution };
      if (options.seeds > 0) await time({ pool, candidates, setting, options });
      for (let seed = 1; seed <= options.seeds; seed++)
        await score({ pool, candidates, setting, seed, options });
    }
  } finally {
    await pool.close();
  }
  if (options.truth === undefined) return;
  const text = await readFile(options.truth, 'utf8');
  const truth = parseTruth({ text, source: options.truth, parse: space.parse });
  const results = {
    frontier: await frontierRows({ folder, truth }),
    screening: await screeningRows({ folder, truth }),
    combinations: await combinationRows({ folder, truth }),
  };
  console.log(Object.values(fidelityTables(results)).join('\n\n'));
  if (!options.write) return;
  const report = { date: new Date().toISOString(), machine: describeMachine(), ...results };
  await writeFile(REPORT, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nwritten to ${REPORT}; npm run docs:reference writes the page`);
}

interface Work {
  readonly pool: ScorerPool;
  readonly candidates: readonly string[];
  readonly setting: Setting;
  readonly options: FidelityFlags;
}

/**
 * Measures the time of 1, 2, ... draws per candidate, over a sample and with a separate seed, unless a file
 * has the result.
 */
async function time({ pool, candidates, setting, options: { draws, folder, scorers, timed } }: Work) {
  const file = `${folder}/${settingName(setting)}-time.json`;
  if (existsSync(file)) return;
  const key = { seed: 201, draw: 0, name: 'fidelity' };
  const count = Math.min(timed, candidates.length);
  const chosen = sample({ key, count, size: candidates.length }).map((i) => candidates[i]!);
  const all = Array.from({ length: draws }, (_, draw) => draw);
  await request({ pool, candidates: chosen.slice(0, 4 * scorers), setting, seed: 0, draws: all });
  const milliseconds: number[] = [];
  for (const draw of all) {
    const start = performance.now();
    await request({ pool, candidates: chosen, setting, seed: 0, draws: all.slice(0, draw + 1) });
    milliseconds.push((performance.now() - start) / count);
  }
  const data: Timing = { ...setting, machine: describeMachine(), scorers, candidates: count, milliseconds };
  await writeFile(file, JSON.stringify(data));
  console.log(
    `${settingName(setting)}: ${milliseconds.map((ms) => ms.toFixed(1)).join(', ')} ms with 1, 2, ... draws`,
  );
}

/** Scores every candidate under those draws of a seed that are in no file. */
async function score({
  pool,
  candidates,
  setting,
  seed,
  options: { draws, folder },
}: Work & { readonly seed: number }): Promise<void> {
  const file = (draw: number) => `${folder}/${settingName(setting)}-s${seed}-d${draw}.json`;
  const missing = Array.from({ length: draws }, (_, draw) => draw).filter((draw) => !existsSync(file(draw)));
  if (missing.length === 0) return;
  const results = await request({ pool, candidates, setting, seed, draws: missing });
  for (const [i, draw] of missing.entries()) {
    const values = (proxy: AzNasProxy) => results.map((scores) => toFinite(scores[i]![proxy]!));
    const data: Column = {
      ...setting,
      seed,
      draw,
      expressivity: values('expressivity'),
      progressivity: values('progressivity'),
      trainability: values('trainability'),
    };
    await writeFile(file(draw), JSON.stringify(data));
  }
  console.log(`${settingName(setting)}: seed ${seed}, draws ${missing.join(', ')}`);
}

function request({
  pool,
  candidates,
  setting: { batch, resolution, weights, features },
  seed,
  draws,
}: Omit<Work, 'options'> & { readonly seed: number; readonly draws: readonly number[] }): Promise<
  ScoreResult[]
> {
  const fidelity = { batch, resolution, weights, features };
  return Promise.all(
    candidates.map((candidate) =>
      pool.score({ space: { kind: space.kind }, candidate, seed, fidelity, draws }),
    ),
  );
}

/** Rounds to nine digits, the precision of a float32; minus infinity becomes null. */
function toFinite(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(9)) : null;
}
