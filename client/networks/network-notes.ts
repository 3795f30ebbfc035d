// Writes what a person should know of a network before relying on its score.
import { looksFolded } from '../../core/graph/exporters/folded-normalization.js';
import { beginsLate, endsEarly, isMuchBeside } from '../../core/graph/feature-coverage.js';
import { isVector } from '../../core/graph/features.js';
import { type Graph, type Normalization, readsOf } from '../../core/graph/graph.js';
import { mainInput } from '../../core/graph/main-input.js';
import type { GraphNetwork } from '../../core/graph/network.js';
import { sizeOf } from '../../core/ops/tensor/shapes.js';
import { type FamilyName, needsOf } from '../../core/specification/families.js';
import { enoughImages, isStarved } from '../../core/specification/sample-warnings.js';

/** Operators whose results are probabilities of classes. */
const PROBABILITIES = new Set(['Softmax', 'LogSoftmax', 'Sigmoid']);

/** A note on a network that ends with probabilities, where a proxy of `families` needs the gradient of class scores. */
export function notesOnOutput(
  { nodes, outputs }: Pick<Graph, 'nodes' | 'outputs'>,
  families: readonly FamilyName[],
): readonly string[] {
  const reading = families.filter((family) => needsOf(family).includes('whole-network-backward'));
  const last = nodes.find((node) => node.outputs.includes(outputs[0]!));
  if (reading.length === 0 || !last || !PROBABILITIES.has(last.op)) return [];
  return [
    `ends with ${last.op}, whose results ${reading.join(', ')} take${reading.length === 1 ? 's' : ''} for class scores: let \`forward\` return what it reads, as for a cross entropy, and export the network again`,
  ];
}

/** A note where buffers, such as fixed kernels, have no numbers and are drawn in their place. */
export function notesOnBuffers({
  nodes,
  initializers,
}: Pick<Graph, 'nodes' | 'initializers'>): readonly string[] {
  const names = new Set(nodes.flatMap(readsOf));
  const missing = [...initializers].filter(
    ([name, { isBuffer, type, read }]) =>
      isBuffer && type === 'float' && names.has(name) && read() === undefined,
  );
  if (missing.length === 0) return [];
  const others = missing.length === 1 ? '' : ` and of ${missing.length - 1} more`;
  return [
    `the numbers of its buffer "${missing[0]![0]}"${others} are neither in the file nor in a data file beside it, and are drawn like weights: copy the data file to the folder of the model`,
  ];
}

interface Loaded {
  readonly source: Graph;
  readonly network: GraphNetwork;
  readonly options: { readonly batch?: number | undefined; readonly normalization: Normalization };
  readonly batch: number;
  /** The batch where nothing else is requested. */
  readonly usual: number;
}

export function notesOnNetwork(loaded: Loaded): readonly string[] {
  return [...notesOnFile(loaded), ...notesOnFeatures(loaded)];
}

/** What the file does not say, or what of it is left out. */
function notesOnFile({ source, options, batch, usual }: Loaded): readonly string[] {
  const notes: string[] = [];
  if (options.batch === undefined && batch !== usual)
    notes.push(`holds for a batch of ${batch} images only, and is scored with it`);
  if (source.unfused !== undefined)
    notes.push(
      `its exporter merged ${source.unfused} batch normalizations into the layers before them; they are restored`,
    );
  if (source.isUnquantized)
    notes.push('has quantized numbers, and is scored as the network of floats that was quantized');
  if (source.leftOut !== undefined)
    notes.push(
      `of its outputs, the first ("${source.outputs[0]}") counts, and what only others (${source.leftOut.map((name) => `"${name}"`).join(', ')}) need is left out: if another one has the class scores, let \`forward\` return it first`,
    );
  notes.push(...notesOnBuffers(source));
  if (options.normalization === 'file' && looksFolded(source))
    notes.push(
      'has convolutions with biases and no normalization: exporters fold BatchNormalization away. If it had some, score it with the normalization restored (normalization: restore), or export it with model.train() and training=torch.onnx.TrainingMode.TRAINING, do_constant_folding=False',
    );
  return notes;
}

/** What the features that were found say little about. */
function notesOnFeatures({ source, network, batch }: Loaded): readonly string[] {
  const notes: string[] = [];
  if (endsEarly(network))
    notes.push(
      'has more than half of its multiply-accumulates after the last feature, so its proxies say little about it: look at what was found, and name other tensors or modules as features',
    );
  if (beginsLate(network))
    notes.push(
      'has more than half of its multiply-accumulates before the first feature, and its proxies say little about these: look at what was found, and name other tensors or modules as features',
    );
  if (isMuchBeside(network)) {
    const main = network.graph.names.get(mainInput(network.graph));
    const [first, last] = [network.features[0]!.name, network.features.at(-1)!.name];
    const place =
      network.graph.branches === undefined
        ? `${source.parts!.length} inputs, and features behind "${main}" alone, because most maps lie behind it; more than a quarter of its multiply-accumulates is computed from the others alone`
        : `branches side by side, and features along one alone (from "${first}" to "${last}"), where they cover the most multiply-accumulates; more than a quarter of all is computed in the others`;
    notes.push(`has ${place}, and the proxies of features say nothing about that`);
  }
  return [...notes, ...notesOnSamples({ network, batch })];
}

/** The features that have fewer samples than channels. */
function notesOnSamples({ network, batch }: Pick<Loaded, 'network' | 'batch'>): readonly string[] {
  const sizes = network.features.map((feature) => ({
    isVector: isVector(feature),
    channels: feature.shape[feature.channelAxis]!,
    positions: sizeOf(feature.positions),
  }));
  const starved = sizes.filter((size) => isStarved(size, batch));
  if (starved.length === 0) return [];
  const worst = starved.reduce((a, b) => (a.positions / a.channels <= b.positions / b.channels ? a : b));
  const { channels, positions } = worst;
  const has = worst.isVector
    ? `features that are vectors, so that their samples are the images alone: ${batch} for ${channels} channels, which say`
    : `a feature with ${batch} x ${positions} = ${batch * positions} samples for ${channels} channels, which says`;
  const enough = `a batch of ${enoughImages(sizes)}${worst.isVector ? '' : ', or larger images,'} would be enough`;
  return [`has ${has} more about the sample than about the network; ${enough}`];
}
