// Implements the command `npm run bench:imagenet`: how well imported networks are ranked, by torchvision's
// published ImageNet accuracies.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { z } from 'zod';
import { loadNetwork } from '../../client/networks/load-network.js';
import { type ScoredNetwork, scoreNetworks } from '../../client/networks/score-networks.js';
import { SpecError } from '../../core/errors.js';
import { createScorerPool, type ScorerPool } from '../../engine/scorer-pool.js';
import { layerDepth } from '../measure/layer-depth.js';
import { describeMachine } from '../measure/machine.js';
import { wholeNumber } from '../whole-number.js';
import { type Correlation, correlations, type NetworkFacts } from './imagenet-correlations.js';
import { scoreAsSearch } from './imagenet-proxies.js';

const SCRIPT = fileURLToPath(new URL('../../engine/scorer-process.js', import.meta.url));
const RESULTS = fileURLToPath(new URL('../../../bench/results/imagenet.json', import.meta.url));

interface Options {
  readonly draws: number;
  readonly batch: number;
  readonly seed: number;
  readonly threads: number;
  readonly largest: number;
  readonly results: string;
}

/** The entry that reference/pytorch/zoo.py wrote for a model. */
const Entries = z.array(
  z.object({
    file: z.string(),
    model: z.string(),
    size: z.number().optional(),
    parameters: z.number().optional(),
    top1: z.number().optional(),
    error: z.string().optional(),
  }),
);

/** All networks at one image size. */
interface Study {
  readonly size: number;
  readonly batch: number;
  readonly draws: number;
  readonly seed: number;
  readonly networks: readonly NetworkFacts[];
  /** Models without a score, with the reason. */
  readonly left: readonly { readonly model: string; readonly reason: string }[];
  readonly correlations: readonly Correlation[];
}

interface Results {
  readonly date: string;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly studies: readonly Study[];
}

new Command('bench:imagenet')
  .description(
    'scores the torchvision models that reference/pytorch/zoo.py exported into FOLDER, and correlates scores with published accuracies; goes on where it was',
  )
  .argument('<FOLDER>', 'with models.json, all of one size of images')
  .option('--draws <N>', 'draws', wholeNumber({ min: 1, max: 64 }), 3)
  .option('--batch <N>', 'images', wholeNumber({ min: 2, max: 256 }), 8)
  .option('--seed <N>', 'seed', wholeNumber({ min: 0, max: 1e9 }), 0)
  .option('--threads <N>', 'threads of a network', wholeNumber({ min: 1, max: 64 }), 1)
  .option(
    '--largest <N>',
    'leave out models of more million parameters',
    wholeNumber({ min: 1, max: 1000 }),
    1000,
  )
  .option('--results <FILE>', 'where results are kept', RESULTS)
  .action(main)
  .parse();

async function main(folder: string, options: Options): Promise<void> {
  const entries = Entries.parse(JSON.parse(readFileSync(join(folder, 'models.json'), 'utf8')));
  const sizes = new Set(entries.flatMap(({ size }) => size ?? []));
  if (sizes.size !== 1)
    throw new Error(`${folder} has models of ${sizes.size} sizes of images; must be of one`);
  const size = [...sizes][0]!;
  let study = readStudies(options.results).find((each) => each.size === size) ?? emptyStudy(size, options);
  for (const name of ['batch', 'draws', 'seed'] as const)
    if (study[name] !== options[name])
      throw new Error(`${options.results} has ${name} ${study[name]}; --${name} must be the same`);
  const pool = createScorerPool({ script: SCRIPT, size: 1 });
  try {
    for (const entry of entries) {
      const known = study.networks.find(({ model }) => model === entry.model);
      if (known?.asSearch) continue;
      const found = await factsOrReason({ folder, entry, options, pool, known });
      study = withModel({ study, model: entry.model, found });
      save(options.results, study);
      console.log(`${entry.model}: ${typeof found === 'string' ? found : 'scored'}`);
    }
  } finally {
    await pool.close();
  }
  for (const { name, count, spearman, kendall } of study.correlations)
    console.log(
      `${name.padEnd(40)} ${count} networks, rho ${spearman.toFixed(3)}, tau ${kendall.toFixed(3)}`,
    );
}

/** Adds or replaces a model; `found` is the reason if it has no score. */
function withModel({
  study,
  model,
  found,
}: {
  readonly study: Study;
  readonly model: string;
  readonly found: NetworkFacts | string;
}): Study {
  const left = study.left.filter((each) => each.model !== model);
  if (typeof found === 'string') return { ...study, left: [...left, { model, reason: found }] };
  const place = study.networks.findIndex((each) => each.model === model);
  const networks = place < 0 ? [...study.networks, found] : study.networks.with(place, found);
  return { ...study, left, networks, correlations: correlations(networks) };
}

function reasonToLeave(
  { error, parameters, top1 }: z.output<typeof Entries>[number],
  { largest }: Options,
): string | undefined {
  if (error !== undefined) return `not exported: ${error}`;
  if (top1 === undefined) return 'no published accuracy';
  return parameters! > largest * 1e6 ? `more than ${largest} million parameters` : undefined;
}

interface Asked {
  readonly folder: string;
  readonly entry: z.output<typeof Entries>[number];
  readonly options: Options;
  readonly pool: ScorerPool;
  /** What an earlier run found, without `asSearch`. */
  readonly known: NetworkFacts | undefined;
}

/** The facts about a model, or why it has none. */
async function factsOrReason({ known, ...asked }: Asked): Promise<NetworkFacts | string> {
  const { folder, entry, options, pool } = asked;
  const reason = reasonToLeave(entry, options);
  if (reason !== undefined) return reason;
  try {
    const { batch, draws, seed } = options;
    const file = join(folder, entry.file);
    const asSearch = await scoreAsSearch({ file, size: entry.size!, batch, draws, seed, pool });
    return { ...(known ?? (await facts(asked))), asSearch };
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
}

async function facts({
  folder,
  entry,
  options: { batch, draws, seed, threads },
}: Pick<Asked, 'folder' | 'entry' | 'options'>): Promise<NetworkFacts> {
  const file = join(folder, entry.file);
  const settings = { features: 'stages', normalization: 'file', batch } as const;
  const { network } = await loadNetwork({ file, options: settings });
  const started = performance.now();
  const [scored] = (await scoreNetworks({
    files: [file],
    options: { load: settings, draws, seed, threads },
  })) as [ScoredNetwork];
  return {
    model: entry.model,
    top1: entry.top1!,
    macs: scored.macs,
    parameters: scored.parameters,
    depth: layerDepth(network.graph),
    found: network.found === 'stages' ? 'stages' : 'blocks',
    seconds: Math.round(performance.now() - started) / 1000,
    draws: scored.draws.map(({ expressivity, progressivity, trainability }) => ({
      expressivity: expressivity ?? null,
      progressivity: progressivity ?? null,
      trainability: trainability ?? null,
    })),
  };
}

function emptyStudy(size: number, { batch, draws, seed }: Options): Study {
  return { size, batch, draws, seed, networks: [], left: [], correlations: [] };
}

function readStudies(path: string): readonly Study[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results).studies : [];
}

function save(path: string, study: Study): void {
  const others = readStudies(path).filter(({ size }) => size !== study.size);
  const studies = [...others, study].sort((a, b) => a.size - b.size);
  const results: Results = { date: new Date().toISOString(), machine: describeMachine(), studies };
  writeFileSync(path, `${JSON.stringify(results, undefined, 1)}\n`);
}
