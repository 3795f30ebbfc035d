// Finds the tensors of a graph at which a network is measured: cut points, ends of stages, streams of transformers.
import type { Id } from '../ops/tensor/tape.js';
import { channelAxes } from './axis-meanings.js';
import type { ResolvedGraph } from './resolve.js';

/** A tensor that is measured: its samples are all axes but the channels'. */
export interface Feature {
  readonly id: Id;
  /** In the file. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly channelAxis: number;
  /** Sides of a map, or the number of tokens. */
  readonly positions: readonly number[];
}

/** All axes but the images' and the channels'. Tokens of all images may lie one after the other, [images x tokens, channels]. */
export function featureOf({
  images,
  ...named
}: Pick<Feature, 'id' | 'name' | 'shape' | 'channelAxis'> & { images: number }): Feature {
  const { shape, channelAxis } = named;
  const positions =
    shape.length === 2 ? [shape[0]! / images] : shape.filter((_, axis) => axis !== 0 && axis !== channelAxis);
  return { ...named, positions };
}

/** Fewer stages than this say too little: then every block counts. */
const FEWEST_STAGES = 3;

export interface Features {
  /** `stages`: the last cut point before each change of resolution; `blocks`: every merge of branches too. */
  readonly found: 'stages' | 'blocks';
  readonly features: readonly Feature[];
}

/** The features of a network. Where there are too few stages, those of all blocks. */
export function findFeatures(graph: ResolvedGraph, wanted: 'stages' | 'blocks'): Features {
  const cuts = cutPoints(graph);
  const stages = lastOfEach(cuts.filter(isMap));
  if (wanted === 'stages' && stages.length >= FEWEST_STAGES) return { found: 'stages', features: stages };
  const blocks = blockEnds(graph, cuts, stages.length >= FEWEST_STAGES ? stages : []);
  return blocks.length >= stages.length
    ? { found: 'blocks', features: blocks }
    : { found: 'stages', features: stages };
}

/** Every value that each path from the images to the output passes, in order, where it has more than one position. */
export function cutPoints(graph: ResolvedGraph): readonly Feature[] {
  const { tape, input, output, names, isStream } = graph;
  const on = onPath(graph);
  const last = new Map<Id, number>();
  for (const { id, inputs } of tape.values) if (on[id]) for (const each of inputs) last.set(each, id);
  const axes = channelAxes(graph);
  const found: Feature[] = [];
  let live = 0;
  const ends = new Map<number, number>();
  for (let id = input; id <= output; id++) {
    if (!on[id] || !isStream[id]) continue;
    // What was read for the last time by this operation no longer crosses the line behind it.
    live -= ends.get(id) ?? 0;
    const end = last.get(id);
    const isOnly = live === 0;
    if (end !== undefined) {
      live += 1;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    const { shape } = tape.get(id);
    const channelAxis = axes[id];
    const name = names.get(id);
    if (!isOnly || id === input || id === output || name === undefined || channelAxis === undefined) continue;
    const feature = featureOf({ id, name, shape, channelAxis, images: tape.shape(input)[0]! });
    if (isMeasurable(feature)) found.push(feature);
  }
  return found;
}

/** Maps and tokens: the images come first, and there is more than one position. */
function isMeasurable(feature: Feature): boolean {
  return feature.positions.reduce((n, m) => n * m, 1) > 1;
}

/** Maps have positions along two axes or more, or along one behind the channels; all else is tokens. */
export function isMap({ shape, channelAxis }: Feature): boolean {
  return shape.length > 3 || (shape.length === 3 && channelAxis === 1);
}

/** Values between the images and the output. */
function onPath({ tape, output, isStream }: ResolvedGraph): readonly boolean[] {
  const on = new Array<boolean>(output + 1).fill(false);
  on[output] = true;
  for (let id = output; id >= 0; id--)
    if (on[id]) for (const input of tape.get(id).inputs) on[input] ||= Boolean(isStream[input]);
  return on;
}

const resolution = (feature: Feature) => `${feature.positions}`;

/** The last of each run of features of one resolution. */
function lastOfEach(features: readonly Feature[]): readonly Feature[] {
  return features.filter((feature, i) => {
    const next = features[i + 1];
    return next === undefined || resolution(next) !== resolution(feature);
  });
}

/** Where branches meet, what they left from first of all, and the ends of stages. */
function blockEnds(
  graph: ResolvedGraph,
  cuts: readonly Feature[],
  stages: readonly Feature[],
): readonly Feature[] {
  const merges = cuts.filter((feature, i) => isMerge(graph, feature, cuts[i - 1]));
  const first = cuts[cuts.indexOf(merges[0]!) - 1];
  const chosen = new Set([...stages, ...merges, ...(first ? [first] : [])].map(({ id }) => id));
  return cuts.filter(({ id }) => chosen.has(id));
}

/** Whether a value joins two ways from the cut point before it, each of more than an activation: a residual sum or a concatenation. */
function isMerge({ tape, isStream }: ResolvedGraph, { id }: Feature, before: Feature | undefined): boolean {
  if (!before) return false;
  const { op, inputs } = tape.get(id);
  if (op !== 'Add' && op !== 'Concat') return false;
  return new Set(inputs.filter((input) => isStream[input])).size > 1;
}
