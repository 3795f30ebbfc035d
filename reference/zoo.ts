// Implements the command `npm run zoo`: compares exported models of torchvision and timm with PyTorch, in
// scores and costs.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { SpecError } from '../core/errors.js';
import { type GraphNetwork, graphNetwork, type WantedFeatures } from '../core/graph/network.js';
import { readOnnx } from '../core/graph/read-onnx.js';
import { readGoldenFile } from './golden/cases.js';
import { deviation } from './golden/compare.js';
import { computeOnnx } from './golden/onnx.js';

const REFERENCE = fileURLToPath(new URL('../../reference/pytorch/onnx_reference.py', import.meta.url));
const BATCH = 2;
const CHANNELS = 3;
/**
 * The least tolerance of a score, which is max(this, 5 times the deviation of PyTorch in float32 from
 * float64).
 */
const LEAST_TOLERANCE = 1e-3;
const FLOAT32_FACTOR = 5;
/** The relative tolerance of MACs and parameters. */
const COST_TOLERANCE = 5e-3;
/** Random roundings of a network that disagrees. */
const ROUNDINGS = 8;
const MINUTES_10 = 600_000;

/** The entry that zoo.py wrote for a model. */
const Entry = z.object({
  file: z.string(),
  size: z.number().optional(),
  /** Channels and sides; [3, size, size] if absent. */
  image: z.array(z.number()).optional(),
  macs: z.number().optional(),
  parameters: z.number().optional(),
  error: z.string().optional(),
});
type Entry = z.output<typeof Entry>;

interface Row {
  readonly file: string;
  /** `as float32`: it deviates no more than PyTorch does in float32, once its other kernels are tried too. */
  readonly status: 'agrees' | 'as float32' | 'disagrees' | 'refused' | 'not exported' | 'no reference';
  readonly detail?: string;
  readonly size?: number | undefined;
  readonly found?: string;
  readonly features?: number;
  /** Relative deviations: the largest of all features, the largest of all blocks, and the tolerance. */
  readonly expressivity?: number;
  readonly trainability?: number;
  readonly allowed?: number;
  /**
   * Of networks that disagree: the deviation of PyTorch in float64 if every result is rounded as in float32,
   * the largest of several random roundings.
   */
  readonly conditioning?: number;
  /**
   * Of the same: the largest deviation of PyTorch in float32 over its kernels of convolutions and its layouts
   * of memory, which add in different orders.
   */
  readonly orders?: number;
  /** Our value divided by fvcore's or PyTorch's, minus 1. */
  readonly macs?: number;
  readonly parameters?: number;
}

interface Options {
  readonly features: string;
  readonly python?: string;
  readonly costs?: true;
}

const ReferenceAnswer = z.tuple([
  z.object({
    float32Deviation: z.number(),
    conditioning: z.number().optional(),
    float32Orders: z.number().optional(),
  }),
]);

new Command('zoo')
  .description(
    'compares the models that reference/pytorch/zoo.py exported into FOLDER with PyTorch; results.json there keeps what is done',
  )
  .argument('<FOLDER>', 'with models.json')
  .argument('[MODEL...]', 'words that names of files contain; all files if none')
  .addOption(
    new Option(
      '--features <FEATURES>',
      'stages, blocks, or names of tensors separated by commas, as zeroscout score takes them',
    ).default('stages'),
  )
  .option('--python <PROGRAM>', 'a Python with torch and onnx', process.env.TORCH_PYTHON)
  .option('--costs', 'compare MACs and parameters alone')
  .action(main)
  .parse();

async function main(folder: string, models: readonly string[], options: Options): Promise<void> {
  const entries = z.array(Entry).parse(JSON.parse(readFileSync(join(folder, 'models.json'), 'utf8')));
  const results = join(folder, `results-${options.costs ? 'costs' : options.features}.json`);
  const rows = readRows(results);
  for (const entry of entries) {
    if (rows.some(({ file }) => file === entry.file)) continue;
    if (models.length && !models.some((word) => entry.file.includes(word))) continue;
    const row = await compare({ folder, entry, options });
    rows.push(row);
    writeFileSync(results, JSON.stringify(rows, undefined, 1));
    console.log(lineOf(row));
  }
  const count = (status: Row['status']) => rows.filter((row) => row.status === status).length;
  // Other kernels of PyTorch explain a deviation, they do not widen what is allowed.
  const failed = count('disagrees') + count('as float32') + count('no reference');
  console.log(
    `${count('agrees')} agree, ${count('as float32')} as PyTorch's other float32 kernels, ${count('disagrees')} disagree, ${count('refused')} refused, ${count('not exported')} not exported, ${count('no reference')} without a reference`,
  );
  process.exitCode = failed ? 1 : 0;
}

/** The rows that are complete. Models for which the reference failed are tried again. */
function readRows(path: string): Row[] {
  if (!existsSync(path)) return [];
  const rows = JSON.parse(readFileSync(path, 'utf8')) as readonly Row[];
  return rows.filter(({ status }) => status !== 'no reference');
}

async function compare({
  folder,
  entry,
  options,
}: {
  readonly folder: string;
  readonly entry: Entry;
  readonly options: Options;
}): Promise<Row> {
  const { file, size } = entry;
  const image = entry.image ?? (size === undefined ? undefined : [CHANNELS, size, size]);
  if (entry.error !== undefined || image === undefined)
    return { file, status: 'not exported', detail: entry.error ?? 'no size' };
  let network: GraphNetwork;
  try {
    network = read({ path: join(folder, file), image, wanted: wantedOf(options.features) });
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return { file, size, status: 'refused', detail: error.message };
  }
  const read1 = { file, size, found: network.found, features: network.features.length };
  const { macs, parameters } = network.costs;
  const costs = { macs: macs / entry.macs! - 1, parameters: parameters / entry.parameters! - 1 };
  const costsAgree = Object.values(costs).every((off) => Math.abs(off) <= COST_TOLERANCE);
  if (options.costs) return { ...read1, ...costs, status: costsAgree ? 'agrees' : 'disagrees' };
  const scores = await compareScores({ folder, entry: { file, image }, network, options });
  if ('detail' in scores) return { ...read1, ...costs, status: 'no reference', ...scores };
  const { reference, ...deviations } = scores;
  const compared = { ...read1, ...costs, ...deviations };
  const off = Math.max(deviations.expressivity, deviations.trainability);
  if (off <= deviations.allowed) return { ...compared, status: costsAgree ? 'agrees' : 'disagrees' };
  const float32 = float32Of(reference);
  const isFloat32 = off <= FLOAT32_FACTOR * (float32.orders ?? 0);
  return { ...compared, ...float32, status: isFloat32 && costsAgree ? 'as float32' : 'disagrees' };
}

function wantedOf(features: string): WantedFeatures {
  return features === 'stages' || features === 'blocks' ? features : features.split(',');
}

function read({
  path,
  image,
  wanted,
}: {
  readonly path: string;
  readonly image: readonly number[];
  readonly wanted: WantedFeatures;
}): GraphNetwork {
  const graph = readOnnx({ bytes: readFileSync(path), file: path, merged: 'kept' });
  return graphNetwork({ graph, batch: BATCH, image, wanted, file: path });
}

interface CompareScoresArguments {
  readonly folder: string;
  readonly entry: { readonly file: string; readonly image: readonly number[] };
  readonly network: GraphNetwork;
  readonly options: Options;
}

/**
 * Runs the reference in PyTorch on the same graph, cut at the same tensors, and computes the same with the
 * engine.
 */
async function compareScores({
  folder,
  entry: { file, image },
  network,
  options: { python = 'python3' },
}: CompareScoresArguments): Promise<
  | { readonly detail: string }
  | (Required<Pick<Row, 'expressivity' | 'trainability' | 'allowed'>> & { readonly reference: Reference })
> {
  const { features, costs, graph, roles } = network;
  const wanted = {
    file,
    batch: BATCH,
    input: image,
    features: features.map(({ name }) => name),
    channelAxes: features.map(({ channelAxis }) => channelAxis),
    parameters: costs.parameters,
    // Exporters name scales of layers arbitrarily; both sides use those that the reader recognized.
    scales: graph.weights.filter((_, i) => roles[i]!.kind === 'scale').map(({ name }) => name),
  };
  const reference = { folder, wanted, python };
  const ran = runReference(reference);
  if (ran.detail !== undefined) return { detail: ran.detail };
  const { target, float32Deviation } = ran;
  const golden = await readGoldenFile(target);
  if (!('cases' in golden)) throw new Error(`${target} holds no cases`);
  const item = golden.cases[0]!;
  if (!('file' in item)) throw new Error(`${target} holds a case of another kind`);
  const computed = await computeOnnx({ item, threads: 1 });
  const worst = (expected: readonly (number | null)[], found: readonly (number | null)[]) =>
    Math.max(0, ...expected.map((value, i) => deviation(value, found[i]!)));
  return {
    expressivity: worst(item.expressivityPerFeature, computed.features),
    trainability: worst(item.trainabilityPerBlock, computed.blocks),
    allowed: Math.max(LEAST_TOLERANCE, FLOAT32_FACTOR * float32Deviation),
    reference,
  };
}

/** The request to the program in PyTorch. */
interface Reference {
  readonly folder: string;
  readonly wanted: { readonly file: string; readonly roundings?: number; readonly orders?: true };
  readonly python: string;
}

/** Runs the program, whose answer lies in `target`; `detail` says why there is none. */
function runReference({ folder, wanted, python }: Reference) {
  const [source, target] = ['features', 'case'].map((part) =>
    join(folder, `${wanted.file}.${part}.json`),
  ) as [string, string];
  writeFileSync(source, JSON.stringify([wanted]));
  const { status, stderr, error } = spawnSync(python, [REFERENCE, source, target], {
    encoding: 'utf8',
    timeout: MINUTES_10,
  });
  if (status !== 0)
    return { detail: error ? String(error) : (stderr.trim().split('\n').at(-1) ?? 'no reason') };
  const [answer] = ReferenceAnswer.parse(JSON.parse(readFileSync(target, 'utf8')));
  return { target, ...answer };
}

/** How far float32 moves PyTorch itself on a network that does not agree. */
function float32Of(reference: Reference): Pick<Row, 'conditioning' | 'orders'> {
  const wanted = { ...reference.wanted, roundings: ROUNDINGS, orders: true } as const;
  const ran = runReference({ ...reference, wanted });
  if (ran.detail !== undefined) return {};
  const { conditioning, float32Orders: orders } = ran;
  return {
    ...(conditioning === undefined ? {} : { conditioning }),
    ...(orders === undefined ? {} : { orders }),
  };
}

function lineOf({ file, status, ...row }: Row): string {
  if (row.detail !== undefined) return `${status.padEnd(12)} ${file}: ${row.detail}`;
  const percent = (off: number) => `${(100 * off).toFixed(2)} %`;
  const costs = `MACs ${percent(row.macs!)}, parameters ${percent(row.parameters!)}`;
  if (row.allowed === undefined) return `${status.padEnd(12)} ${file}: ${costs}`;
  const off = (value: number | undefined) => (value ?? 0).toExponential(1);
  const conditioning =
    row.conditioning === undefined
      ? ''
      : ` (rounding moves float64 by ${off(row.conditioning)}, other orders move float32 by ${off(row.orders)})`;
  return `${status.padEnd(12)} ${file}: ${row.features} features (${row.found}), expressivity ${off(row.expressivity)}, trainability ${off(row.trainability)} of ${off(row.allowed)}${conditioning}, ${costs}`;
}
