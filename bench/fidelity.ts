// In: `npm run bench:fidelity`. Out: raw scores of the whole of NAS-Bench-201 at several fidelities (kept in files), and the frontier of τ against time.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { wholeNumber } from '../cli/arguments.js';
import type { Measured } from '../core/programs/block.js';
import { nasBench201 as space } from '../core/spaces/nas-bench-201/index.js';
import { createScorerPool, type ScorerPool } from '../engine/scorer-pool.js';
import {
  type Cohort,
  type Column,
  type FrontierRow,
  frontierRows,
  renderFrontier,
} from './measure/frontier.js';
import { describeMachine } from './measure/machine.js';
import { scatterSvg } from './measure/plot.js';

const SCRIPT = fileURLToPath(new URL('../engine/scorer-process.js', import.meta.url));
const RESULTS = fileURLToPath(new URL('../../bench/results/fidelity/', import.meta.url));

interface Options {
  readonly seeds: number;
  readonly draws: number;
  readonly batches: string;
  readonly resolution: number;
  readonly cohort: Cohort;
  readonly weights: 'shared' | 'candidate';
  readonly features: Measured;
  readonly scorers: number;
  readonly truth?: string;
  readonly docs?: string;
  readonly folder: string;
}

await new Command('bench:fidelity')
  .description(
    'scores all of NAS-Bench-201 at several fidelities and prints tau against time; goes on where it was',
  )
  .option('--seeds <N>', 'seeds 1 to N', wholeNumber({ min: 0, max: 100 }), 3)
  .option('--draws <N>', 'draws of each seed', wholeNumber({ min: 1, max: 64 }), 4)
  .option('--batches <LIST>', 'batch sizes, with commas', '4,8,16')
  .option('--resolution <N>', 'pixels', wholeNumber({ min: 8, max: 64 }), 32)
  .addOption(new Option('--cohort <COHORT>').choices(['classes', 'written']).default('classes'))
  .addOption(new Option('--weights <WEIGHTS>').choices(['shared', 'candidate']).default('shared'))
  .addOption(new Option('--features <FEATURES>').choices(['blocks', 'stages']).default('stages'))
  .option('--scorers <N>', 'scorer processes', wholeNumber({ min: 1, max: 256 }), availableParallelism())
  .option(
    '--truth <FILE>',
    'accuracies (arch,<dataset>,...): print the frontier of all that is in the folder',
  )
  .option(
    '--docs <DIR>',
    'with --truth: write the table into fidelity.md there, between its marks, and the plot beside it',
  )
  .option('--folder <DIR>', 'where the scores are kept', RESULTS)
  .action(main)
  .parseAsync();

async function main(options: Options): Promise<void> {
  await mkdir(options.folder, { recursive: true });
  const all = Array.from({ length: space.enumeration.size }, (_, index) => space.enumeration.at(index));
  const candidates =
    options.cohort === 'written' ? all : [...new Set(all.map(space.enumeration.representative))];
  const pool = createScorerPool({ script: SCRIPT, size: options.scorers });
  try {
    for (const batch of options.batches.split(',').map(Number))
      for (let seed = 1; seed <= options.seeds; seed++)
        for (let draw = 0; draw < options.draws; draw++)
          await column({ pool, candidates, batch, seed, draw, options });
  } finally {
    await pool.close();
  }
  if (options.truth === undefined) return;
  const rows = await frontierRows({ folder: options.folder, truth: options.truth });
  console.log(renderFrontier(rows));
  if (options.docs !== undefined) await writeDocs({ folder: options.docs, rows });
}

/** The part of docs/fidelity.md that is measured. */
async function writeDocs({ folder, rows }: { folder: string; rows: readonly FrontierRow[] }): Promise<void> {
  const file = `${folder}/fidelity.md`;
  const text = await readFile(file, 'utf8');
  const [begin, end] = ['<!-- frontier -->', '<!-- /frontier -->'];
  if (!text.includes(begin) || !text.includes(end))
    throw new Error(`${file} has no marks ${begin} and ${end}`);
  const table = `${begin}\n${renderFrontier(rows)}\n${end}`;
  await writeFile(
    file,
    text.slice(0, text.indexOf(begin)) + table + text.slice(text.indexOf(end) + end.length),
  );
  const dataset = Object.keys(rows[0]!.tau)[0]!;
  const points = rows.map(({ cohort, weights, features, draws, batch, millisecondsPerWritten, tau }) => ({
    label: `${draws} x ${batch}`,
    group: `${cohort}, weights ${weights}, features at ${features}, batch ${batch}`,
    x: millisecondsPerWritten,
    y: tau[dataset]!.mean,
    low: tau[dataset]!.low,
    high: tau[dataset]!.high,
  }));
  const xTitle = 'milliseconds a written candidate';
  await writeFile(
    `${folder}/fidelity.svg`,
    scatterSvg({ points, xTitle, yTitle: `Kendall's tau, ${dataset}` }),
  );
}

/** Scores every candidate under one draw, unless a file holds it already. */
async function column({
  pool,
  candidates,
  batch,
  seed,
  draw,
  options: { resolution, cohort, weights, features, folder, scorers },
}: {
  pool: ScorerPool;
  candidates: readonly string[];
  batch: number;
  seed: number;
  draw: number;
  options: Options;
}): Promise<void> {
  const name = `${cohort}-${weights}-${features}-b${batch}-r${resolution}-s${seed}-d${draw}.json`;
  if (existsSync(`${folder}/${name}`)) return;
  const start = performance.now();
  const fidelity = { batch, resolution, weights, features };
  const results = await Promise.all(
    candidates.map((candidate) =>
      pool.score({ space: { kind: space.kind }, candidate, seed, fidelity, draws: [draw] }),
    ),
  );
  const milliseconds = (performance.now() - start) / candidates.length;
  const values = (proxy: string) => results.map(([score]) => bare(score![proxy]!));
  const data: Column = {
    cohort,
    weights,
    features,
    batch,
    resolution,
    seed,
    draw,
    machine: describeMachine(),
    scorers,
    millisecondsPerScore: milliseconds,
    expressivity: values('expressivity'),
    progressivity: values('progressivity'),
    trainability: values('trainability'),
  };
  await writeFile(`${folder}/${name}`, JSON.stringify(data));
  console.log(`${name}: ${milliseconds.toFixed(2)} ms a score, ${scorers} scorers`);
}

/** Nine digits, as many as a float32 has; minus infinity becomes null. */
function bare(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(9)) : null;
}
