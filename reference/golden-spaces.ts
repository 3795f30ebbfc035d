// Implements the command `npm run golden:spaces`: proxies of whole networks of four more spaces, in float64 or float32, beside
// the same in PyTorch, float64, which reads the networks as exported ONNX files.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { candidateFiles } from '../core/export/candidate-files.js';
import { hasConstantScoreSum } from '../core/graph/whole/constant-score-sum.js';
import { randomDraw } from '../core/ir/draw.js';
import type { Precision } from '../core/onnx/graph.js';
import type { MeasuredProxy } from '../core/proxies/catalogue.js';
import { openSpace } from '../core/spaces/index.js';
import { familyOf, needsOf } from '../core/specification/families.js';
import { checkSpecification } from '../core/specification/specification.js';
import { runPython } from './golden/python.js';
import { computeWhole, deviationsOf, readWholeCases, type WholeCase, writerOf } from './golden/whole.js';

const BATCH = 4;
/** The tolerance of every proxy in float64, relative to max(1, |value|). `zen` adds noise to images in float32. */
const OF_FLOAT64 = 1e-6;
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
  .addOption(
    new Option('--precision <P>', 'that of the engine').choices(['float32', 'float64']).default('float64'),
  )
  .action(main)
  .parseAsync();

interface Options {
  readonly each: number;
  readonly only?: string;
  readonly precision: Precision;
}

async function main({ each, only, precision }: Options): Promise<void> {
  const chosen = SPACES.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) throw new Error(`--only: ${only} is none of ${SPACES.map(({ name }) => name)}`);
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-golden-'));
  try {
    for (const name of ['onnx', 'proxies']) mkdirSync(join(folder, name));
    const path = join(folder, 'proxies', 'cases.json');
    const written = chosen.flatMap((one) => writeCandidates({ ...one, each, folder }));
    writeFileSync(path, JSON.stringify(written));
    runPython('whole_golden.py', [path]);
    process.exitCode = (await compareAll({ path, precision })) ? 0 : 1;
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
  readonly item: WholeCase;
  readonly name: MeasuredProxy;
  readonly deviation: number;
  readonly tolerance: number;
  /** Whether a value beyond the tolerance may be off by a few times what float32 moves it in PyTorch. */
  readonly isOfRounding: boolean;
}

/** A value, and how its deviation compares with what is allowed. */
interface Judged extends Compared {
  /** The deviation as a share of what is allowed. */
  readonly share: number;
  /** How far float32 moves the value in PyTorch; undefined where that does not count. */
  readonly float32?: number | undefined;
}

interface CompareAllArguments {
  /** The file of the cases. */
  readonly path: string;
  readonly precision: Precision;
}

/**
 * Prints the largest deviation of each proxy in each space, as a share of what is allowed: the tolerance, or five
 * times as far as float32 moves the value in PyTorch, where that is more and the value is one of rounding errors.
 */
async function compareAll({ path, precision }: CompareAllArguments): Promise<boolean> {
  const { cases, folder } = await readWholeCases(path);
  const compared: Compared[] = [];
  for (const item of cases) compared.push(...(await compareOne({ item, folder, precision })));
  const beyond = compared.filter(
    ({ deviation, tolerance, isOfRounding }) => isOfRounding && !(deviation <= tolerance),
  );
  const own = measureFloat32(path, beyond);
  const judged = compared.map((one) => judge(one, own.get(keyOf(one))));
  for (const of of new Set(judged.map((one) => one.of))) printWorst(judged.filter((one) => one.of === of));
  const wrong = judged.filter(({ share }) => !(share <= 1)).length;
  const within = judged.filter(({ deviation, tolerance }) => deviation <= tolerance).length;
  console.log(
    `${judged.length} values in ${precision}: ${within} within their tolerance, ${judged.length - within - wrong} within ${OF_FLOAT32} times what float32 moves PyTorch, ${wrong} differ`,
  );
  return wrong === 0;
}

async function compareOne({
  item,
  folder,
  precision,
}: Pick<CompareAllArguments, 'precision'> & {
  readonly item: WholeCase;
  readonly folder: string;
}): Promise<readonly Compared[]> {
  const found = await computeWhole({ item, folder, precision });
  const write = await writerOf(item, folder);
  // The gradients of a constant are zero, of which either side computes rounding errors in any precision.
  const isConstant = hasConstantScoreSum(write(item.batch));
  const space = item.file!.replace(/-\d+\.onnx$/, '');
  return deviationsOf(item, found).map((one) => ({
    ...one,
    item,
    of: `${space} ${one.name}`,
    tolerance: precision === 'float64' ? OF_FLOAT64 : one.tolerance,
    isOfRounding:
      precision === 'float32' || (isConstant && needsOf(familyOf(one.name)).includes('input-jacobian')),
  }));
}

function judge(one: Compared, float32: number | undefined): Judged {
  const { deviation, tolerance } = one;
  const allowed = Math.max(tolerance, OF_FLOAT32 * (float32 ?? 0));
  // A value that is no number, or infinite on one side alone, differs without bounds.
  const ratio = deviation === 0 ? 0 : deviation / allowed;
  return { ...one, float32, share: Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio };
}

function printWorst(judged: readonly Judged[]): void {
  const worst = judged.reduce((a, b) => (b.share > a.share ? b : a));
  const { of, item, share, float32 } = worst;
  const moved = float32 === undefined ? '' : `  float32 moves PyTorch by ${float32.toPrecision(2)}`;
  const verdict = share <= 1 ? '' : '  DIFFERS';
  console.log(`${of.padEnd(32)} ${share.toFixed(3)} of what is allowed (${item.file})${moved}${verdict}`);
}

function keyOf({ item, name }: Pick<Compared, 'item' | 'name'>): string {
  return `${item.file} ${name}`;
}

/** How far float32 moves these values in PyTorch, by file and proxy. */
function measureFloat32(path: string, disputed: readonly Compared[]): ReadonlyMap<string, number> {
  if (disputed.length === 0) return new Map();
  const cases = JSON.parse(readFileSync(path, 'utf8')) as { readonly file: string }[];
  const marked = cases.map((item) => ({
    ...item,
    disputed: disputed.filter((one) => one.item.file === item.file).map(({ name }) => name),
  }));
  writeFileSync(path, JSON.stringify(marked));
  runPython('whole_float32.py', [path]);
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
