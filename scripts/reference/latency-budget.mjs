// Writes the page about latency budgets from bench/results/latency-budget.json.
import { readFileSync } from 'node:fs';
import { page, table } from './markdown.mjs';

/** The data set of the tables. */
const DATASET = 'cifar100';

export function latencyBudgetPage() {
  const file = new URL('../../bench/results/latency-budget.json', import.meta.url);
  const { date, specification, trained, datasets } = JSON.parse(readFileSync(file, 'utf8'));
  const { devices } = datasets.find(({ dataset }) => dataset === DATASET);
  const intro = `HW-NAS-Bench (Li et al., ICLR 2021) measured or estimated the latency of the networks of NAS-Bench-201 on six devices, and the benchmark has trained every one of them. Together they show what a limit on latency costs: the networks that are slower are left out of a ranking that knows nothing of latencies or trainings, the first ${trained} of the others are trained, and their accuracies are looked up.`;
  return page('What a latency budget costs', intro, [
    `## One device\n\n${devices[0].device}, ${DATASET}, accuracies in percent. A row is a budget through which that share of the 15,625 networks passes.\n\n${table(
      [
        'passes',
        'budget, ms',
        'rank of the first',
        `best of the first ${trained}`,
        'their mean',
        'their mean latency, ms',
        `mean of the ${trained} with most FLOPs`,
        'most accurate that passes',
        'τ among those',
      ],
      devices[0].rows.map((row) => [
        percent(row.share),
        two(row.milliseconds),
        row.rank,
        two(row.best),
        two(row.mean),
        two(row.latency),
        two(row.meanByFlops),
        two(row.mostAccurate),
        two(row.kendall),
      ]),
    )}`,
    `## Six devices\n\nWhat the budget costs: the mean accuracy of the first ${trained} that pass, less that of the first ${trained} without a budget, in points of ${DATASET}; in parentheses the rank of the first that passes, among all functions.\n\n${table(
      ['device', 'networks', ...devices[0].rows.slice(0, -1).map(({ share }) => percent(share))],
      devices.map(({ device, networks, rows }) => [
        device,
        count(networks),
        ...rows
          .slice(0, -1)
          .map(({ mean, rank }) => `${formatSigned(mean - rows.at(-1).mean)} (${count(rank)})`),
      ]),
    )}\n\nShares are of the networks whose latency is known: the benchmark has no latency of some networks on the Edge TPU, and these are left out there.\n\nThe same of the ${trained} with the most FLOPs that pass, which need no ranking, less the first ${trained} of the ranking under the same budget:\n\n${table(
      ['device', ...devices[0].rows.map(({ share }) => percent(share))],
      devices.map(({ device, rows }) => [
        device,
        ...rows.map(({ mean, meanByFlops }) => formatSigned(meanByFlops - mean)),
      ]),
    )}`,
    `## How to read it\n\n- The rank of the first network that passes says how much of the ranking a budget takes away, and the accuracy what that is worth. They are not the same: a ranking has many networks of nearly equal accuracy at its top.\n- τ among the networks that pass is what is left of the ranking's agreement with accuracy when the slow networks, which are mostly the large ones, are gone.\n- Where latency follows FLOPs closely (Eyeriss, the FPGA), the networks with the most FLOPs under the budget are as good as the first of the ranking, and cost nothing to find. The ranking gains where it does not: on the edge GPU, the Raspberry Pi 4 and the Pixel 3 under a tight budget.\n- A device's latency is not its FLOPs: compare the devices at the same share.\n- Members of one class of networks are the same function and may differ in latency, so one member of a class may pass a budget where the others do not.`,
    `## With your own device\n\n\`constraints: { latency: { max: 20ms } }\` in a specification keeps a search within a budget on the machine of its control workers ([Evolution and constraints](evolution.md)); \`zeroscout latency measure ID\` measures the candidates of a finished search, and \`zeroscout results ID --pareto latency\` prints those that no other one beats in both.`,
    `## Measured by\n\n\`npm run bench:latency -- --shared DIR\` searches all of NAS-Bench-201 (the four proxies of AZ-NAS, \`fidelity: ${specification.fidelity}\`, \`cohort: ${specification.cohort}\`, seed ${specification.seed}) and computes these figures; DIR holds the published tables, which are not part of this project, in \`benchmarks/nas-bench-201-hardware.csv\` and \`nb201/accuracy.csv\`. Without them it says so and ends. ${date.slice(0, 10)}. [The other data sets](../../bench/results/latency-budget.json) are in the results.`,
  ]);
}

const percent = (share) => `${Math.round(100 * share)} %`;
const two = (value) => value.toFixed(2);
const formatSigned = (value) => `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
const count = (value) => value.toLocaleString('en-US');
