// In: the path of a golden case file. Out: deviations of every case, computed by the ONNX programs; exit code 0 only within tolerance.
import { availableParallelism } from 'node:os';
import { Command, CommanderError } from 'commander';
import { goldenDraw } from '../core/programs/golden-draw.js';
import { expressivity, progressivity, trainability } from '../core/proxies/az-nas.js';
import { nasBench201 } from '../core/spaces/nas-bench-201/index.js';
import { SpecError } from '../core/spec/errors.js';
import { createPrograms, type Programs } from '../engine/programs.js';
import { type DrawTensors, drawTensors, scoreNetwork } from '../engine/score.js';
import { type GoldenCase, readGoldenFile } from './golden/cases.js';
import { brief, type Comparison, type Computed, compareCase, judge } from './golden/compare.js';

const command = new Command('golden')
  .description(
    'compares the engine with a file of golden cases; exit code 0 only if all are within tolerance',
  )
  .argument('<FILE>', 'golden cases, in the form of shared/goldens/nb201/cases.json')
  .addHelpText('after', '\nExit codes: 0 within tolerance, 1 not, 2 no file of golden cases.')
  .showHelpAfterError('(npm run golden -- --help shows how to use it)')
  .exitOverride()
  .action(async (path: string) => {
    process.exitCode = await golden(path);
  });

try {
  await command.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) process.stderr.write(`${(error as Error).message}\n`);
  const wrongUse = error instanceof SpecError || (error instanceof CommanderError && error.exitCode !== 0);
  process.exitCode = wrongUse ? 2 : error instanceof CommanderError ? 0 : 1;
}

/** Prints a line for each case, then the verdict; answers the exit code. */
async function golden(path: string): Promise<number> {
  const { kind, cases } = await readGoldenFile(path);
  const programs = await createPrograms({ threads: availableParallelism() });
  const comparisons: Comparison[] = [];
  let draw: DrawTensors | undefined;
  try {
    for (const [i, item] of cases.entries()) {
      const { batch, resolution } = item;
      if (draw?.batch !== batch || draw.resolution !== resolution)
        draw = drawTensors({ draw: goldenDraw, batch, resolution, blockSize: programs.blockSize });
      const comparison = compareCase(item, await compute({ item, draw, programs }));
      comparisons.push(comparison);
      print(showCase({ number: i + 1, item, comparison }));
    }
  } finally {
    await programs.close();
  }
  const { passed, lines } = judge(comparisons);
  print('');
  for (const line of lines) print(line);
  print(`${passed ? 'PASS' : 'FAIL'} ${cases.length} cases of ${kind} in ${path}`);
  return passed ? 0 : 1;
}

async function compute({
  item: { arch },
  draw,
  programs,
}: {
  item: GoldenCase;
  draw: DrawTensors;
  programs: Programs;
}): Promise<Computed> {
  const { features, blocks } = await scoreNetwork({ network: nasBench201.network(arch), draw, programs });
  return {
    features,
    blocks,
    expressivity: expressivity(features),
    progressivity: progressivity(features),
    trainability: trainability(blocks),
    ...nasBench201.costs(arch),
  };
}

function showCase({
  number,
  item,
  comparison: { features, blocks, differences },
}: {
  number: number;
  item: GoldenCase;
  comparison: Comparison;
}): string {
  const rest = differences.length ? `DIFFER: ${differences.join('; ')}` : 'costs and sums agree';
  return [
    `case ${number}  ${item.arch}  batch ${item.batch}, resolution ${item.resolution}`,
    `  features ${largest(features)}  blocks ${largest(blocks)}  ${rest}`,
  ].join('\n');
}

/** The largest deviation and where it is, counted from 0. */
function largest(deviations: readonly number[]): string {
  const value = Math.max(...deviations);
  return `${brief(value)} (at ${deviations.indexOf(value)})`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
