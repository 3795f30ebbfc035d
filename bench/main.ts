// Implements the command `npm run bench`: measures scoring alone, whole searches, and both against the
// PyTorch baseline.
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { DeviceError } from '../core/errors.js';
import { DEVICES, type Device } from '../core/specification/devices.js';
import { compareWithBaseline } from './measure/against-baseline.js';
import { compareWithRandom } from './measure/against-random.js';
import { measureAssembled } from './measure/assembled.js';
import { compareChildren } from './measure/children.js';
import { benchDevice } from './measure/device.js';
import { compareEigenvalues } from './measure/eigenvalues.js';
import { startEndToEnd } from './measure/end-to-end.js';
import { compareImportedNetworks } from './measure/imported-networks.js';
import { describeMachine } from './measure/machine.js';
import { compareProxies } from './measure/proxies.js';
import { withScoring } from './measure/pure.js';
import {
  NAS_BENCH_201_BATCHES as BATCHES,
  BENCH_SPACES,
  type BenchSpace,
  randomNasBench201,
} from './measure/scenarios.js';
import { median, spread } from './measure/statistics.js';
import { wholeNumber } from './whole-number.js';

const CANDIDATES = 300;
/** The batch size at which a whole search is compared with scoring alone. */
const SEARCH_BATCH = 16;
const SETTING = { space: { kind: 'nas-bench-201' }, resolution: 32, threads: 1, weights: 'shared' } as const;
const RESULTS = fileURLToPath(new URL('../../bench/results/', import.meta.url));
const MEGA = 1e6;

interface BenchFlags {
  readonly space: BenchSpace;
  readonly candidates?: number;
  readonly rounds: number;
  readonly device: Device;
  readonly detail?: true;
  readonly baseline?: true;
  readonly baselineCandidates: number;
  readonly weights: 'shared' | 'candidate';
  readonly eigenvalues?: true;
  readonly onnx?: true | string;
  readonly proxies?: number;
  readonly assembled?: true | string;
  readonly children?: number;
  readonly againstRandom?: number;
}

const program = new Command('bench')
  .description('milliseconds a candidate over random candidates, on this machine')
  .addOption(
    new Option(
      '--space <SPACE>',
      'other spaces than NAS-Bench-201 are always compared with the PyTorch baseline',
    )
      .choices(BENCH_SPACES)
      .default('nas-bench-201'),
  )
  .option(
    '--candidates <N>',
    `random candidates of a round (default: ${CANDIDATES}; with a device: the whole space)`,
    wholeNumber({ min: 10, max: 15_625 }),
  )
  .option('--rounds <N>', 'rounds; sides alternate within each', wholeNumber({ min: 1, max: 50 }), 4)
  .addOption(
    new Option('--device <DEVICE>', 'another device than the cpu: all that it does, in under eight minutes')
      .choices(DEVICES)
      .default('cpu'),
  )
  .option('--detail', 'with a device: time of single operators, and what the host spends its time on')
  .option('--baseline', 'compare with the PyTorch baseline instead of the whole search')
  .option(
    '--baseline-candidates <N>',
    'candidates of a round with --baseline',
    wholeNumber({ min: 1, max: 1000 }),
    48,
  )
  .addOption(
    new Option(
      '--weights <WEIGHTS>',
      "with --baseline: ours are drawn once, or for each candidate as PyTorch's always are",
    )
      .choices(['shared', 'candidate'])
      .default('shared'),
  )
  .option('--eigenvalues', 'compare eigenvalues and singular values with LAPACK, as PyTorch calls it')
  .option(
    '--onnx [FOLDER]',
    'networks of torchvision, exported to the folder and read back, beside PyTorch: ratios and memory',
  )
  .option(
    '--proxies <BATCH>',
    'every proxy of whole networks beside the same proxy in PyTorch, at this batch, with --candidates of them',
    wholeNumber({ min: 2, max: 512 }),
  )
  .option(
    '--assembled [FOLDER]',
    'the preset `assembled` beside `standard`, of --candidates a round; with a folder: `standard` as the build there computes it',
  )
  .option(
    '--children <N>',
    'so many children of an evolution of the MobileNetV2 space, with and without reuse of common blocks',
    wholeNumber({ min: 112, max: 100_000 }),
  )
  .option(
    '--against-random <N>',
    'an evolution of N networks of the MobileNetV2 space and N random ones, ranked together',
    wholeNumber({ min: 80, max: 100_000 }),
  )
  .action(async (options: BenchFlags) => {
    const machine = describeMachine();
    console.log(
      `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}`,
    );
    console.log(`Node ${machine.node}, ONNX Runtime ${machine.onnxruntime}\n`);
    const [name, results] = await measure(options);
    await mkdir(RESULTS, { recursive: true });
    const date = new Date().toISOString();
    await writeFile(`${RESULTS}${name}.json`, `${JSON.stringify({ date, machine, ...results }, null, 2)}\n`);
    console.log(`\nwritten to bench/results/${name}.json`);
  });
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof DeviceError)) throw error;
  console.error(`nothing was measured: ${error.message}`);
  process.exitCode = 1;
}

async function measure(options: BenchFlags): Promise<[string, object]> {
  const {
    device,
    space,
    rounds,
    baseline,
    baselineCandidates,
    weights,
    eigenvalues,
    onnx,
    proxies,
    assembled,
    children,
    againstRandom,
    detail,
    candidates,
  } = options;
  const isCompared = device === 'cpu' && (baseline || space !== 'nas-bench-201');
  if (weights !== 'shared' && !isCompared)
    program.error(
      `--weights ${weights}: only a comparison with PyTorch on the cpu has a choice; add --baseline`,
    );
  if (device === 'cpu') {
    if (eigenvalues) return ['eigenvalues', await compareEigenvalues({ rounds })];
    if (onnx !== undefined)
      return [
        'onnx',
        await compareImportedNetworks({ folder: typeof onnx === 'string' ? onnx : undefined, rounds }),
      ];
    if (proxies) return ['proxies', await compareProxies({ candidates: candidates ?? 10, batch: proxies })];
    if (assembled !== undefined) return ['assembled', await benchAssembled(options)];
    if (againstRandom) {
      const scorers = availableParallelism();
      return ['against-random', await compareWithRandom({ budget: againstRandom, seed: 1, scorers })];
    }
    if (children) return ['children', await benchChildren(children)];
    if (!baseline && space === 'nas-bench-201') return ['search', await compareWithSearch(options)];
    const results = await compareWithBaseline({ space, candidates: baselineCandidates, rounds, weights });
    const name = space === 'nas-bench-201' ? 'baseline' : space;
    return [weights === 'shared' ? name : `${name}-weights-of-each`, results];
  }
  if (space !== 'nas-bench-201')
    program.error(`--space ${space}: only nas-bench-201 is measured on ${device}; leave one of the two out`);
  const results = await benchDevice({
    device,
    candidates,
    baseline: baseline ? 'with' : 'without',
    detail: detail ? 'with' : 'without',
    print: (line) => console.log(line),
  });
  if (results.leftOut.length > 0) process.exitCode = 1;
  return [`device-${device}${candidates ? '.local' : ''}`, results];
}

function benchAssembled({ assembled, rounds, candidates = 30 }: BenchFlags) {
  return measureAssembled({
    rounds,
    candidates,
    other: typeof assembled === 'string' ? assembled : undefined,
  });
}

async function benchChildren(budget: number) {
  const scorers = availableParallelism();
  const rows: Awaited<ReturnType<typeof compareChildren>>[] = [];
  for (const { batch, resolution, share } of [
    { batch: 8, resolution: 64, share: 1 },
    { batch: 16, resolution: 64, share: 1 },
    { batch: 8, resolution: 224, share: 0.4 },
  ]) {
    console.log(`MobileNetV2 space, ${resolution} pixels, batch ${batch}, ${scorers} scorers x 1 thread`);
    rows.push(
      await compareChildren({
        batch,
        resolution,
        scorers,
        budget: Math.max(112, Math.round(share * budget)),
        seed: 1,
      }),
    );
  }
  return { rows };
}

/** Scoring alone at each batch size, and whole searches at one: the same candidates, in turn. */
async function compareWithSearch({ candidates: count = CANDIDATES, rounds }: BenchFlags) {
  const scorers = availableParallelism();
  const candidates = randomNasBench201(count);
  const pure: Record<number, number[]> = {};
  let scorerBytes = 0;
  for (const batch of BATCHES.filter((b) => b !== SEARCH_BATCH)) {
    pure[batch] = await withScoring({ ...SETTING, batch, scorers }, candidates, async (scoring) => {
      const measured = [await scoring.measure(candidates)];
      scorerBytes = Math.max(scorerBytes, scoring.peakResidentBytes());
      return measured;
    });
    console.log(
      `scoring alone, batch ${batch}: ${spread(pure[batch]!)} ms a candidate over ${count} candidates`,
    );
  }
  const search: number[] = [];
  const both = { batch: SEARCH_BATCH, candidates };
  const endToEnd = await startEndToEnd(both);
  let memory: Readonly<Record<string, number>> = {};
  try {
    pure[SEARCH_BATCH] = await withScoring(
      { ...SETTING, batch: SEARCH_BATCH, scorers },
      candidates,
      async (scoring) => {
        const measured: number[] = [];
        for (let round = 0; round < rounds; round++) {
          // Both sides get a new seed, so that neither finds tensors or scores of the previous round.
          const seed = round + 2;
          const sides = [
            async () => measured.push(await scoring.measure(candidates, seed)),
            async () => search.push(await endToEnd.measure(candidates, seed)),
          ];
          // The speed of the machine drifts, so the order of the sides alternates from round to round.
          for (const side of round % 2 ? sides.reverse() : sides) await side();
        }
        scorerBytes = Math.max(scorerBytes, scoring.peakResidentBytes());
        return measured;
      },
    );
    memory = await endToEnd.memory();
  } finally {
    await endToEnd.close();
  }
  const ratios = search.map((value, round) => value / pure[SEARCH_BATCH]![round]!);
  const overhead = (median(ratios) - 1) * 100;
  console.log(
    `scoring alone, batch ${SEARCH_BATCH}: ${spread(pure[SEARCH_BATCH]!)} ms a candidate, ${rounds} rounds`,
  );
  console.log(
    `whole search, batch ${SEARCH_BATCH}:  ${spread(search)} ms a candidate, ${rounds} rounds, alternating`,
  );
  console.log(`overhead of the search over its scoring: ${overhead.toFixed(1)} % (median of the rounds)`);
  console.log('\nlargest resident size:');
  for (const [name, bytes] of Object.entries({ ...memory, 'scorer (scoring alone)': scorerBytes }))
    console.log(`  ${name.padEnd(26)} ${(bytes / MEGA).toFixed(0).padStart(5)} MB`);
  return { candidates: count, pure, search, overheadPercent: overhead, memory };
}
