// Implements the command `npm run bench:calibration`: measures calibrations with few labels on every space with known
// accuracies.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { calibrate, type Label } from '../../core/calibration/calibrate.js';
import { type Known, ownScore } from '../../core/calibration/features.js';
import { suggest } from '../../core/calibration/suggest.js';
import { sample } from '../../core/random/shuffle.js';
import { ascendingRanks } from '../../core/ranking/ranks.js';
import { graphFeatures } from '../../core/spaces/graph-features.js';
import { wholeNumber } from '../whole-number.js';
import { assembledTerms, valuesOf } from './ranking/assemblies.js';
import { costsOf } from './ranking/costs.js';
import { rawFile, readRaw } from './ranking/score.js';
import { listRankedSpaces, type OpenedSpace, openRankedSpace } from './ranking/spaces.js';

const RESULTS = fileURLToPath(new URL('../../../bench/results/calibration.json', import.meta.url));
const SEEDS = [1, 2, 3];

interface Options {
  readonly tables: string;
  readonly folder: string;
  readonly sets: number;
  readonly from: number;
  readonly datasets: number;
}

await new Command('bench:calibration')
  .description(
    'calibrates the raw values that bench:ranking left to random and to suggested labels, and measures the rest of each space',
  )
  .requiredOption('--tables <DIR>', 'folder of the tables of known accuracies')
  .requiredOption('--folder <DIR>', 'where bench:ranking keeps the raw values')
  .option('--sets <N>', 'label sets of each size', wholeNumber({ min: 2, max: 100 }), 10)
  .option('--from <N>', 'number of the first label set', wholeNumber({ min: 0, max: 1e6 }), 100)
  .option('--datasets <N>', 'data sets of each space', wholeNumber({ min: 1, max: 20 }), 1)
  .action(main)
  .parseAsync();

interface Row {
  readonly space: string;
  readonly dataset: string;
  readonly labels: number;
  readonly chosen: 'at random' | 'suggested';
  /** Mean and standard deviation over the label sets of Kendall's tau with the candidates that have no label. */
  readonly own: readonly [number, number];
  readonly weights: readonly [number, number];
  readonly model: readonly [number, number];
  /** The share of label sets for which the calibration chooses a fit, and the mean accuracy of the best label. */
  readonly saysBetter: number;
  readonly bestLabel: number;
}

async function main({ tables, folder, sets, from, datasets }: Options): Promise<void> {
  const rows: Row[] = [];
  for (const each of listRankedSpaces()) {
    const cohort = await readMeasured(openRankedSpace(each, tables), folder);
    if (!cohort) continue;
    for (const dataset of each.datasets.slice(0, datasets))
      for (const labels of [20, 50, 100])
        for (const chosen of ['at random', 'suggested'] as const) {
          const row = study({ cohort, dataset, labels, chosen, sets, from });
          if (row) rows.push(row);
          if (row) console.log(JSON.stringify(row));
        }
  }
  const report = { date: new Date().toISOString(), sets, from, rows };
  await writeFile(RESULTS, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`wrote ${RESULTS}`);
}

interface Measured {
  readonly name: string;
  readonly weights: readonly number[];
  readonly known: readonly Known[];
  readonly labels: ReadonlyMap<string, readonly Label[]>;
}

/** Returns undefined if no seed has scores of the whole sample. */
async function readMeasured(opened: OpenedSpace, folder: string): Promise<Measured | undefined> {
  const { of, space, truth, members } = opened;
  const all = await Promise.all(SEEDS.map((seed) => readRaw(rawFile({ folder, name: of.name, seed }))));
  const seeds = all
    .map((records) => new Map(records.map((record) => [record.candidate, valuesOf(record)])))
    .filter(({ size }) => size === members.length);
  if (seeds.length === 0) return undefined;
  const { resolution } = of.fidelity;
  const costs = members.map(({ candidate }) => costsOf(opened, candidate));
  const terms = assembledTerms(of.space);
  const columns = terms.map(({ value }) => {
    const draws = seeds.map((values) =>
      ascendingRanks(members.map(({ candidate }, i) => costs[i]![value] ?? values.get(candidate)![value]!)),
    );
    return members.map(
      (_, i) => draws.reduce((sum, ranks) => sum + ranks[i]!, 0) / draws.length / members.length,
    );
  });
  const labelsOf = (dataset: string) => {
    const column = truth.datasets.indexOf(dataset);
    return members.flatMap(({ rows }, unit) =>
      rows.map((row) => ({ unit, accuracy: truth.accuracy.get(row)![column]! })),
    );
  };
  return {
    name: of.name,
    weights: terms.map(({ weight }) => weight),
    known: members.map(({ candidate }, i) => ({
      shares: columns.map((column) => column[i]!),
      graph: graphFeatures({ space, candidate, resolution }),
    })),
    labels: new Map(of.datasets.map((dataset) => [dataset, labelsOf(dataset)])),
  };
}

/** Returns undefined if there are fewer known accuracies than twice the number of labels. */
function study({
  cohort: { name, weights, known, labels: all },
  dataset,
  labels: count,
  chosen,
  sets,
  from,
}: Pick<Row, 'dataset' | 'labels' | 'chosen'> & {
  readonly cohort: Measured;
  readonly sets: number;
  readonly from: number;
}): Row | undefined {
  const labels = all.get(dataset)!.filter(({ accuracy }) => !Number.isNaN(accuracy));
  if (labels.length < 2 * count) return undefined;
  const score = known.map((each) => ownScore(each, weights));
  const places = [...labels.keys()].sort((a, b) => score[labels[b]!.unit]! - score[labels[a]!.unit]!);
  const found = Array.from({ length: sets }, (_, set) => {
    const key = { seed: from + set, draw: 0, name: 'labels' };
    const picked =
      chosen === 'at random'
        ? sample({ key, count, size: labels.length })
        : suggest({ places, budget: count, key }).map(({ place }) => place);
    const isLabel = new Set(picked);
    const heldOut = labels.filter((_, at) => !isLabel.has(at));
    const own = picked.map((at) => labels[at]!);
    const { method, evidence } = calibrate({ cohort: known, weights, labels: own, heldOut, seed: 1 });
    return { method, ...evidence.heldOut!, best: Math.max(...own.map(({ accuracy }) => accuracy)) };
  });
  const spread = (name: 'own' | 'weights' | 'model') => meanAndDeviation(found.map((each) => each[name]!));
  return {
    space: name,
    dataset,
    labels: count,
    chosen,
    own: spread('own'),
    weights: spread('weights'),
    model: spread('model'),
    saysBetter: found.filter(({ method }) => method !== 'own').length / sets,
    bestLabel: meanAndDeviation(found.map(({ best }) => best))[0],
  };
}

function meanAndDeviation(values: readonly number[]): readonly [number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return [mean, Math.sqrt(variance)];
}
