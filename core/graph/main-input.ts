// Chooses the input behind which features are found, where a file has several.
import { sizeOf } from '../ops/tensor/shapes.js';
import type { Id, Tape } from '../ops/tensor/tape.js';
import { findLayouts } from './axis-meanings.js';
import { macsWhere } from './costs.js';
import { soleValuesFrom } from './paths.js';
import { type ResolvedGraph, streamOf } from './resolve.js';

type Inputs = Pick<
  ResolvedGraph,
  'tape' | 'input' | 'output' | 'parts' | 'embedded' | 'isStream' | 'isOfTokens'
>;

/** Caches the main input of each network, for which many functions ask. */
const known = new WeakMap<Tape, Id>();

/**
 * The value from which paths to the output are followed: the input or, where a file has several, the one behind which
 * the most maps lie on every path; of equal ones that behind which most is computed, and then the first. What the
 * network computes from the others alone is a further input of a block.
 */
export function mainInput(graph: Inputs): Id {
  const { tape, input, parts } = graph;
  if (!parts?.length) return input;
  const main = known.get(tape) ?? chooseInput(graph, parts);
  known.set(tape, main);
  return main;
}

/** The value from which paths are followed, if it holds rows of a table. */
export function embeddingOf(graph: Inputs): Id | undefined {
  const main = mainInput(graph);
  return graph.isOfTokens || graph.embedded?.includes(main) ? main : undefined;
}

function chooseInput(graph: Inputs, parts: readonly Id[]): Id {
  const { tape, input, output } = graph;
  const layouts = findLayouts(graph);
  const [images] = tape.shape(input) as [number];
  const isMap = (id: Id) => {
    const shape = tape.shape(id);
    return layouts[id] !== undefined && sizeOf(shape) > images * shape[layouts[id].channelAxis]!;
  };
  const ranked = parts.map((part) => ({
    part,
    maps: soleValuesFrom({ tape, output, from: part }).filter(isMap).length,
    macs: macsWhere(graph, streamOf(tape, part)),
  }));
  return ranked.reduce((best, each) =>
    each.maps > best.maps || (each.maps === best.maps && each.macs > best.macs) ? each : best,
  ).part;
}
