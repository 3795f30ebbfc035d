// Implements the command `npm run bench:ranking`: how well proxies and their assemblies rank every space with
// known accuracies.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { createScorerPool, type ScorerPool } from '../../engine/scorer-pool.js';
import { describeMachine } from '../measure/machine.js';
import { wholeNumber } from '../whole-number.js';
import { scoreSample } from './ranking/score.js';
import { membersOfRound, ROUNDS, reasonToLeaveSpace, scoreProxies } from './ranking/score-proxies.js';
import { listRankedSpaces, type OpenedSpace, openRankedSpace } from './ranking/spaces.js';
import { type SpaceSummary, summarizeSpace } from './ranking/summarize.js';
import { type ProxiesSummary, summarizeProxies } from './ranking/summarize-proxies.js';

const SCRIPT = fileURLToPath(new URL('../../engine/scorer-process.js', import.meta.url));
const RESULTS = fileURLToPath(new URL('../../../bench/results/ranking.json', import.meta.url));
const PROXIES = fileURLToPath(new URL('../../../bench/results/ranking-proxies.json', import.meta.url));
/** The most seeds whose raw values are read from the folder. */
const MOST_SEEDS = 10;
const FOLDER = fileURLToPath(new URL('../../../.zeroscout/ranking', import.meta.url));

/** The stages that score: AZ-NAS and residual of the whole samples, and the other proxies of a part of them. */
const STAGES = ['all', 'blocks', 'proxies'] as const;
type Stage = (typeof STAGES)[number];

interface Options {
  readonly tables: string;
  readonly spaces?: string;
  readonly seeds: number;
  readonly stage: Stage;
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
  .addOption(new Option('--stage <NAME>', 'what is scored').choices(STAGES).default('all'))
  .option('--scorers <N>', 'scorer processes', wholeNumber({ min: 1, max: 256 }), 1)
  .option('--folder <DIR>', 'where the raw values are kept', FOLDER)
  .action(main)
  .parseAsync();

async function main({ tables, spaces, seeds, stage, scorers, folder }: Options): Promise<void> {
  const wanted = spaces?.split(',');
  const chosen = listRankedSpaces().filter(({ name }) => wanted?.includes(name) ?? true);
  const opened = chosen.map((each) => openRankedSpace(each, tables));
  const pool = createScorerPool({ script: SCRIPT, size: scorers });
  try {
    if (stage !== 'proxies') await scoreBlocks({ opened, pool, seeds, folder });
    if (stage !== 'blocks') await scoreOthers({ opened, pool, seeds, folder });
  } finally {
    await pool.close();
  }
  // A stage writes its own results alone, because the folder may lack the raw values of the other.
  const all = listRankedSpaces().map((each) => openRankedSpace(each, tables));
  if (stage !== 'proxies') {
    const found: SpaceSummary[] = [];
    for (const opened of all) {
      const summary = await summarizeSpace({ opened, seeds: MOST_SEEDS, folder });
      if (summary) found.push(summary);
    }
    await save(RESULTS, found);
  }
  if (stage === 'blocks') return;
  const others: ProxiesSummary[] = [];
  for (const opened of all) others.push(await summarizeProxies({ opened, seeds: MOST_SEEDS, folder }));
  await save(PROXIES, others);
}

async function save(file: string, spaces: readonly (SpaceSummary | ProxiesSummary)[]): Promise<void> {
  const report = { date: new Date().toISOString(), machine: describeMachine(), spaces };
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`wrote ${file}`);
}

interface Scoring {
  readonly opened: readonly OpenedSpace[];
  readonly pool: ScorerPool;
  readonly seeds: number;
  readonly folder: string;
}

async function scoreBlocks({ opened, pool, seeds, folder }: Scoring): Promise<void> {
  for (let seed = 1; seed <= seeds; seed++)
    for (const each of opened) {
      const started = performance.now();
      const count = await scoreSample({ opened: each, pool, seed, draws: [0], folder });
      report(`${each.of.name} seed ${seed}`, { count, started });
    }
}

/** Goes through all spaces in rounds, so that an interrupted run has as many candidates of each space. */
async function scoreOthers({ opened, pool, seeds, folder }: Scoring): Promise<void> {
  const scored = opened.filter(({ of }) => reasonToLeaveSpace(of.name) === undefined);
  for (let round = 1; round <= ROUNDS; round++)
    for (let seed = 1; seed <= seeds; seed++)
      for (const each of scored) {
        const started = performance.now();
        const count = await scoreProxies({ opened: each, pool, seed, round, folder });
        // Presets are compared on the same candidates.
        const members = each.members.slice(0, membersOfRound(round));
        await scoreSample({ opened: { ...each, members }, pool, seed, draws: [0], folder });
        report(`${each.of.name} seed ${seed}, proxies, round ${round}`, { count, started });
      }
}

function report(
  what: string,
  { count, started }: { readonly count: number; readonly started: number },
): void {
  console.log(`${what}: ${count} scored in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
