// Reads an ONNX file and prepares its network for scoring.
import { SpecError } from '../../core/errors.js';
import { withKeptBatch } from '../../core/graph/free-batch.js';
import type { Graph, Normalization } from '../../core/graph/graph.js';
import {
  type Axes,
  axesOf,
  describeUnknown,
  fillAxes,
  isImage,
  isUnknown,
} from '../../core/graph/image-shape.js';
import { type GraphNetwork, graphNetwork, type WantedFeatures } from '../../core/graph/network.js';
import { LARGEST_FILE, readOnnx } from '../../core/graph/read-onnx.js';
import { structureDigest, structureText } from '../../core/graph/structure.js';
import { openRegularFile, reasonOfFile } from '../../store/regular-file.js';
import { describeFault } from '../files/describe-fault.js';
import type { FileInput } from '../files/open-file.js';
import { nameOf } from '../specification/read-text.js';
import { createExternalReader } from './external-data.js';
import { readSidecar } from './named-features.js';
import { notesOnNetwork } from './network-notes.js';
import { batchOf, onlyBatchOf } from './own-batch.js';

export interface LoadOptions {
  /** 8 by default, or the batch size of the file if the network is valid for no other. */
  readonly batch?: number | undefined;
  /** The length of the axes that the file leaves open; 224 by default for images. */
  readonly resolution?: number | undefined;
  /** If not given, those that a file beside the network names (named-features.ts), else those of `preset`. */
  readonly features?: WantedFeatures | undefined;
  /** The features of a preset of aggregation; `stages` if absent. */
  readonly preset?: WantedFeatures | undefined;
  readonly normalization: Normalization;
}

export interface LoadedNetwork {
  readonly file: string;
  readonly digest: string;
  readonly source: Graph;
  readonly network: GraphNetwork;
  /** Warnings about the network that a person should read before relying on its score. */
  readonly notes: readonly string[];
}

const BATCH = 8;

/** Throws a SpecError for a file that is absent, too large or damaged, or whose network cannot be scored. */
export async function loadNetwork({
  file,
  options,
}: {
  readonly file: string;
  readonly options: LoadOptions;
}): Promise<LoadedNetwork> {
  const read = await readSource(file);
  const wanted = options.features ?? (await readSidecar(file)) ?? options.preset ?? 'stages';
  const { network, batch, source } = atSomeBatch({ source: read, file, options, wanted });
  const notes = notesOnNetwork({ source, network, options, batch, usual: BATCH });
  return {
    file,
    digest: structureDigest(structureText({ graph: source, constants: findKeptConstants(network) })),
    source,
    network,
    notes,
  };
}

interface AtSomeBatchArguments {
  readonly source: Graph;
  readonly file: string;
  readonly options: LoadOptions;
  readonly wanted: WantedFeatures;
}

interface AtBatch {
  readonly batch: number;
  readonly source: Graph;
  readonly network: GraphNetwork;
}

/** Prepares the network with the requested batch size, or else with 8 or the file's own. */
function atSomeBatch({ source, file, options, wanted }: AtSomeBatchArguments): AtBatch {
  const { resolution, normalization } = options;
  const axes = axesOf(source.inputs[0]!);
  if (isUnknown(axes, resolution))
    throw SpecError.inFile({ file, reason: 'image-size', message: describeUnknown(axes) });
  const image = imageOf({ axes, resolution });
  const at = (batch: number): AtBatch => ({
    batch,
    source,
    network: graphNetwork({ graph: source, batch, image, wanted, file, normalization }),
  });
  const own = source.inputs[0]!.shape[0];
  try {
    const found = at(options.batch ?? BATCH);
    if (own !== undefined && own !== found.batch) checkOwnBatch(found.network, () => at(own).network);
    return found;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    if (own !== undefined && options.batch !== undefined) throw error;
    if (own !== undefined) return at(own);
    const fixed = withKeptBatch({ graph: source, image });
    if (!fixed) throw error;
    return atSomeBatch({ source: fixed, file, options, wanted });
  }
}

/** Refuses a batch that the file fits only by chance. */
function checkOwnBatch(found: GraphNetwork, prepareOwn: () => GraphNetwork): void {
  const own = onlyBatchOf(found, prepareOwn);
  if (own === undefined) return;
  throw SpecError.inFile({
    file: found.file,
    message: `its multiply-accumulates of an image differ with the batch, so a size in it holds for a batch of ${own}, and not of ${batchOf(found)}; the file was exported for a batch of ${own}: score it with that batch, or export it with a free one (docs/guides/own-network.md)`,
  });
}

/** Initializers whose values are part of the structure, although they look like weights. */
export function findKeptConstants({ graph: { weights }, roles }: GraphNetwork): ReadonlySet<string> {
  return new Set(weights.flatMap(({ name }, i) => (roles[i]!.kind === 'constant' ? [name] : [])));
}

/** Reads the graph. Throws a SpecError for a file that is not an ONNX network. */
export async function readSource(file: FileInput, name = nameOf(file)): Promise<Graph> {
  const bytes = typeof file === 'string' ? await readBytes(file) : file;
  const external = typeof file === 'string' ? createExternalReader(file) : undefined;
  return readOnnx({ bytes, file: name, external });
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const handle = await openRegularFile(file);
    try {
      const { size } = await handle.stat();
      if (size > LARGEST_FILE)
        throw SpecError.inFile({
          file,
          reason: 'too-large',
          message: 'is larger than 2 GB, which protocol buffers do not allow; export it with external data',
        });
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SpecError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const message = code === 'ENOENT' ? 'no such file' : describeFault(error);
    throw SpecError.inFile({ file, reason: reasonOfFile(error), message });
  }
}

/** Axes that the file leaves open have the requested size. */
function imageOf({
  axes,
  resolution,
}: {
  readonly axes: Axes;
  readonly resolution: number | undefined;
}): readonly number[] {
  const image = fillAxes(axes, resolution);
  const sizes = isImage(axes) ? axes.slice(1) : axes;
  if (resolution === undefined || sizes.includes(undefined)) return image;
  if (!isImage(axes) && axes.includes(resolution)) return image;
  // The file fixes every side, and is refused where the requested size is another.
  const channels = axes.length > 1 ? 1 : 0;
  return image.map((n, axis) => (axis < channels ? n : resolution));
}
