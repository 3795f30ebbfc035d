// Resolves features that a person names, by their tensors in the file or by PyTorch modules whose names the
// exporter has left there.
import { SpecError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { channelAxes } from './axis-meanings.js';
import { type Feature, featureOf } from './features.js';
import type { Graph } from './graph.js';
import { moduleOutputs } from './module-names.js';
import type { ResolvedGraph } from './resolve.js';

/** Each name, or the output tensor of a module if only a module has that name. */
export function tensorNames(graph: Graph, names: readonly string[]): readonly string[] {
  const tensors = new Set([graph.inputs[0]!.name, ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  const modules = moduleOutputs(graph);
  return names.map((name) => (tensors.has(name) ? name : (modules.get(name) ?? name)));
}

/**
 * Throws SpecError where the file has no such tensor, or where the tensor does not depend on the images or
 * lacks channels or positions.
 */
export function featureNamed({
  graph,
  name,
  file,
}: {
  readonly graph: ResolvedGraph;
  readonly name: string;
  readonly file: string;
}): Feature {
  const { tape, named, isStream } = graph;
  const id = named.get(name);
  if (id === undefined) {
    const close = nearest({ word: name, known: [...named.keys()] });
    throw SpecError.inFile({
      file,
      reason: 'unknown-tensor',
      message: `has no tensor or module "${name}"${close ? `; did you mean "${close}"?` : ''}`,
    });
  }
  const { shape } = tape.get(id);
  const channelAxis = channelAxes(graph)[id] ?? (shape.length === 4 ? 1 : shape.length === 3 ? 2 : undefined);
  if (!isStream[id] || channelAxis === undefined)
    throw SpecError.inFile({
      file,
      message: `its tensor "${name}" of shape [${shape}] is no feature: it must depend on the images and have channels and positions`,
    });
  return featureOf({ id, name, shape, channelAxis, images: tape.shape(graph.input)[0]! });
}
