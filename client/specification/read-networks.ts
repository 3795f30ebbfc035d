// Reads the ONNX files of a space: what a specification carries about them, and the structures that go to the
// store.
import { type Issue, SpecError } from '../../core/errors.js';
import { beginsLate, endsEarly } from '../../core/graph/costs.js';
import { looksFolded } from '../../core/graph/exporters/folded-normalization.js';
import { isMap } from '../../core/graph/features.js';
import { fixedBatch } from '../../core/graph/free-batch.js';
import type { Graph, Normalization } from '../../core/graph/graph.js';
import { tensorNames } from '../../core/graph/named-features.js';
import { graphNetwork, type WantedFeatures } from '../../core/graph/network.js';
import { structureDigest, structureText } from '../../core/graph/structure.js';
import { definitionOfKind } from '../../core/spaces/index.js';
import { unknownKey } from '../../core/text/nearest.js';
import { describeFound } from '../../core/text/show.js';
import { findKeptConstants, readSource } from '../networks/load-network.js';
import { hasKey, readNamedFeatures, readSidecar } from '../networks/named-features.js';
import { FIELD, findNetworkFiles, type NamedInput, type Place } from './find-network-files.js';

interface Read {
  readonly value: unknown;
  readonly structures?: ReadonlyMap<string, string>;
  readonly warnings?: readonly Issue[];
}

/** Replaces the ONNX files that a space names by descriptions of their contents. Every file is checked. */
export async function withOnnxFiles({
  value,
  resolve,
  folder,
}: Place & { readonly value: unknown }): Promise<Read> {
  const stated = (value as { space?: unknown } | null)?.space;
  // The kind alone may stand for the space.
  const space = typeof stated === 'string' ? { kind: stated } : stated;
  if (typeof space !== 'object' || space === null) return { value };
  const { kind, files, features, normalization: written, ...rest } = space as Record<string, unknown>;
  const about = definitionOfKind(String(kind))?.file;
  if (about?.written !== 'files' || 'networks' in rest) return { value };
  refuseUnknownKeys(rest);
  const patterns = typeof files === 'string' ? [files] : files;
  const isList = Array.isArray(patterns) && patterns.length > 0;
  if (!isList || !patterns.every((each) => typeof each === 'string' && each !== '' && !each.includes('\0')))
    throw SpecError.of({ path: FIELD, message: `${describeFound(files)}; must be ${about.right}` });
  const paths = await findNetworkFiles({ patterns: patterns as string[], resolve, folder });
  const { named, fidelity } = readNamedFeatures({ value: value as object, features });
  const normalization = normalizationOf(written);
  const limitsLatency = hasKey((value as { constraints?: unknown }).constraints, 'latency');
  const structures = new Map<string, string>();
  const networks: object[] = [];
  const sizes = new Map<number, string>();
  const warned = WARNINGS.map((): string[] => []);
  const issues: Issue[] = [];
  for (const { name, file } of paths) {
    try {
      const { text, size, batch, warns, ...network } = await readNetwork({
        name,
        file,
        wanted: sizeIn(rest),
        named,
        normalization,
      });
      for (const i of warns) warned[i]!.push(name);
      if (limitsLatency && batch !== undefined && batch !== 1) issues.push(fixedBatchIssue(name, batch));
      const digest = structureDigest(text);
      structures.set(digest, text);
      if (size !== undefined) sizes.set(size, name);
      networks.push({ name: name.replace(/\.onnx$/, ''), digest, ...network });
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      issues.push(...error.issues.map((issue) => ({ ...issue, path: FIELD })));
    }
  }
  if (issues.length) throw new SpecError(issues);
  const resolution = resolutionOf(sizes) ?? sizeIn(rest) ?? USUAL;
  return {
    value: { ...(value as object), ...fidelity, space: { kind, resolution, ...rest, networks } },
    structures,
    warnings: warned.flatMap((names, i) =>
      names.length > 0 ? [warningOf({ names, text: WARNINGS[i]!, count: paths.length })] : [],
    ),
  };
}

const KEYS = ['kind', 'files', 'resolution', 'features', 'normalization'];

/** The schema of the space lists what commands write in place of the files, so keys are checked here. */
function refuseUnknownKeys(rest: object): void {
  const unknown = Object.keys(rest).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0)
    throw new SpecError(
      unknown.map((key) => ({ path: `space.${key}`, message: unknownKey({ word: key, known: KEYS }) })),
    );
}

const NORMALIZATIONS: readonly Normalization[] = ['file', 'restore'];

function normalizationOf(value: unknown): Normalization {
  if (value === undefined) return 'file';
  const known = NORMALIZATIONS.find((normalization) => normalization === value);
  if (known) return known;
  throw SpecError.of({
    path: 'space.normalization',
    message: `${describeFound(value)}; must be one of ${NORMALIZATIONS.join(', ')}`,
  });
}

/** The most names of files in a warning. */
const MOST_NAMES = 3;

/** What is said of networks, in the order in which `readNetwork` looks. */
const WARNINGS = [
  'have convolutions with biases and no normalization: exporters fold BatchNormalization away. If they had some, export them in training mode (docs/guides/own-network.md), or set space.normalization to restore',
  'have more than half of their multiply-accumulates after the last feature, so their proxies say little about them: name other features (docs/guides/own-network.md)',
  'have more than half of their multiply-accumulates before the first feature, and their proxies say little about these: name other features (docs/guides/own-network.md)',
];

interface Warning {
  readonly names: readonly string[];
  readonly text: string;
  /** The number of all networks. */
  readonly count: number;
}

function warningOf({ names, text, count }: Warning): Issue {
  const listed = names.slice(0, MOST_NAMES).join(', ');
  const more = names.length > MOST_NAMES ? ', ...' : '';
  return {
    path: FIELD,
    message: `${names.length} of ${count} networks (${listed}${more}) ${text}`,
  };
}

/** A latency is that of one image. */
function fixedBatchIssue(name: string, batch: number): Issue {
  return {
    path: 'constraints.latency',
    message: `${name} was exported for a batch of ${batch}, so one image cannot be measured; export it with a free batch (docs/guides/own-network.md)`,
  };
}

/** The default side of the images, for files that do not fix it. */
const USUAL = 224;
/** The number of images with which a file is checked. Costs are those of one image. */
const BATCH = 2;

function sizeIn(rest: object): number | undefined {
  const { resolution } = rest as { resolution?: unknown };
  return typeof resolution === 'number' && resolution >= 4 && resolution <= 4096 ? resolution : undefined;
}

function resolutionOf(sizes: ReadonlyMap<number, string>): number | undefined {
  const [first, second] = [...sizes];
  if (first && second)
    throw SpecError.of({
      path: FIELD,
      message: `${first[1]} was exported for images of ${first[0]} pixels and ${second[1]} for ${second[0]}; a search scores all networks at one size: export them for one, or for any`,
    });
  return first?.[0];
}

/**
 * Reads the structure, the costs and the form of one file, and the batch, if the network holds for one alone.
 */
async function readNetwork({
  name: path,
  file,
  wanted,
  named,
  normalization,
}: NamedInput & {
  readonly wanted: number | undefined;
  readonly named: readonly string[] | undefined;
  readonly normalization: Normalization;
}) {
  const graph = { ...(await readSource(file, path)), normalization };
  const [, channels, height, width] = graph.inputs[0]!.shape;
  if (height !== undefined && width !== undefined && height !== width)
    throw SpecError.inFile({
      file: path,
      message: `was exported for images of ${height} x ${width}; a search scores square ones`,
    });
  const size = height ?? width;
  const side = size ?? wanted ?? USUAL;
  const own = (await readSidecar(file)) ?? named;
  const network = buildNetwork({ graph, path, image: [channels ?? 3, side, side], wanted: own ?? 'stages' });
  const features = own && tensorNames(graph, own);
  return {
    text: structureText({ graph, constants: findKeptConstants(network), features }),
    size,
    warns: [normalization === 'file' && looksFolded(graph), endsEarly(network), beginsLate(network)].flatMap(
      (isSo, i) => (isSo ? [i] : []),
    ),
    batch: fixedBatch({ graph, image: [channels ?? 3, side, side] }),
    macs: network.costs.macs,
    parameters: network.costs.parameters,
    form: network.features.every((feature) => !isMap(feature)) ? 'tokens' : 'maps',
  };
}

interface BuildNetworkArguments {
  readonly graph: Graph;
  readonly path: string;
  readonly image: readonly number[];
  readonly wanted: WantedFeatures;
}

function buildNetwork({ graph, path, image, wanted }: BuildNetworkArguments) {
  const network = (batch: number) => graphNetwork({ graph, batch, image, wanted, file: path });
  const own = graph.inputs[0]!.shape[0];
  try {
    return network(BATCH);
  } catch (error) {
    if (error instanceof SpecError && own !== undefined) return network(own);
    throw error;
  }
}
