// Implements the command `npm run bench:scale`: measures searches of many candidates, from the specification
// to ranking.parquet.
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command, InvalidArgumentError } from 'commander';
import { describeMachine } from './measure/machine.js';
import { measureScale, specificationOf } from './scale/measure.js';
import { scaleTables } from './scale/tables.js';

const RESULTS = fileURLToPath(new URL('../../bench/results/', import.meta.url));
const SIZES = [10_000, 100_000, 1_000_000];

const program = new Command('bench:scale')
  .description(
    'Searches a space of 200^4 candidates with a synthetic scorer on embedded services: what everything but the scoring costs.',
  )
  .argument('[SIZES...]', 'numbers of candidates', sizes, SIZES)
  .option('--shard-size <N>', 'candidates in a shard', number, 4096)
  .option('--part-size <N>', 'shards of one workflow; more are cut into parts', number, 500)
  .option('--workers <N>', 'score workers', number, 1)
  .option('--ranking', 'ranking alone, without servers, of scores that are made up as they are read')
  .action(async (list: readonly number[], { shardSize, partSize, workers, ranking }: Options) => {
    if (ranking) return measureRanking(list);
    const machine = describeMachine();
    console.log(`${machine.processor}, ${machine.cores} cores, node ${machine.node}`);
    const runs = [];
    for (const candidates of list) {
      runs.push(await measureScale({ candidates, shardSize, partSize, workers }));
      console.log(`\n${scaleTables(runs)}`);
    }
    await mkdir(RESULTS, { recursive: true });
    const date = new Date().toISOString();
    // `npm run bench:fleet` keeps its results in the same file.
    const { fleet } = JSON.parse(await readFile(`${RESULTS}scale.json`, 'utf8').catch(() => '{}'));
    const found = { date, machine, runs, fleet };
    await writeFile(`${RESULTS}scale.json`, `${JSON.stringify(found, null, 2)}\n`);
    console.log('\nwritten to bench/results/scale.json');
  });
await program.parseAsync();

interface Options {
  readonly shardSize: number;
  readonly partSize: number;
  readonly workers: number;
  readonly ranking?: true;
}

async function measureRanking(sizes: readonly number[]): Promise<void> {
  const script = fileURLToPath(new URL('./scale/rank.js', import.meta.url));
  for (const candidates of sizes) {
    const specification = specificationOf({ candidates, shardSize: 1, partSize: 1 });
    const args = [...process.execArgv, script, String(candidates), JSON.stringify(specification)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { seconds, cpuSeconds, peakBytes, bytes } = JSON.parse(stdout);
    console.log(
      `${candidates} candidates ranked in ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} processor seconds, ${(peakBytes / 1e6).toFixed(0)} MB at most; ranking.csv ${(bytes / 1e6).toFixed(0)} MB`,
    );
  }
}

function number(text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('must be a whole number of 1 or more');
  return value;
}

function sizes(text: string, previous: readonly number[]): readonly number[] {
  return [...(previous === SIZES ? [] : previous), number(text)];
}
