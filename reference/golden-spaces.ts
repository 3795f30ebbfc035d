// Implements the command `npm run golden:spaces`: proxies of whole networks of four more spaces beside the same
// in PyTorch, float64, which reads the networks as exported ONNX files.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { candidateFiles } from '../core/export/candidate-files.js';
import { randomDraw } from '../core/ir/draw.js';
import { openSpace } from '../core/spaces/index.js';
import { checkSpecification } from '../core/specification/specification.js';
import { computeWhole, deviationsOf, readWholeCases } from './golden/whole.js';

const ORACLE = fileURLToPath(new URL('../../reference/pytorch/', import.meta.url));
const BATCH = 4;
/** Small enough for float64 on the CPU; every space has the operations and the wiring of its full size. */
const SPACES = [
  { name: 'nas-bench-101', space: 'nas-bench-101', resolution: 16 },
  { name: 'darts', space: { kind: 'darts', cells: 5, channels: 8 }, resolution: 16 },
  { name: 'transnas-bench-101', space: { kind: 'transnas-bench-101', size: 'micro' }, resolution: 32 },
  {
    name: 'custom',
    space: {
      kind: 'custom',
      definition: {
        input: { resolution: 32 },
        classes: 10,
        stages: [
          { block: ['basic', 'bottleneck'], width: [8, 16], expansion: [2], depth: [1, 2] },
          { block: ['inverted'], width: [16, 24], kernel: [3, 5], expansion: [3], stride: 2 },
        ],
      },
    },
    resolution: 32,
  },
];

new Command('golden:spaces')
  .description('compares proxies of candidates of further spaces with PyTorch; exit code 0 only if all agree')
  .option('--each <N>', 'candidates of each space', Number, 20)
  .action(main)
  .parseAsync();

async function main({ each }: { each: number }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-golden-'));
  try {
    for (const name of ['onnx', 'proxies']) mkdirSync(join(folder, name));
    const path = join(folder, 'proxies', 'cases.json');
    const written = SPACES.flatMap((one) => writeCandidates({ ...one, each, folder }));
    writeFileSync(path, JSON.stringify(written));
    const python = process.env.ZEROSCOUT_BASELINE_PYTHON ?? 'python3';
    execFileSync(python, ['whole_golden.py', path], { cwd: ORACLE, stdio: ['ignore', 'ignore', 'inherit'] });
    process.exitCode = (await compareAll(path)) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes the files, and returns their cases. The values of weights are drawn by name by either side. */
function writeCandidates({
  name,
  space: given,
  resolution,
  each,
  folder,
}: (typeof SPACES)[number] & { readonly each: number; readonly folder: string }) {
  const strategy = { kind: 'random', samples: 1 };
  const { space: specified } = checkSpecification({ value: { name, space: given, strategy }, source: name });
  const space = openSpace(specified);
  return Array.from({ length: each }, (_, draw) => {
    const candidate = space.random({ seed: 16, draw, name: 'golden' });
    const files = candidateFiles({ space, candidate, resolution });
    const file = `${name}-${draw}.onnx`;
    writeFileSync(join(folder, 'onnx', file), files.onnx(randomDraw({ seed: 16, draw: 0 })));
    return { file, batch: BATCH, input: [files.inputChannels, resolution, resolution] };
  });
}

/** Prints the largest deviation of each proxy in each space, as a share of its tolerance. */
async function compareAll(path: string): Promise<boolean> {
  const { cases, folder } = await readWholeCases(path);
  const worst = new Map<string, { share: number; file: string }>();
  for (const item of cases)
    for (const { name, deviation, tolerance } of deviationsOf(item, await computeWhole({ item, folder }))) {
      const share = deviation === 0 ? 0 : deviation / tolerance;
      const of = `${item.file!.replace(/-\d+\.onnx$/, '')} ${name}`;
      if (!((worst.get(of)?.share ?? -1) >= share)) worst.set(of, { share, file: item.file! });
    }
  for (const [of, { share, file }] of worst)
    console.log(
      `${of.padEnd(32)} ${share.toFixed(3)} of the tolerance (${file})${share <= 1 ? '' : '  DIFFERS'}`,
    );
  const wrong = [...worst.values()].filter(({ share }) => !(share <= 1)).length;
  console.log(
    `${cases.length} candidates; ${wrong} of ${worst.size} proxies of spaces beyond their tolerance`,
  );
  return wrong === 0;
}
