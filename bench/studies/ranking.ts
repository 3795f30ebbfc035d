// Implements the command `npm run bench:ranking`: how well proxies and their assemblies rank every space with
// known accuracies.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { createScorerPool } from '../../engine/scorer-pool.js';
import { describeMachine } from '../measure/machine.js';
import { wholeNumber } from '../whole-number.js';
import { scoreSample } from './ranking/score.js';
import { listRankedSpaces, openRankedSpace } from './ranking/spaces.js';
import { type SpaceSummary, summarizeSpace } from './ranking/summarize.js';

const SCRIPT = fileURLToPath(new URL('../../engine/scorer-process.js', import.meta.url));
const RESULTS = fileURLToPath(new URL('../../../bench/results/ranking.json', import.meta.url));
/** The most seeds whose raw values are read from the folder. */
const MOST_SEEDS = 10;
const FOLDER = fileURLToPath(new URL('../../../.zeroscout/ranking', import.meta.url));

interface Options {
  readonly tables: string;
  readonly spaces?: string;
  readonly seeds: number;
  readonly draws: number;
  readonly scorers: number;
  readonly folder: string;
}

await new Command('bench:ranking')
  .description(
    'scores a sample of every space with known accuracies, going on where it was, and sums up how each proxy ranks it; --seeds 0 only sums up',
  )
  .requiredOption('--tables <DIR>', 'folder of the tables of known accuracies')
  .option('--spaces <LIST>', 'names of spaces, with commas; all by default')
  .option('--seeds <N>', 'seeds 1 to N', wholeNumber({ min: 0, max: 100 }), 3)
  .option('--draws <N>', 'draws of each seed', wholeNumber({ min: 1, max: 64 }), 1)
  .option('--scorers <N>', 'scorer processes', wholeNumber({ min: 1, max: 256 }), 1)
  .option('--folder <DIR>', 'where the raw values are kept', FOLDER)
  .action(main)
  .parseAsync();

async function main({ tables, spaces, seeds, draws, scorers, folder }: Options): Promise<void> {
  const wanted = spaces?.split(',');
  const chosen = listRankedSpaces().filter(({ name }) => wanted?.includes(name) ?? true);
  const pool = createScorerPool({ script: SCRIPT, size: scorers });
  try {
    for (let seed = 1; seed <= seeds; seed++)
      for (const each of chosen) {
        const opened = openRankedSpace(each, tables);
        const started = performance.now();
        const all = Array.from({ length: draws }, (_, draw) => draw);
        const count = await scoreSample({ opened, pool, seed, draws: all, folder });
        const seconds = (performance.now() - started) / 1000;
        console.log(`${each.name} seed ${seed}: ${count} scored in ${seconds.toFixed(1)} s`);
      }
  } finally {
    await pool.close();
  }
  const found: SpaceSummary[] = [];
  for (const each of listRankedSpaces()) {
    const opened = openRankedSpace(each, tables);
    const summary = await summarizeSpace({ opened, seeds: MOST_SEEDS, folder });
    if (summary) found.push(summary);
  }
  const report = { date: new Date().toISOString(), machine: describeMachine(), spaces: found };
  await writeFile(RESULTS, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`wrote ${RESULTS}`);
}
