// Reads a specification with every file that it names, and checks everything before anything starts.
import { dirname } from 'node:path';
import { type Issue, SpecError, withField } from '../../core/errors.js';
import { checkDefinition } from '../../core/spaces/custom/schema.js';
import type { SpaceFile } from '../../core/spaces/definition.js';
import { definitionOfKind, SPACES } from '../../core/spaces/index.js';
import type { Space } from '../../core/spaces/space.js';
import { calibrationWarnings } from '../../core/specification/calibration-warnings.js';
import { adviseOn, checkAgainstSpace } from '../../core/specification/check-against-space.js';
import { checkScoreGradients } from '../../core/specification/constant-scores.js';
import {
  candidatesToExamine,
  type SampledCandidate,
  sampleWarnings,
} from '../../core/specification/sample-warnings.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import { checkSpecification, type Specification } from '../../core/specification/specification.js';
import { specificationDigest } from '../../core/specification/specification-digest.js';
import { sourceOf, stagesOf } from '../../core/specification/stages.js';
import { readDocument } from '../../core/text/read-document.js';
import { describeFound } from '../../core/text/show.js';
import type { FileInput } from '../files/open-file.js';
import { checkBatches } from './check-batches.js';
import { checkFile, checkForm, copyOf } from './check-form.js';
import { checkChannels, checkSides, expectedImages } from './expected-images.js';
import type { ModulePermission } from './module-permission.js';
import { resolveNamedFile } from './named-file.js';
import { openSpaceWith } from './open-space.js';
import { withCalibration } from './read-calibration.js';
import { findSourceField, type ReadSpecification, readListFile, withCandidates } from './read-candidates.js';
import { type ReadImages, readImages } from './read-images.js';
import { withLabels } from './read-labels.js';
import { readModule } from './read-module.js';
import { withOnnxFiles } from './read-networks.js';
import { withProxyFiles } from './read-own-proxies.js';
import { nameOf, readText } from './read-text.js';

export type { ReadSpecification } from './read-candidates.js';

/** Returns the file that a specification names as `name`: its path on this machine, or its bytes. */
export type FileResolver = (name: string) => FileInput | Promise<FileInput>;

/**
 * A specification in the forms that a program may have: a file, text (YAML or JSON), or an object, with the
 * files that it names.
 */
export type SpecificationInput =
  | { readonly path: string }
  | { readonly text: string; readonly files?: FileResolver }
  | { readonly value: object; readonly files?: FileResolver };

/** The argument that errors name if they concern no field of the specification. */
const FIELD = 'specification';

/** Returns the file that the field `field` of a specification names. */
type Resolve = (file: string, field: string) => Promise<FileInput>;

interface Reading {
  readonly modules: ModulePermission;
  readonly resolve: Resolve;
  /** The folder of a specification that is a file, in which patterns such as *.onnx are matched. */
  readonly folder?: string;
}

/** A SpecError names the file and the field. It is thrown before anything has been started. */
export async function readSpecification(
  path: string,
  { modules }: { readonly modules: ModulePermission } = { modules: 'refused' },
): Promise<ReadSpecification> {
  const folder = dirname(path);
  const resolve: Resolve = (file, field) => resolveNamedFile({ folder, file, field });
  return withField(FIELD, async () => {
    const value = readDocument({ text: await readText(path), source: path });
    return completeSpecification({ value, source: path, reading: { modules, resolve, folder } });
  });
}

/** Like `readSpecification`, for any form in which a program may have the specification. */
export async function readSpecificationInput(
  given: SpecificationInput,
  { modules }: { readonly modules: ModulePermission },
): Promise<ReadSpecification> {
  const input = checkForm(given, FIELD);
  if ('path' in input) return readSpecification(input.path, { modules });
  const { files } = input;
  const resolve: Resolve = async (file, field) => {
    if (files) return checkFile({ found: await files(file), file, field });
    const message = `${describeFound(file)}; no files came with this specification: hand them in as \`files\`, or the specification as a path`;
    throw SpecError.of({ path: field, message });
  };
  return withField(FIELD, () => {
    // A text or an object has no file that an error could name.
    const source = '';
    const value = 'text' in input ? readDocument({ text: input.text, source }) : copyOf(input.value, FIELD);
    return completeSpecification({ value, source, reading: { modules, resolve } });
  });
}

async function completeSpecification({
  value: written,
  source,
  reading,
}: {
  readonly value: unknown;
  readonly source: string;
  readonly reading: Reading;
}): Promise<ReadSpecification> {
  const {
    value: withNetworks,
    structures,
    warnings: ofFiles = [],
    kept = [],
  } = await withOnnxFiles({ value: written, ...reading });
  const { value: withInput, images } = await withImages({
    value: await withSpace({ value: withNetworks, reading }),
    reading,
  });
  if (images && structures) checkChannels({ images: images.images, structures });
  const withClasses = await withLabels({ value: withInput, resolve: reading.resolve });
  const withProxies = await withProxyFiles({ value: withClasses, ...reading });
  const calibrated = await withCalibration({ value: withProxies, resolve: reading.resolve });
  const { value, calibration } = calibrated;
  const files = {
    ...(images ? { images } : {}),
    ...(structures ? { structures } : {}),
    ...(calibration === undefined ? {} : { calibration }),
  };
  const specification = checkSpecification({ value, source });
  if (structures) checkSides({ specification, structures });
  checkBatches({ specification, kept });
  const strategy = sourceOf(specification);
  const space = openSpaceWith({ space: specification.space, modules: reading.modules });
  const warnings = [
    ...ofFiles,
    ...(calibrated.warnings ?? []),
    ...adviseOn({ specification, space }),
    ...sampleWarnings({ specification, space, ...selectExamined({ space, structures }) }),
    ...checkScoreGradients({ specification, space, ...selectExamined({ space, structures }) }),
    ...(images ? adviseOnImages({ specification, images }) : []),
    ...adviseOnCalibration(specification),
  ];
  const found = { specification, ...files, warnings };
  if (strategy.kind !== 'list' || strategy.file === undefined) {
    checkAgainstSpace({ specification, space });
    return { ...found, digest: specificationDigest(specification, { inputs: {} }) };
  }
  const { file, top } = strategy;
  const candidates = await readListFile({
    file,
    top,
    field: findSourceField(specification),
    resolve: reading.resolve,
    space,
  });
  return withCandidates({ ...found, candidates });
}

function adviseOnCalibration({ aggregation }: Specification): Issue[] {
  return calibrationWarnings(aggregation.calibration).map((message) => ({ path: 'aggregation', message }));
}

/** Some of the networks that were read from files, with their structures. */
function selectExamined({
  space,
  structures,
}: {
  readonly space: Space;
  readonly structures: ReadonlyMap<string, string> | undefined;
}): { readonly candidates?: readonly SampledCandidate[] } {
  if (!space.structureOf) return {};
  const found = candidatesToExamine(space).flatMap((candidate) => {
    const structure = structures?.get(space.structureOf!(candidate));
    return structure === undefined ? [] : [{ candidate, structure }];
  });
  return { candidates: found };
}

/** An image whose channels are all constant carries no signal that could distinguish networks. */
function adviseOnImages({
  specification,
  images: { constant },
}: {
  readonly specification: Specification;
  readonly images: ReadImages;
}): Issue[] {
  const used = Math.max(
    ...stagesOf(specification).map(
      ({
        specification: {
          fidelity: { draws, batch },
        },
      }) => draws * batch,
    ),
  );
  const flat = constant.filter((image) => image < used).length;
  if (flat === 0) return [];
  const message = `${flat} of the ${used} images that are scored are constant; proxies on such images do not distinguish candidates`;
  return [{ path: 'input.images', message }];
}

interface Replacement {
  readonly value: unknown;
  readonly reading: Reading;
}

/**
 * Replaces the file that a space names by its contents, because workers cannot read files of this machine.
 */
async function withSpace({ value, reading: { modules, resolve } }: Replacement): Promise<unknown> {
  const space = (value as { space?: { kind?: unknown; file?: unknown } | string } | null)?.space;
  // People name the file of a module and never write its compiled fields, so the error must not suggest
  // those.
  const kind = isMapping(space) ? space.kind : space;
  const about = definitionOfKind(String(kind))?.file;
  const isBare = !isMapping(space) || Object.keys(space).length === 1;
  if (about?.field === 'code' && isBare)
    throw SpecError.of({ path: 'space.file', message: `missing; must be the path of ${about.right}` });
  if (about?.written !== 'file' || !isMapping(space) || !('file' in space)) return value;
  const { file, ...rest } = space;
  if (typeof file !== 'string' || file === '' || file.includes('\0'))
    throw SpecError.of({
      path: 'space.file',
      message: `${describeFound(file)}; must be the path of ${about.right}`,
    });
  const beside = SPACES.flatMap((each) => each.file?.field ?? []).find((field) => field in rest);
  if (beside)
    throw SpecError.of({ path: 'space.file', message: `found beside ${beside}; keep one of the two` });
  const path = await resolve(file, 'space.file');
  const read = READERS[about.field];
  if (!read) return value;
  const content = await withField('space.file', () => read({ path, modules, name: file }));
  return { ...(value as object), space: { ...rest, ...content } };
}

function isMapping(value: unknown): value is { readonly kind?: unknown; readonly file?: unknown } {
  return typeof value === 'object' && value !== null;
}

/**
 * Replaces the file of images that a specification names by a description; the bytes go to the store when a
 * search starts.
 */
async function withImages({
  value,
  reading: { resolve },
}: Replacement): Promise<{ value: unknown; images?: ReadImages }> {
  const input = (value as { input?: { images?: unknown } } | null)?.input;
  const file = input?.images;
  if (typeof file !== 'string') return { value };
  if (file === '' || file.includes('\0'))
    throw SpecError.of({
      path: 'input.images',
      message: `${describeFound(file)}; must be the path of a .npy file`,
    });
  const path = await resolve(file, 'input.images');
  const images = await withField('input.images', () =>
    readImages({ path, name: file, expected: expectedImages(value) }),
  );
  return { value: { ...(value as object), input: { ...input, images: images.images } }, images };
}

/** The space that a file defines; SpecErrors call the file `name`. */
export async function readCustomSpace({
  path,
  name = nameOf(path),
}: {
  readonly path: FileInput;
  readonly name?: string;
}): Promise<SpaceSpecification & { kind: 'custom' }> {
  const value = readDocument({ text: await readText(path, name), source: name, holds: 'space' });
  return { kind: 'custom', definition: checkDefinition({ value, source: name }) };
}

interface SpaceReading {
  readonly path: FileInput;
  readonly modules: ModulePermission;
  readonly name: string;
}

/** Readers of the files that define spaces, by the field that holds the contents. */
const READERS: Readonly<
  Partial<Record<SpaceFile['field'], (reading: SpaceReading) => Promise<SpaceSpecification>>>
> = { definition: readCustomSpace, code: readModule };
