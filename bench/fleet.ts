// Implements the command `npm run bench:fleet`: searches on a thousand synthetic score workers; servers, control
// workers, workflows and the store are real.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { runManySearches } from './fleet/many-searches.js';
import type { FleetDevice } from './fleet/messages.js';
import { runOneSearch } from './fleet/one-search.js';
import { runSchedules } from './fleet/schedules.js';
import { type Stage, type StageOptions, withStage } from './fleet/stage.js';
import { describeMachine } from './measure/machine.js';
import { wholeNumber } from './whole-number.js';

const FILE = fileURLToPath(new URL('../../bench/results/scale.json', import.meta.url));
const DEVICES: readonly FleetDevice[] = ['cpu', 'cpu-stack'];
const SCENARIOS = ['one', 'many', 'schedules'] as const;
type Scenario = (typeof SCENARIOS)[number];

const count = wholeNumber({ min: 1, max: 1e9 });
const program = new Command('bench:fleet')
  .description(
    'Runs searches on a fleet of synthetic score workers, which are preempted and die as spot instances do.',
  )
  .option('--workers <N>', 'score workers', count, 1000)
  .option('--per-process <N>', 'score workers in one process, which die together', count, 25)
  .option('--controls <N>', 'control workers', count, 1)
  .addOption(new Option('--only <SCENARIO>', 'one of the scenarios').choices(SCENARIOS))
  .option('--candidates <N>', 'candidates of the one search', count, 200_000)
  .option('--shard-size <N>', 'its candidates in a shard; by default a fifth of what a worker scores', count)
  .option('--milliseconds <N>', "a synthetic worker's mean time for a candidate", count, 1_000)
  .addOption(
    new Option('--device <DEVICE>', 'cpu: a candidate at a time; cpu-stack: 64 at once, as a GPU does')
      .choices(DEVICES)
      .default('cpu'),
  )
  .option('--searches <N>', 'searches at once, of five priorities', count, 50)
  .option('--schedules <N>', 'schedules that fire in one minute', count, 200)
  .action(async (options: Options) => {
    for (const scenario of options.only ? [options.only] : SCENARIOS) {
      console.log(`${scenario}: ${options.workers} workers are starting`);
      const found = await runScenario(scenario, options);
      console.log(JSON.stringify(found, null, 1));
      await keep(options.device === 'cpu' ? scenario : `${scenario}-${options.device}`, found);
    }
    console.log('written to bench/results/scale.json');
  });
await program.parseAsync();

type FleetSize = Pick<StageOptions, 'workers' | 'perProcess' | 'controls'> & StageOptions['scoring'];

interface Options extends FleetSize {
  readonly only?: Scenario;
  readonly candidates: number;
  readonly shardSize?: number;
  readonly searches: number;
  readonly schedules: number;
}

/** Every scenario has servers and workers of its own, so that what it leaves does not weigh on the next. */
async function runScenario(scenario: Scenario, options: Options) {
  const { workers, perProcess, controls, device, candidates, shardSize, searches, schedules } = options;
  // The searches of schedules are small.
  const milliseconds = scenario === 'schedules' ? options.milliseconds / 10 : options.milliseconds;
  const losses = { preempted: 0.02, died: 0.025, replacedAfterMs: 20_000 };
  const run = async (stage: Stage) => ({
    workers,
    perProcess,
    controls,
    milliseconds,
    device,
    losses,
    startSeconds: stage.startSeconds,
    ...(await {
      one: () => runOneSearch(stage, { candidates, shardSize }),
      many: () => runManySearches(stage, { searches, candidates: 2_560, shardSize: 32 }),
      schedules: () => runSchedules(stage, { schedules, candidates: 256 }),
    }[scenario]()),
  });
  return await withStage({ workers, perProcess, controls, scoring: { milliseconds, device }, losses }, run);
}

/** Replaces one result in the file. */
async function keep(name: string, found: object): Promise<void> {
  await mkdir(new URL('.', `file://${FILE}`), { recursive: true });
  const before = JSON.parse(await readFile(FILE, 'utf8').catch(() => '{}'));
  const date = new Date().toISOString();
  const fleet = { ...before.fleet, [name]: { date, machine: describeMachine(), ...found } };
  await writeFile(FILE, `${JSON.stringify({ ...before, fleet }, null, 2)}\n`);
}
