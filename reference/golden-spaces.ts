// Implements the command `npm run golden:spaces`: proxies of whole networks of four more spaces beside the same
// in PyTorch, float64, which reads the networks as exported ONNX files.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
/** The engine sums in another order than PyTorch, so that it may be off by a few times PyTorch's own rounding. */
const OF_FLOAT32 = 5;
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
  .option('--only <SPACE>', 'one of the spaces alone')
  .action(main)
  .parseAsync();

async function main({ each, only }: { readonly each: number; readonly only?: string }): Promise<void> {
  const chosen = SPACES.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) throw new Error(`--only: ${only} is none of ${SPACES.map(({ name }) => name)}`);
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-golden-'));
  try {
    for (const name of ['onnx', 'proxies']) mkdirSync(join(folder, name));
    const path = join(folder, 'proxies', 'cases.json');
    const written = chosen.flatMap((one) => writeCandidates({ ...one, each, folder }));
    writeFileSync(path, JSON.stringify(written));
    runPython('whole_golden.py', path);
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
    return { file, batch: BATCH, input: files.inputs[0]!.shape };
  });
}

interface Compared {
  /** The space and the proxy. */
  readonly of: string;
  readonly file: string;
  readonly name: string;
  readonly deviation: number;
  readonly tolerance: number;
}

/**
 * Prints the largest deviation of each proxy in each space, as a share of what is allowed: the tolerance, or
 * five times as far as float32 moves the value in PyTorch, where that is more.
 */
async function compareAll(path: string): Promise<boolean> {
  const compared = await compare(path);
  const beyond = compared.filter(({ deviation, tolerance }) => !(deviation <= tolerance));
  const own = measureFloat32(path, beyond);
  const worst = new Map<string, { share: number; file: string; float32: number }>();
  for (const { of, file, name, deviation, tolerance } of compared) {
    const float32 = own.get(`${file} ${name}`) ?? 0;
    const allowed = Math.max(tolerance, OF_FLOAT32 * float32);
    // A value that is no number, or infinite on one side alone, differs without bounds.
    const ratio = deviation === 0 ? 0 : deviation / allowed;
    const share = Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
    if (share >= (worst.get(of)?.share ?? -1)) worst.set(of, { share, file, float32 });
  }
  for (const [of, { share, file, float32 }] of worst) {
    const moved = float32 === 0 ? '' : `  float32 moves PyTorch by ${float32.toPrecision(2)}`;
    const verdict = share <= 1 ? '' : '  DIFFERS';
    console.log(`${of.padEnd(32)} ${share.toFixed(3)} of what is allowed (${file})${moved}${verdict}`);
  }
  const wrong = [...worst.values()].filter(({ share }) => !(share <= 1)).length;
  console.log(
    `${compared.length} values; ${wrong} of ${worst.size} proxies of spaces differ by more than is allowed; ${beyond.length} values were beyond their tolerance, so that PyTorch was run in float32`,
  );
  return wrong === 0;
}

async function compare(path: string): Promise<readonly Compared[]> {
  const { cases, folder } = await readWholeCases(path);
  const compared: Compared[] = [];
  for (const item of cases) {
    const file = item.file!;
    for (const { name, deviation, tolerance } of deviationsOf(item, await computeWhole({ item, folder })))
      compared.push({ of: `${file.replace(/-\d+\.onnx$/, '')} ${name}`, file, name, deviation, tolerance });
  }
  return compared;
}

/** How far float32 moves these values in PyTorch, by file and proxy. */
function measureFloat32(path: string, disputed: readonly Compared[]): ReadonlyMap<string, number> {
  if (disputed.length === 0) return new Map();
  const cases = JSON.parse(readFileSync(path, 'utf8')) as { readonly file: string }[];
  const marked = cases.map((item) => ({
    ...item,
    disputed: disputed.filter(({ file }) => file === item.file).map(({ name }) => name),
  }));
  writeFileSync(path, JSON.stringify(marked));
  runPython('whole_float32.py', path);
  const measured = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly file: string;
    readonly float32: Readonly<Record<string, number>>;
  }[];
  return new Map(
    measured.flatMap(({ file, float32 }) =>
      Object.entries(float32).map(([name, value]) => [`${file} ${name}`, value] as const),
    ),
  );
}

function runPython(program: string, path: string): void {
  const python = process.env.ZEROSCOUT_BASELINE_PYTHON ?? 'python3';
  execFileSync(python, [program, path], { cwd: ORACLE, stdio: ['ignore', 'ignore', 'inherit'] });
}
