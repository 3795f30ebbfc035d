// In: `node dist/bench/gpu.js`. Out: milliseconds a candidate of the stack plan on a device, for several batches and stack sizes.
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { wholeNumber } from '../cli/arguments.js';
import { randomDraw } from '../core/programs/draw.js';
import { sample } from '../core/programs/shuffled.js';
import { trainability } from '../core/proxies/az-nas.js';
import { kendall } from '../core/ranking/correlation.js';
import { nasBench201 } from '../core/spaces/nas-bench-201/index.js';
import { createPrograms } from '../engine/programs.js';
import { drawTensors, scoreNetwork } from '../engine/score.js';
import type { Provider } from '../engine/stack/device.js';
import { measureStacks, type StackMeasurement } from './measure/gpu.js';
import { measureOperators } from './measure/gpu-operators.js';
import { profileStack } from './measure/gpu-profile.js';
import { describeMachine } from './measure/machine.js';

const RESULTS = fileURLToPath(new URL('../../bench/results/', import.meta.url));

interface Options {
  readonly device: Provider;
  readonly batch: number;
  readonly stack: number;
  readonly settings?: string;
  readonly resolution: number;
  readonly candidates: number;
  readonly classes?: true;
  readonly draws: number;
  readonly moments: 'layer-norm' | 'sums';
  readonly products: 'fused' | 'standard';
  readonly tf32?: true;
  readonly profile?: true;
  readonly operators?: true;
  readonly compare: number;
  readonly eigenvalueThreads?: number;
}

const program = new Command('gpu')
  .description('milliseconds a candidate of NAS-Bench-201, scored in stacks on one device')
  .option('--device <NAME>', 'cuda, webgpu or cpu', 'cuda')
  .option('--batch <N>', 'images of a batch', wholeNumber({ min: 1, max: 1024 }), 16)
  .option('--stack <N>', 'candidates of a stack', wholeNumber({ min: 1, max: 15_625 }), 125)
  .option('--settings <LIST>', 'instead of both: BATCHxSTACK, several with commas, e.g. 64x64,16x250')
  .option('--resolution <N>', 'images are N x N', wholeNumber({ min: 8, max: 256 }), 32)
  .option('--candidates <N>', 'random candidates; 15625: all', wholeNumber({ min: 1, max: 15_625 }), 2000)
  .option('--classes', 'one candidate for each class of isomorphic ones')
  .option('--draws <N>', 'draws that each candidate is scored under', wholeNumber({ min: 1, max: 16 }), 1)
  .option('--moments <FORM>', 'layer-norm or sums', 'layer-norm')
  .option('--products <FORM>', 'fused or standard', 'fused')
  .option('--tf32', 'let CUDA round factors to TF32')
  .option(
    '--compare <N>',
    'compare so many scores with the CPU plan',
    wholeNumber({ min: 0, max: 15_625 }),
    0,
  )
  .option('--eigenvalue-threads <N>', 'threads for eigenvalues', wholeNumber({ min: 1, max: 256 }))
  .option('--profile', 'which operators the host spends its time on, for each setting')
  .option('--operators', 'time single operators first')
  .action(run);
await program.parseAsync();

async function run(options: Options) {
  if (options.tf32) process.env.NVIDIA_TF32_OVERRIDE = '1';
  const machine = describeMachine();
  print(
    `${machine.processor}, ${machine.cores} cores, Node ${machine.node}, ONNX Runtime ${machine.onnxruntime}`,
  );
  const { device, resolution } = options;
  if (options.operators)
    for (const line of await measureOperators({ device, rows: device === 'cpu' ? 8 : 128 })) print(line);
  const candidates = candidatesOf(options);
  print(
    `${candidates.length} candidates, ${options.draws} draws, ${resolution} x ${resolution}, device ${device}`,
  );
  const dialect = { moments: options.moments, products: options.products };
  const results: StackMeasurement[] = [];
  for (const { batch, size } of settingsOf(options)) {
    const setting = {
      device,
      batch,
      resolution,
      size,
      draws: options.draws,
      dialect,
      threads: availableParallelism(),
      ...(options.eigenvalueThreads ? { statisticsThreads: options.eigenvalueThreads } : {}),
    };
    try {
      const result = await measureStacks({ candidates, setting });
      results.push(result);
      for (const line of describe(result)) print(line);
      if (options.compare) print(await compare({ candidates, result, options }));
      if (options.profile) for (const line of await profileStack({ candidates, setting })) print(line);
    } catch (error) {
      print(`batch ${batch}, stacks of ${size}: ${(error as Error).stack}`);
      process.exitCode = 1;
    }
  }
  await mkdir(RESULTS, { recursive: true });
  const file = `${RESULTS}stack-${device}.local.json`;
  const kept = results.map(({ scores: _, ...result }) => result);
  await writeFile(file, `${JSON.stringify({ machine, options, results: kept }, null, 2)}\n`);
}

function candidatesOf({ candidates: count, classes }: Options): string[] {
  const indexes =
    count === nasBench201.enumeration.size
      ? Array.from({ length: count }, (_, i) => i)
      : sample({ key: { seed: 1, draw: 0, name: 'bench' }, count, size: nasBench201.enumeration.size });
  const written = indexes.map((index) => nasBench201.enumeration.at(index));
  return classes
    ? [...new Set(written.map((each) => nasBench201.enumeration.representative(each)))]
    : written;
}

function settingsOf({ settings, batch, stack }: Options) {
  if (!settings) return [{ batch, size: stack }];
  return settings.split(',').map((each) => {
    const [batch, size] = each.split('x').map(Number) as [number, number];
    return { batch, size };
  });
}

function describe(r: StackMeasurement): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const lines = [
    `\nbatch ${r.batch}, ${r.stacks} stacks of ${r.size}: ${r.whole.toFixed(3)} ms a candidate, ${r.seconds.toFixed(2)} s`,
    `  runs alone ${r.runs.toFixed(3)} ms a candidate, ${r.medianRun.toFixed(1)} ms a run, ${((r.medianRun * 1000) / (r.batch * r.size)).toFixed(1)} us an image`,
    `  eigenvalues ${r.eigenvalues.toFixed(3)} ms a candidate over all threads`,
    `  ${r.nodes} nodes, session ${r.openSeconds.toFixed(2)} s, first run ${r.warmUpSeconds.toFixed(2)} s`,
    `  slots used ${percent(r.fill.convolutions)} (convolutions), ${percent(r.fill.all)} (all)`,
    `  host ${r.hostMegabytes.toFixed(0)} MB${r.deviceMegabytes ? `, device ${r.deviceMegabytes} MB` : ''}`,
  ];
  return r.outOfMemory.length ? [...lines, `  out of memory at ${r.outOfMemory.join(', ')}`] : lines;
}

/** Agreement with the per-block plan on the CPU. */
async function compare({
  candidates,
  result,
  options: { compare: count, resolution },
}: {
  candidates: readonly string[];
  result: StackMeasurement;
  options: Options;
}): Promise<string> {
  const programs = await createPrograms({ threads: availableParallelism() });
  const draw = drawTensors({
    draw: randomDraw({ seed: 1, draw: 0 }),
    batch: result.batch,
    resolution,
    blockSize: programs.blockSize,
  });
  const mine = result.scores.slice(0, count);
  const reference: { expressivity: number; trainability: number }[] = [];
  for (const candidate of candidates.slice(0, count)) {
    const { features, blocks } = await scoreNetwork({
      network: nasBench201.network({ candidate, resolution: 32 }),
      draw,
      programs,
    });
    reference.push({
      expressivity: features.reduce((sum, value) => sum + value, 0),
      trainability: trainability(blocks),
    });
  }
  await programs.close();
  const parts = (['expressivity', 'trainability'] as const).map((name) => {
    const tau = kendall(
      mine.map((score) => score[name]),
      reference.map((score) => score[name]),
    );
    const apart = mine.map((score, i) => {
      const other = reference[i]![name];
      return score[name] === other ? 0 : Math.abs(score[name] - other) / Math.max(1, Math.abs(other));
    });
    return `${name} tau ${tau.toFixed(5)}, largest deviation ${Math.max(...apart).toExponential(1)}`;
  });
  return `  against the CPU plan, ${mine.length} candidates: ${parts.join('; ')}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
