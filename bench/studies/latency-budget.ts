// Implements the command `npm run bench:latency`: what a latency budget costs on the devices of HW-NAS-Bench,
// with the accuracies of NAS-Bench-201.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { connect } from '../../client/connect.js';
import { type RankingRow, readRankingCsv } from '../../core/report/ranking-csv.js';
import { parseTruth, type Truth } from '../../core/report/truth.js';
import { openSpace } from '../../core/spaces/index.js';
import { type BudgetCandidate, budgetRows } from './latency-budget-rows.js';

/** The shares of the candidates that a budget lets through. */
const SHARES = [0.1, 0.25, 0.5, 0.75, 1];
/** The number of networks that are trained. */
const TRAINED = 10;
const DEVICES: Readonly<Record<string, string>> = {
  edgegpu: 'edge GPU (NVIDIA Jetson TX2)',
  raspi4: 'Raspberry Pi 4',
  edgetpu: 'Edge TPU',
  pixel3: 'Pixel 3',
  eyeriss: 'Eyeriss (ASIC)',
  fpga: 'FPGA',
};
const RESULTS = new URL('../../../bench/results/latency-budget.json', import.meta.url);
const SPECIFICATION = {
  name: 'latency-budget',
  space: 'nas-bench-201',
  strategy: 'exhaustive',
  fidelity: 'screen',
  aggregation: 'log-rank',
  cohort: 'classes',
  seed: 777,
};

new Command('bench:latency')
  .description('what a latency budget costs in accuracy and rank, on the devices of HW-NAS-Bench')
  .option('--shared <DIR>', 'the folder of the tables of published benchmarks', '../shared')
  .option('--ranking <FILE>', 'a ranking of all of NAS-Bench-201; by default it is searched')
  .action(main)
  .parseAsync();

async function main({
  shared,
  ranking,
}: {
  readonly shared: string;
  readonly ranking?: string;
}): Promise<void> {
  const files = ['benchmarks/nas-bench-201-hardware.csv', 'nb201/accuracy.csv'].map((name) =>
    join(shared, name),
  );
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) {
    console.log(`skipped: ${missing.join(' and ')} not found; --shared names the folder of the tables`);
    return;
  }
  const [hardware, truth] = files.map(readTable) as [Truth, Truth];
  const rows = ranking === undefined ? await search() : readRankingCsv(readFileSync(ranking, 'utf8'));
  const datasets = truth.datasets.map((dataset, column) => ({
    dataset,
    devices: Object.entries(DEVICES).map(([device, name]) => {
      const at = hardware.datasets.indexOf(`${device}_latency`);
      const candidates = rows.map((row) => candidateOf({ row, hardware, truth, at, column }));
      // A latency of -1 is that of a network that the device's compiler refused.
      const measured = candidates.filter(({ latency }) => latency > 0);
      const of = { candidates: measured, shares: SHARES, trained: TRAINED };
      return { device: name, networks: measured.length, rows: budgetRows(of) };
    }),
  }));
  const report = { date: new Date().toISOString(), specification: SPECIFICATION, trained: TRAINED, datasets };
  writeFileSync(RESULTS, `${JSON.stringify(report, null, 2)}\n`);
  for (const { dataset, devices } of datasets)
    for (const { device, rows: found } of devices) {
      console.log(`\n${dataset}, ${device}`);
      console.table(found);
    }
}

function readTable(source: string): Truth {
  const space = openSpace({ kind: 'nas-bench-201' });
  return parseTruth({ text: readFileSync(source, 'utf8'), source, parse: (text) => space.parse(text) });
}

async function search(): Promise<readonly RankingRow[]> {
  const zeroscout = await connect();
  try {
    const started = await zeroscout.searches.start({ specification: { value: SPECIFICATION } });
    return await (await started.results()).first();
  } finally {
    await zeroscout.close();
  }
}

interface CandidateOfArguments {
  readonly row: RankingRow;
  readonly hardware: Truth;
  readonly truth: Truth;
  /** The columns of the device and of the data set. */
  readonly at: number;
  readonly column: number;
}

function candidateOf({ row, hardware, truth, at, column }: CandidateOfArguments): BudgetCandidate {
  return {
    function: row.class ?? row.candidate,
    score: row.score,
    flops: row.proxies.complexity!,
    latency: hardware.accuracy.get(row.candidate)![at]!,
    accuracy: truth.accuracy.get(row.candidate)![column]!,
  };
}
