// Finds the tensors at which a graph is measured: cut points, ends of stages, and the residual streams of
// transformers.
import { sizeOf } from '../ops/tensor/shapes.js';
import type { Id } from '../ops/tensor/tape.js';
import { findLayouts, type Layout, usualLayout } from './axis-meanings.js';
import { cellOutputs } from './cell-outputs.js';
import { beginsLate, endsEarly } from './feature-coverage.js';
import { embeddingOf } from './main-input.js';
import { isMerge } from './merges.js';
import type { ResolvedGraph } from './resolve.js';
import { movedFrom } from './same-elements.js';
import { longestStream } from './side-streams.js';
import { onPath, soleValues } from './sole-values.js';
import { vectorEnds, vectorLayouts } from './vector-features.js';

/** A measured tensor: every axis but that of the channels counts samples. */
export interface Feature extends Layout {
  readonly id: Id;
  /** The tensor's name in the file. */
  readonly name: string;
  readonly shape: readonly number[];
  /** The sides of a map, or the number of tokens. */
  readonly positions: readonly number[];
}

interface FoundFeature extends Layout {
  readonly id: Id;
  readonly name: string;
  readonly shape: readonly number[];
  /** The number of images. */
  readonly images: number;
}

/** The feature of a value. Tokens of all images may follow one another, [images x tokens, channels]. */
export function featureOf({ images, ...found }: FoundFeature): Feature {
  const { shape, channelAxis } = found;
  const isTokens = channelAxis === shape.length - 1 && shape.length <= 3;
  const positions = isTokens
    ? [sizeOf(shape.slice(0, -1)) / images]
    : shape.filter((_, axis) => axis !== 0 && axis !== channelAxis);
  return { ...found, positions };
}

/** With fewer stages than this, the features of all blocks are used. */
const FEWEST_STAGES = 3;
/** The largest factor by which one stage shrinks the sides of a map. */
const LARGEST_STEP = 2;

export interface Features {
  /**
   * `stages`: the last cut point before each change of resolution; `blocks`: also every merge of branches; `vectors`: what
   * linear layers read, in a network without maps and tokens.
   */
  readonly found: 'stages' | 'blocks' | 'vectors';
  readonly features: readonly Feature[];
  /** See `ResolvedGraph`. */
  readonly branches?: readonly Id[];
}

/** Whether a value is a map that was padded, with zeros or by reflection. Gathering at computed indices is no padding. */
function isPadded({ tape }: ResolvedGraph, id: Id): boolean {
  const { op, inputs } = tape.get(id);
  return op === 'Pad' || (op === 'Gather' && tape.get(inputs[1]!).constant !== undefined);
}

/**
 * Whether a value holds the images, normalized or not, or a map that is a feature already: with padding, or with its
 * positions in a row, as between the convolutions and the transformer of a hybrid network. The embeddings of tokens are
 * computed by the network, and are a feature.
 */
function isRepeated(graph: ResolvedGraph, feature: Feature, from: readonly Id[]): boolean {
  const { tape, input } = graph;
  if (feature.id === embeddingOf(graph)) return false;
  const { op, inputs } = tape.get(feature.id);
  if (isPadded(graph, feature.id) || from[feature.id] === input) return true;
  const isRow = op === 'Reshape' && feature.shape.length === 3 && isMap(feature);
  const before = isRow ? tape.shape(inputs[0]!) : [];
  return before.length > 3 && before[0] === feature.shape[0] && before[1] === feature.shape[1];
}

/**
 * The features on the paths from the main input to the output: those of all blocks where there are too few stages, and
 * those of one stream where streams run side by side. Where fewer than two have several positions, two or more vectors
 * are features too.
 */
export function featuresOnPaths(graph: ResolvedGraph, wanted: 'stages' | 'blocks'): Features {
  const found = findMaps(graph, wanted);
  if (found.features.length > 1) return found;
  const after = found.features[0]?.id ?? graph.input;
  const all = featuresAt(graph, vectorEnds(graph), vectorLayouts(graph));
  const vectors = all.filter(({ id }) => id > after);
  // Between a map and a vector, positions do not correspond, so that no block would have a Jacobian.
  if (found.features.length === 0) return { found: 'vectors', features: vectors };
  if (vectors.length > 1) return { found: 'blocks', features: [...found.features, ...vectors] };
  // One map alone, such as the states of a recurrent layer put together, has no block; the states have some.
  return all.length > 1 ? { found: 'vectors', features: all } : found;
}

/** The features with several positions. */
function findMaps(graph: ResolvedGraph, wanted: 'stages' | 'blocks'): Features {
  const from = movedFrom(graph);
  const cuts = cutPoints(graph).filter((feature) => !isRepeated(graph, feature, from));
  const side = cuts.length < 2 ? streamFeatures(graph) : [];
  if (side.length > 1) return { found: 'blocks', features: side };
  const stages = lastOfEach(cuts.filter(isMap), from);
  const blocks = withoutMapsOfTokens(
    blockEnds(graph, cuts, stages.length >= FEWEST_STAGES ? stages : []),
    from,
  );
  // In XCiT the resolution changes in the first convolutions alone; most of the network comes after the last change.
  const isEnough = () => !endsEarly({ graph, features: stages }) || endsEarly({ graph, features: blocks });
  const areStages = wanted === 'stages' && stages.length >= FEWEST_STAGES && isEnough();
  const chosen = areStages || blocks.length < stages.length ? stages : blocks;
  const cells = isIncomplete(graph, chosen, areStages) ? cellFeatures(graph, cuts, from) : undefined;
  if (cells)
    return wanted === 'stages' && cells.stages.length >= FEWEST_STAGES
      ? { found: 'stages', features: cells.stages }
      : { found: 'blocks', features: cells.blocks };
  if (areStages) return { found: 'stages', features: stages };
  // Learned queries that read all tokens in every block (Perceiver) form a stream beside them: no value is a cut point.
  // So does a stream that a second one accompanies, or that is within a residual connection around many blocks.
  const isPoor = chosen.length < FEWEST_STAGES || endsEarly({ graph, features: chosen });
  const stream = isPoor || isLate(graph, chosen) ? streamFeatures(graph) : [];
  const isBetter =
    stream.length > chosen.length &&
    !endsEarly({ graph, features: stream }) &&
    (isPoor || !isLate(graph, stream));
  if (isBetter || (stream.length > 1 && chosen.length < 2)) return { found: 'blocks', features: stream };
  // Blocks may be joined by other operations than sums, such as attention over the results of all blocks.
  if (chosen.length < 2)
    return {
      found: 'blocks',
      features: cuts.filter(({ id }, i) => from[id] !== from[cuts[i + 1]?.id ?? -1]),
    };
  return { found: chosen === blocks ? 'blocks' : 'stages', features: chosen };
}

/** Whether a stage has no feature, or most of the network comes before the first or after the last feature. */
function isIncomplete(graph: ResolvedGraph, features: readonly Feature[], areStages: boolean): boolean {
  const isStageMissing = features.some((feature, i) => {
    const before = features[i - 1]?.positions;
    const { positions } = feature;
    return (
      before?.length === positions.length && before.some((n, axis) => n > LARGEST_STEP * positions[axis]!)
    );
  });
  return (
    features.length < FEWEST_STAGES ||
    isStageMissing ||
    endsEarly({ graph, features }) ||
    (!areStages && isLate(graph, features))
  );
}

/** Whether most of the network comes before the first of these features, which are those of blocks. */
const isLate = (graph: ResolvedGraph, features: readonly Feature[]) =>
  beginsLate({ graph, features, found: 'blocks' });

/**
 * The outputs of cells that read the two cells before them, cut points before the first of them, and smaller maps after
 * the last. Undefined where there are none, and for branches whose maps grow and shrink.
 */
function cellFeatures(graph: ResolvedGraph, cuts: readonly Feature[], from: readonly Id[]) {
  const cells = featuresAt(graph, cellOutputs(graph)).filter(isMeasurable);
  const isGrowing = cells.some((cell, i) => i > 0 && resolution(cell) > resolution(cells[i - 1]!));
  if (cells.length === 0 || isGrowing) return undefined;
  const before = cuts.filter(({ id }) => id < cells[0]!.id);
  const [last] = cells.slice(-1) as [Feature];
  const after = cuts.filter((cut) => cut.id > last.id && resolution(cut) < resolution(last));
  const all = [...before, ...cells, ...after];
  const stages = lastOfEach(all.filter(isMap), from);
  const chosen = new Set([...stages, ...before.slice(-1), ...cells]);
  return { stages, blocks: all.filter((feature) => chosen.has(feature)) };
}

/** The sums of the longest stream that have channels and several positions. */
function streamFeatures(graph: ResolvedGraph): readonly Feature[] {
  const { tape, input, names } = graph;
  const layouts = findLayouts(graph);
  const [images] = tape.shape(input) as [number];
  return longestStream(graph, onPath(graph)).flatMap((id) => {
    const shape = tape.shape(id);
    // Three axes are tokens; a fourth may be anything.
    const layout = layouts[id] ?? (shape.length === 3 ? usualLayout(shape) : undefined);
    const name = names.get(id);
    const feature = layout && name !== undefined && featureOf({ ...layout, id, name, shape, images });
    return feature && isMeasurable(feature) ? [feature] : [];
  });
}

/** The values with more than one position that every path from the images to the output passes, in order. */
export function cutPoints(graph: ResolvedGraph): readonly Feature[] {
  return soleFeatures(graph).filter(isMeasurable);
}

/**
 * The last feature before the mean over positions. Networks with small images may come down to a single
 * position before that mean: the feature is then no cut point, because it is not measurable, and is found as
 * what the mean reads. In a network of vectors, what the classifier reads.
 */
export function lastOnPaths(graph: ResolvedGraph): Feature | undefined {
  const last = soleFeatures(graph).findLast(
    (feature) => isMeasurable(feature) || (isMap(feature) && isAveraged(graph, feature)),
  );
  if (last) return last;
  const { found, features } = featuresOnPaths(graph, 'stages');
  return found === 'vectors' ? features.at(-1) : undefined;
}

/** Whether a mean over all positions, and over nothing else, reads the map. */
function isAveraged({ tape }: ResolvedGraph, { id, shape, channelAxis }: Feature): boolean {
  const positions = shape.flatMap((_, axis) => (axis === 0 || axis === channelAxis ? [] : [axis]));
  return tape.values.some(
    ({ op, inputs, attributes }) =>
      op === 'ReduceMean' && inputs[0] === id && `${attributes.axes}` === `${positions}`,
  );
}

/** The values that every path from the images to the output passes, in order, with any number of positions. */
function soleFeatures(graph: ResolvedGraph): readonly Feature[] {
  const embedding = embeddingOf(graph);
  return featuresAt(graph, [...(embedding === undefined ? [] : [embedding]), ...soleValues(graph)]);
}

/** The values that have layouts, by default those of maps and tokens, and names; indices and masks are none. */
function featuresAt(
  graph: ResolvedGraph,
  ids: readonly Id[],
  layouts = findLayouts(graph),
): readonly Feature[] {
  const { tape, input, names } = graph;
  return ids.flatMap((id) => {
    const { shape, type } = tape.get(id);
    const layout = layouts[id];
    const name = names.get(id);
    if (name === undefined || layout === undefined || type !== 'float') return [];
    return [featureOf({ ...layout, id, name, shape, images: tape.shape(input)[0]! })];
  });
}

/** Maps and tokens of more than one position are measurable. */
const isMeasurable = (feature: Feature) => resolution(feature) > 1;

/**
 * A map has its positions along two or more axes, or along one axis after the channels; anything else is
 * tokens.
 */
export function isMap({ shape, channelAxis }: Feature): boolean {
  return shape.length > 3 || (shape.length === 3 && channelAxis === 1);
}

/** A vector for each image, which has no positions. */
export function isVector({ shape, positions }: Feature): boolean {
  return shape.length === 2 && sizeOf(positions) === 1;
}

/** The number of positions, which is the same for a map and for its positions in a row. */
const resolution = (feature: Feature) => sizeOf(feature.positions);

/**
 * The last map of each run with the same resolution, in the form with as many sides as the map before it, so that their
 * positions correspond: a pooled signal may have got a side of 1, and tokens that were transposed have their positions in
 * a row. Else in the form with sides, if there is one.
 */
function lastOfEach(maps: readonly Feature[], from: readonly Id[]): readonly Feature[] {
  const ends = maps.flatMap((map, i) => {
    const next = maps[i + 1];
    return next === undefined || resolution(next) !== resolution(map) ? [i] : [];
  });
  const chosen: Feature[] = [];
  ends.forEach((end, i) => {
    const run = maps.slice(i === 0 ? 0 : ends[i - 1]! + 1, end + 1);
    const last = maps[end]!;
    const same = run.filter(({ id }) => id === last.id || from[id] === from[last.id]);
    const sides = chosen.at(-1)?.positions.length;
    const asBefore = same.findLast(({ positions }) => positions.length === sides);
    chosen.push(asBefore ?? same.findLast(({ shape }) => shape.length > 3) ?? last);
  });
  return chosen;
}

/** The features where branches meet, the tensor at which the first branches begin, and the ends of stages. */
function blockEnds(
  graph: ResolvedGraph,
  cuts: readonly Feature[],
  stages: readonly Feature[],
): readonly Feature[] {
  const merges = cuts.filter(({ id }, i) => i > 0 && isMerge(graph, id));
  const first = cuts[cuts.indexOf(merges[0]!) - 1];
  const chosen = new Set([...stages, ...merges, ...(first ? [first] : [])].map(({ id }) => id));
  return cuts.filter(({ id }) => chosen.has(id));
}

/** The end of a stage may be the map of tokens that are a feature: between the two nothing is computed. */
function withoutMapsOfTokens(ends: readonly Feature[], from: readonly Id[]): readonly Feature[] {
  const tokens = new Set(ends.flatMap((feature) => (isMap(feature) ? [] : [from[feature.id]])));
  return ends.filter((feature) => !isMap(feature) || !tokens.has(from[feature.id]));
}
