// Resolves features that a person names, by their tensors in the file or by PyTorch modules whose names the
// exporter has left there.
import { SpecError } from '../errors.js';
import type { Id, Tape } from '../ops/tensor/tape.js';
import { nearest } from '../text/nearest.js';
import { findLayouts, usualLayout } from './axis-meanings.js';
import { moduleOutputs } from './exporters/module-names.js';
import { type Feature, featureOf } from './features.js';
import type { Graph } from './graph.js';
import type { ResolvedGraph } from './resolve.js';
import { vectorLayouts } from './vector-features.js';

/** Each name, or the output tensor of a module if only a module has that name. */
export function tensorNames(graph: Graph, names: readonly string[]): readonly string[] {
  const tensors = new Set([graph.inputs[0]!.name, ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  const modules = moduleOutputs(graph);
  return names.map((name) => (tensors.has(name) ? name : (modules.get(name) ?? name)));
}

/**
 * Throws SpecError where the file has no such tensor, or where the tensor does not depend on the images or
 * lacks channels.
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
  const { shape, type } = tape.get(id);
  const layout = findLayouts(graph)[id] ?? vectorLayouts(graph)[id] ?? usualLayout(shape);
  if (!isStream[id] || layout === undefined || type !== 'float')
    throw SpecError.inFile({
      file,
      message: `its tensor "${name}" of shape [${shape}] is no feature: it must ${type === 'float' ? 'depend on the images and have an axis of channels' : `hold activations, not numbers of the type ${type}`}`,
    });
  return featureOf({ ...layout, id, name, shape, images: tape.shape(graph.input)[0]! });
}

/** Throws SpecError where two names mean one tensor, or where a feature is named before one that it depends on. */
export function checkOrder({
  graph: { tape },
  features,
  file,
}: {
  readonly graph: ResolvedGraph;
  readonly features: readonly Feature[];
  readonly file: string;
}): void {
  features.forEach((feature, i) => {
    const earlier = features.slice(0, i);
    const same = earlier.find(({ id }) => id === feature.id);
    if (same)
      throw SpecError.inFile({ file, message: `its feature "${feature.name}" is named twice; name it once` });
    const depends = dependents(tape, feature.id);
    const later = earlier.find(({ id }) => depends[id]);
    if (later)
      throw SpecError.inFile({
        file,
        message: `its feature "${later.name}" is computed from "${feature.name}", which is named after it; name features from the images to the output`,
      });
  });
}

/** Whether each value depends on `from`. */
function dependents({ values }: Tape, from: Id): readonly boolean[] {
  const depends: boolean[] = [];
  for (const { id, inputs } of values) depends.push(id === from || inputs.some((input) => depends[input]));
  return depends;
}
