// Reads the ONNX files of a space: what a specification carries about them, and the structures that go to the
// store.
import { type Issue, SpecError } from '../../core/errors.js';
import type { Normalization } from '../../core/graph/graph.js';
import { definitionOfKind } from '../../core/spaces/index.js';
import { unknownKey } from '../../core/text/nearest.js';
import { describeFound } from '../../core/text/show.js';
import { hasKey, readNamedFeatures } from '../networks/named-features.js';
import type { KeptBatch } from './check-batches.js';
import { FIELD, findNetworkFiles, type Place } from './find-network-files.js';
import { commonImage, sizeOfSpace } from './image-size.js';
import { type OpenNetwork, type ReadNetwork, readNetwork, warningsOf } from './read-network.js';

interface Read {
  readonly value: unknown;
  readonly structures?: ReadonlyMap<string, string>;
  readonly warnings?: readonly Issue[];
  /** Networks that only the batch of their export fits. */
  readonly kept?: readonly KeptBatch[];
}

/** Replaces the ONNX files that a space names by descriptions of their contents. Every file is checked. */
export async function withOnnxFiles({
  value,
  resolve,
  folder,
}: Place & { readonly value: unknown }): Promise<Read> {
  const given = (value as { space?: unknown } | null)?.space;
  // The kind alone may stand for the space.
  const space = typeof given === 'string' ? { kind: given } : given;
  if (typeof space !== 'object' || space === null) return { value };
  const { kind, files, features, normalization: written, ...rest } = space as Record<string, unknown>;
  const about = definitionOfKind(String(kind))?.file;
  if (about?.written !== 'files' || 'networks' in rest) return { value };
  refuseUnknownKeys(rest);
  const patterns = typeof files === 'string' ? [files] : files;
  const isList = Array.isArray(patterns) && patterns.length > 0;
  if (!isList || !patterns.every((each) => typeof each === 'string' && each !== '' && !each.includes('\0')))
    throw SpecError.of({ path: FIELD, message: `${describeFound(files)}; must be ${about.right}` });
  const paths = await findNetworkFiles({ patterns: patterns as string[], resolve, folder });
  const { named, fidelity } = readNamedFeatures({ value: value as object, features });
  const normalization = normalizationOf(written);
  const limitsLatency = hasKey((value as { constraints?: unknown }).constraints, 'latency');
  const stated = sizeIn(rest.resolution);
  const reading = { stated, named, normalization };
  const issues: Issue[] = [];
  const first = await readEach({ paths, issues, read: (path) => readNetwork({ ...path, ...reading }) });
  if (issues.length) throw new SpecError(issues);
  const common = commonImage({ files: first, stated });
  // One file may fix the size that another leaves open.
  const again = async (each: ReadNetwork | OpenNetwork) =>
    'network' in each && common.every((n, i) => n === undefined || n === each.image[i])
      ? each
      : readNetwork({ ...each, ...reading, common });
  const all = (await readEach({ paths: first, issues, read: again })).filter((each) => 'network' in each);
  if (limitsLatency) issues.push(...all.flatMap(fixedBatchIssues));
  if (issues.length) throw new SpecError(issues);
  return {
    value: {
      ...(value as object),
      ...fidelity,
      space: {
        kind,
        ...sizeOfSpace(common.map((n, i) => n ?? all[0]?.image[i])),
        networks: all.map(({ network }) => network),
      },
    },
    structures: new Map(all.map(({ network, text }) => [network.digest, text])),
    warnings: warningsOf(all),
    kept: all.flatMap(({ name, onlyBatch }) => (onlyBatch === undefined ? [] : [{ name, batch: onlyBatch }])),
  };
}

interface ReadEachArguments<Path, Read> {
  readonly paths: readonly Path[];
  readonly issues: Issue[];
  readonly read: (path: Path) => Promise<Read>;
}

/** The files that are networks; what is wrong with the others is added to `issues`. */
async function readEach<Path, Read>({ paths, issues, read }: ReadEachArguments<Path, Read>) {
  const networks: Read[] = [];
  for (const path of paths)
    try {
      networks.push(await read(path));
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      issues.push(...error.issues.map((issue) => ({ ...issue, path: FIELD })));
    }
  return networks;
}

const KEYS = ['kind', 'files', 'resolution', 'features', 'normalization'];

/** The schema of the space lists what commands write in place of the files, so keys are checked here. */
function refuseUnknownKeys(rest: object): void {
  const unknown = Object.keys(rest).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0)
    throw new SpecError(
      unknown.map((key) => ({ path: `space.${key}`, message: unknownKey({ word: key, known: KEYS }) })),
    );
}

const NORMALIZATIONS: readonly Normalization[] = ['file', 'restore'];

function normalizationOf(value: unknown): Normalization {
  if (value === undefined) return 'file';
  const known = NORMALIZATIONS.find((normalization) => normalization === value);
  if (known) return known;
  throw SpecError.of({
    path: 'space.normalization',
    message: `${describeFound(value)}; must be one of ${NORMALIZATIONS.join(', ')}`,
  });
}

/** The longest side, of signals. */
const LONGEST = 2 ** 24;

/** A latency is that of one image. */
function fixedBatchIssues({ name, batch }: ReadNetwork): readonly Issue[] {
  if (batch === undefined || batch === 1) return [];
  const message = `${name} was exported for a batch of ${batch}, so one image cannot be measured; export it with a free batch (docs/guides/own-network.md)`;
  return [{ path: 'constraints.latency', message }];
}

/** The size of open axes, if the specification states one. */
function sizeIn(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && (value as number) >= 4 && (value as number) <= LONGEST)
    return value as number;
  throw SpecError.of({
    path: 'space.resolution',
    message: `${describeFound(value)}; must be a whole number from 4 to ${LONGEST}`,
  });
}
