// Reads one ONNX file of a space: its structure, its costs, and what a person should know about it.
import { type Issue, SpecError } from '../../core/errors.js';
import { looksFolded } from '../../core/graph/exporters/folded-normalization.js';
import { beginsLate, endsEarly, isMuchBeside } from '../../core/graph/feature-coverage.js';
import { fixedBatch, withKeptBatch } from '../../core/graph/free-batch.js';
import type { Graph, Normalization } from '../../core/graph/graph.js';
import { type Axes, axesOf, fillAxes, isSquare, withImage } from '../../core/graph/image-shape.js';
import { tensorNames } from '../../core/graph/named-features.js';
import { type GraphNetwork, graphNetwork, type WantedFeatures } from '../../core/graph/network.js';
import { resolveGraph } from '../../core/graph/resolve.js';
import { structureDigest, structureText } from '../../core/graph/structure.js';
import type { OnnxSpecification } from '../../core/spaces/onnx/definition.js';
import { findKeptConstants, readSource } from '../networks/load-network.js';
import { readSidecar } from '../networks/named-features.js';
import { onlyBatchOf } from '../networks/own-batch.js';
import { FIELD, type NamedInput } from './find-network-files.js';

/** The number of images with which a file is checked. Costs are those of one image. */
const BATCH = 2;

export interface ReadNetworkArguments extends NamedInput {
  /** The shape of the images, as far as it does not follow from the file; by default open axes have `stated`. */
  readonly common?: Axes;
  readonly stated: number | undefined;
  /** Tensors or modules that the specification names as features. */
  readonly named: readonly string[] | undefined;
  readonly normalization: Normalization;
}

export interface ReadNetwork extends NamedInput {
  /** The axes of images; undefined for those that the file leaves open. */
  readonly axes: Axes;
  /** Whether it reads texts, and the axes are those of their embeddings. */
  readonly isText: boolean;
  /** The shape of an image with which it was read. */
  readonly image: readonly number[];
  /** The only batch for which the file is valid as it is; undefined if any is. */
  readonly batch: number | undefined;
  /** The only batch with which the network can be scored; undefined if any can. */
  readonly onlyBatch: number | undefined;
  /** Whether each of `WARNINGS` is true of the network. */
  readonly warnings: readonly boolean[];
  /** The structure. */
  readonly text: string;
  /** The description in the specification. */
  readonly network: OnnxSpecification['networks'][number];
}

/** A file that leaves axes of its images open, and holds for other sizes than the usual one. */
export interface OpenNetwork extends NamedInput {
  readonly axes: Axes;
  readonly isText: boolean;
}

/** Throws SpecError for a file that cannot be scored, at the common size if its own is open. */
export async function readNetwork({
  name,
  file,
  common = [],
  stated,
  named,
  normalization,
}: ReadNetworkArguments): Promise<ReadNetwork | OpenNetwork> {
  const source = { ...(await readSource(file, name)), normalization };
  const axes = axesOf(source.inputs[0]!);
  const isText = source.tableSize !== undefined && !source.parts && axes.length === 2;
  const image = fillAxes(
    axes.map((n, i) => n ?? common[i]),
    stated,
  );
  // The structure of every other file is that for images of this shape alone.
  const given = isSquare(axes) && isSquare(image) ? source : withImage(source, image);
  const own = (await readSidecar(file)) ?? named;
  let built: BuiltNetwork;
  try {
    built = buildNetwork({ graph: given, path: name, image, wanted: own ?? 'stages' });
  } catch (error) {
    if (error instanceof SpecError && common.length === 0 && axes.includes(undefined))
      return { name, file, axes, isText };
    throw error;
  }
  const { network, graph, onlyBatch } = built;
  const features = own && tensorNames(graph, own);
  const text = structureText({ graph, constants: findKeptConstants(network), features });
  const { macs, parameters } = network.costs;
  return {
    name,
    file,
    axes,
    isText,
    image,
    batch: fixedBatch({ graph, image }),
    onlyBatch,
    warnings: [
      normalization === 'file' && looksFolded(graph),
      endsEarly(network),
      beginsLate(network),
      isMuchBeside(network),
    ],
    text,
    network: {
      name: name.replace(/\.onnx$/, ''),
      digest: structureDigest(text),
      macs,
      parameters,
      form: network.identities === 'skipped' ? 'tokens' : 'maps',
    },
  };
}

interface BuildNetworkArguments {
  readonly graph: Graph;
  readonly path: string;
  readonly image: readonly number[];
  readonly wanted: WantedFeatures;
}

interface BuiltNetwork {
  readonly network: GraphNetwork;
  /** The given graph, or the one that `withKeptBatch` returns. */
  readonly graph: Graph;
  /** See `ReadNetwork`. */
  readonly onlyBatch?: number | undefined;
}

function buildNetwork({ graph, path, image, wanted }: BuildNetworkArguments): BuiltNetwork {
  const built = (batch: number): BuiltNetwork => ({
    network: graphNetwork({ graph, batch, image, wanted, file: path }),
    graph,
  });
  const own = graph.inputs[0]!.shape[0];
  try {
    const network = built(BATCH);
    if (own !== undefined) {
      const other = own === BATCH ? built(BATCH + 1) : network;
      const onlyBatch = onlyBatchOf(other.network, () => built(own).network);
      return onlyBatch === undefined ? network : { ...built(onlyBatch), onlyBatch };
    }
    // Another size, because a node may have kept this one.
    resolveGraph({ graph, batch: BATCH + 1, image, file: path });
    return network;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    if (own !== undefined) return { ...built(own), onlyBatch: own };
    const fixed = withKeptBatch({ graph, image });
    if (!fixed) throw error;
    return buildNetwork({ graph: fixed, path, image, wanted });
  }
}

/** What is said of networks. */
const WARNINGS = [
  'have convolutions with biases and no normalization: exporters fold BatchNormalization away. If they had some, export them in training mode (docs/guides/own-network.md), or set space.normalization to restore (docs/reference/onnx-files.md)',
  'have more than half of their multiply-accumulates after the last feature, so their proxies say little about them: name other features (docs/guides/own-network.md)',
  'have more than half of their multiply-accumulates before the first feature, and their proxies say little about these: name other features (docs/guides/own-network.md)',
  'have several inputs or branches side by side, and compute more than a quarter of their multiply-accumulates from others than the one along which features are found: their proxies of features say nothing about that (docs/guides/own-network.md)',
];

/** The most names of files in a warning. */
const MOST_NAMES = 3;

export function warningsOf(networks: readonly ReadNetwork[]): readonly Issue[] {
  return WARNINGS.flatMap((text, i) => {
    const names = networks.filter(({ warnings }) => warnings[i]).map(({ name }) => name);
    if (names.length === 0) return [];
    const listed = names.slice(0, MOST_NAMES).join(', ');
    const more = names.length > MOST_NAMES ? ', ...' : '';
    return [
      { path: FIELD, message: `${names.length} of ${networks.length} networks (${listed}${more}) ${text}` },
    ];
  });
}
