// Defines the command `zeroscout score FILE...`: proxies and costs of ONNX networks, without specification or
// servers.
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { rankingNotes } from '../../client/networks/ranking-notes.js';
import {
  type RefusedNetwork,
  type ScoredNetwork,
  scoreNetworks,
} from '../../client/networks/score-networks.js';
import { SpecError } from '../../core/errors.js';
import { selectFeatures } from '../../core/graph/choose-features.js';
import { ASSEMBLY_NAMES, type AssemblyName, assemblyOfFiles } from '../../core/specification/assemblies.js';
import { formatTerms } from '../../core/specification/describe-ranking.js';
import { AZ_NAS_PROXIES, PROXIES, type ProxyName } from '../../core/specification/families.js';
import { nearest } from '../../core/text/nearest.js';
import { formatNumber } from '../../core/text/numbers.js';
import { createWholeNumberParser } from '../arguments.js';
import { EXIT } from '../exit-codes.js';
import { withFlagNames } from '../field-names.js';
import { createNetworkOptions, type NetworkOptions } from '../network-options.js';
import { describeError } from '../render/describe-error.js';
import { createTable } from '../render/table.js';
import { note, oneLine, paint, print, printJson } from '../render/terminal.js';

interface ScoreFlags extends NetworkOptions {
  readonly draws: number;
  readonly seed: number;
  readonly threads: number;
  readonly proxies?: readonly ProxyName[];
  readonly aggregation?: AssemblyName;
  readonly keepGoing?: true;
  readonly json?: true;
}

export function addScoreCommand(program: Command): void {
  const command = program
    .command('score')
    .description(
      'score ONNX networks: proxies, costs and, for several networks, their ranking; needs no servers',
    )
    .argument('<FILE...>', 'networks as ONNX files; weights are drawn at random');
  for (const option of createNetworkOptions()) command.addOption(option);
  command
    .option(
      '--draws <N>',
      'number of random draws of weights, images and Rademacher probes',
      createWholeNumberParser({ min: 1, max: 1000 }),
      1,
    )
    .option('--seed <N>', 'seed of the draws', createWholeNumberParser({ min: 0, max: 2 ** 32 - 1 }), 0)
    .addOption(
      new Option('--threads <N>', 'number of threads of ONNX Runtime')
        .argParser(createWholeNumberParser({ min: 1, max: 1024 }))
        .default(availableParallelism(), 'the number of cores'),
    )
    .option(
      '--proxies <NAMES>',
      `proxies to compute and to rank by, separated by commas (default: ${AZ_NAS_PROXIES.join(',')})`,
      proxyNames,
    )
    .addOption(
      new Option(
        '--aggregation <PRESET>',
        'proxies, features and weights of the ranking: assembled (the default of a search), which ranks networks of several families better, or az-nas, as published (default: the proxies of az-nas at the features that --features says)',
      )
        .choices(ASSEMBLY_NAMES)
        .conflicts('proxies'),
    )
    .option(
      '--keep-going',
      'score the other networks if some cannot be scored, and end with exit code 1 (default: score none)',
    )
    .option('--json', 'print JSON')
    .action((files: readonly string[], flags: ScoreFlags) => score({ files, flags, command }));
}

async function score({
  files,
  flags: { json, draws, seed, threads, proxies, aggregation, keepGoing, ...network },
  command,
}: {
  readonly files: readonly string[];
  readonly flags: ScoreFlags;
  readonly command: Command;
}): Promise<void> {
  const assembly = aggregation && assemblyOfFiles(aggregation);
  const { features: read, weights } = assembly ?? {};
  const named = weights ? (Object.keys(weights) as ProxyName[]) : proxies;
  const load = { ...network, ...(read ? { preset: selectFeatures(read) } : {}) };
  const onScored = ({ file, notes }: ScoredNetwork) => {
    for (const text of notes) note(paint.yellow(oneLine(`${file}: ${text}`)));
  };
  const refused = new Map<string, SpecError>();
  const onRefused = ({ file, error }: RefusedNetwork) => {
    const named = withFlagNames(error, command);
    refused.set(file, named);
    note(paint.red(named.message));
  };
  const networks = await scoreNetworks({
    files,
    options: { load, draws, seed, threads, proxies: named, weights },
    onScored,
    ...(keepGoing ? { onRefused } : {}),
  }).catch((error: unknown) => {
    if (hasOthers(error, files)) note('no network was scored; --keep-going scores those that can be');
    throw error;
  });
  for (const text of rankingNotes(networks)) note(paint.yellow(text));
  if (refused.size > 0) process.exitCode = networks.length > 0 ? EXIT.failed : EXIT.wrongUse;
  if (json) return printJson(inOrder({ files, networks, refused }));
  if (networks.length === 0) return;
  print(tableOf(networks));
  if (networks.length > 1) print(rankedByLine({ networks, weights, aggregation }));
  if (networks.length > 1 && !named) print('--aggregation assembled ranks by what a search ranks by');
}

/** The terms of the ranking; a proxy that some network does not have is none of them. */
function rankedByLine({
  networks,
  weights,
  aggregation = 'log-rank',
}: {
  readonly networks: readonly ScoredNetwork[];
  readonly weights: Readonly<Record<string, number>> | undefined;
  readonly aggregation: string | undefined;
}): string {
  const names = Object.keys(networks[0]!.proxies) as ProxyName[];
  const counted = names.filter((name) => networks.every(({ proxies }) => proxies[name] !== null));
  const terms = formatTerms(Object.fromEntries(counted.map((name) => [name, weights?.[name] ?? 1])));
  return `ranked by ${aggregation}: ${terms}`;
}

function proxyNames(text: string): readonly ProxyName[] {
  const names = text.split(',').map((name) => name.trim());
  return names.map((name, i) => {
    const found = PROXIES.find((known) => known === name);
    if (found === undefined) {
      const close = nearest({ word: name, known: PROXIES });
      const hint = close ? `; did you mean "${close}"? Known` : '; known';
      throw new InvalidArgumentError(`Found "${name}"${hint} are ${PROXIES.join(', ')}.`);
    }
    if (names.indexOf(name) !== i) throw new InvalidArgumentError(`"${name}" occurs twice; keep one.`);
    return found;
  });
}

/** Whether the error is that of some of the files, so that others could be scored. */
function hasOthers(error: unknown, files: readonly string[]): boolean {
  if (!(error instanceof SpecError)) return false;
  const refused = new Set(error.issues.map(({ file }) => file));
  return files.some((file) => refused.has(file)) && !files.every((file) => refused.has(file));
}

/** What JSON says of each file: its scores, or the error because of which it has none. */
function inOrder({
  files,
  networks,
  refused,
}: {
  readonly files: readonly string[];
  readonly networks: readonly ScoredNetwork[];
  readonly refused: ReadonlyMap<string, SpecError>;
}) {
  const scored = networks.values();
  return files.map((file) => {
    const error = refused.get(file);
    return error ? { file, error: describeError(error, error.message) } : toJson(scored.next().value!);
  });
}

/** JSON has no infinities, so they are written as text. */
function toJson({ proxies, draws, ...network }: ScoredNetwork) {
  const format = (values: ScoredNetwork['proxies']) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        value == null || Number.isFinite(value) ? value : formatNumber(value),
      ]),
    );
  return { ...network, proxies: format(proxies), draws: draws.map(format) };
}

/** Several networks are listed with their scores, best first. Costs have columns of their own. */
function tableOf(networks: readonly ScoredNetwork[]): string {
  const isRanking = networks.length > 1;
  const names = (Object.keys(networks[0]!.proxies) as ProxyName[]).filter((name) => !COSTS.includes(name));
  const headings = ['file', ...names, 'MACs', 'parameters', 'features'];
  const table = createTable(isRanking ? ['rank', 'score', ...headings] : headings, {
    droppable: ['features', ...names.toReversed()],
  });
  const paths = networks.map(({ file }) => file);
  const isClear = new Set(paths.map((path) => basename(path))).size === paths.length;
  const sorted = [...networks].sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
  sorted.forEach(({ file, proxies, macs, parameters, features, score }, i) => {
    const row = [
      // A path would be shortened where files differ.
      oneLine(isClear ? basename(file) : file),
      ...names.map((name) => decimal(proxies[name])),
      `${(macs / 1e6).toFixed(1)} M`,
      `${(parameters / 1e6).toFixed(3)} M`,
      String(features.length),
    ];
    table.push(isRanking ? [String(i + 1), (score ?? 0).toFixed(3), ...row] : row);
  });
  return table.toString();
}

const COSTS: readonly ProxyName[] = ['complexity', 'flops', 'parameters'];

function decimal(value: number | null | undefined): string {
  if (value == null) return '-';
  if (Number.isInteger(value)) return String(value);
  return Number.isFinite(value) ? value.toFixed(4) : formatNumber(value);
}
