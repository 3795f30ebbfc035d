// Reads which tensors of an ONNX file are its features, from a specification or from a YAML file beside the
// network.
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { SpecError } from '../../core/errors.js';
import { mapping, text, toIssues } from '../../core/schema/fields.js';
import { readDocument } from '../../core/text/read-document.js';
import { describeFound } from '../../core/text/show.js';
import type { FileInput } from '../files/open-file.js';
import { readText } from '../specification/read-text.js';

const RIGHT = 'a list of at least 2 names of tensors or of modules, such as [layer1, layer2]';

const error = ({ input }: { readonly input?: unknown }) =>
  `${Array.isArray(input) ? `found a list of ${input.length}` : describeFound(input)}; must be ${RIGHT}`;

const Names = z.array(text({ test: (name) => name !== '', right: 'a name' }), { error }).min(2, { error });
const Sidecar = mapping({ features: Names });

/** Throws a SpecError that names `field` for a value that is not a list of names. */
function parseFeatureNames(value: unknown, field: string): readonly string[] {
  const { data, error } = Names.safeParse(value);
  if (error) throw new SpecError(toIssues({ error, root: '' }).map((issue) => ({ ...issue, path: field })));
  return data;
}

/**
 * Reads the features of `resnet50.onnx` from `resnet50.onnx.yaml`; undefined if there is no such file. Throws
 * a SpecError for an invalid file.
 */
export async function readSidecar(file: FileInput): Promise<readonly string[] | undefined> {
  if (typeof file !== 'string') return undefined;
  const path = `${file}.yaml`;
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const value = readDocument({ text: await readText(path), source: path, holds: 'features' });
  const { data, error } = Sidecar.safeParse(value);
  if (error) throw new SpecError(toIssues({ error, root: '' }).map((issue) => ({ ...issue, file: path })));
  return data.features;
}

/**
 * The features that the specification names for every file, in the space or in place of `blocks` or `stages`.
 * They become part of the structures, so the fidelity that remains does not contain them.
 */
export function readNamedFeatures({
  value,
  features,
}: {
  readonly value: object;
  readonly features: unknown;
}): {
  readonly named?: readonly string[];
  readonly fidelity?: { readonly fidelity: object };
} {
  const { fidelity } = value as { readonly fidelity?: unknown };
  const inFidelity = hasKey(fidelity, 'features') ? (fidelity as { features: unknown }).features : undefined;
  if (!Array.isArray(inFidelity))
    return features === undefined ? {} : { named: parseFeatureNames(features, 'space.features') };
  if (features !== undefined)
    throw SpecError.of({
      path: 'fidelity.features',
      message: 'features are named here and in space.features; name them in one place',
    });
  const { features: _, ...rest } = fidelity as { features: unknown };
  return { named: parseFeatureNames(inFidelity, 'fidelity.features'), fidelity: { fidelity: rest } };
}

/** Whether the value is a mapping with this key. */
export function hasKey(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && key in value;
}
