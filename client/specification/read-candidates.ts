// Reads the candidates of a list strategy from a file, and gives a specification its digest.
import { type Issue, SpecError, withField } from '../../core/errors.js';
import { openSpace } from '../../core/spaces/index.js';
import type { Space } from '../../core/spaces/space.js';
import { candidatesOf, parseCandidateList } from '../../core/specification/candidate-list.js';
import { checkAgainstSpace } from '../../core/specification/check-against-space.js';
import type { Specification } from '../../core/specification/specification.js';
import { specificationDigest } from '../../core/specification/specification-digest.js';
import type { FileInput } from '../files/open-file.js';
import { sha256 } from '../files/sha256.js';
import type { ReadImages } from './read-images.js';
import { isParquet, readParquetTable } from './read-table.js';
import { readText } from './read-text.js';

export interface ReadSpecification {
  readonly specification: Specification;
  /**
   * The candidates of a `list` strategy in their usual spelling, without repeats. Those of another search's
   * ranking are absent until `withRanking` has read it.
   */
  readonly list?: readonly string[];
  /** The user's images. */
  readonly images?: ReadImages;
  /** For a space of files: the structures of their networks, by digest. */
  readonly structures?: ReadonlyMap<string, string>;
  /** The text of the calibration that `aggregation` names. */
  readonly calibration?: string;
  /** The digest of everything that determines the result. */
  readonly digest: string;
  /** Settings that are valid but probably unintended. */
  readonly warnings?: readonly Issue[];
}

/** The default id of a specification: its name and the beginning of its digest. */
export function composeDefaultId({ specification, digest }: ReadSpecification): string {
  return `${specification.name}-${digest.slice(0, 8)}`;
}

/** The field of a specification that says where its candidates come from. */
export function findSourceField({ strategy }: Specification): 'strategy' | 'strategy.source' {
  return strategy.kind === 'screening' ? 'strategy.source' : 'strategy';
}

/** Checks a specification together with the candidates of its list; the digest covers both. */
export function withCandidates({
  specification,
  candidates,
  ...rest
}: Omit<ReadSpecification, 'list' | 'digest'> & {
  readonly candidates: readonly string[];
}): ReadSpecification {
  const space = openSpace(specification.space);
  const list = [...new Set(candidates.map(space.parse))];
  checkAgainstSpace({ specification, space, candidates: list });
  const digest = specificationDigest(specification, { inputs: { list: sha256(list.join('\n')) } });
  return { ...rest, specification, list, digest };
}

/** `warning: constraints.flops.max: found 900M; ...`, one text for each warning. */
export function formatWarnings({ warnings = [] }: Pick<ReadSpecification, 'warnings'>): string[] {
  return warnings.map(({ path, message }) => `warning: ${path}: ${message}`);
}

interface ReadListFileArguments {
  readonly file: string;
  readonly top: number | undefined;
  /** The name of the field `strategy` in messages. */
  readonly field: string;
  /** Returns the file that a field of the specification names. */
  readonly resolve: (file: string, field: string) => Promise<FileInput>;
  readonly space: Space;
}

/**
 * The candidates in a list's file, in order: a text with one candidate a line, or a ranking as CSV or
 * parquet.
 */
export async function readListFile({
  file,
  top,
  field,
  resolve,
  space,
}: ReadListFileArguments): Promise<readonly string[]> {
  const path = await resolve(file, `${field}.file`);
  const of = { source: file, parse: space.parse };
  const { candidates } = await withField(`${field}.file`, async () =>
    isParquet(file)
      ? candidatesOf({ table: await readParquetTable({ path, name: file }), ...of })
      : parseCandidateList({ text: await readText(path, file), ...of }),
  );
  return firstOf({ candidates, top, field, whose: file });
}

interface FirstOfArguments {
  readonly candidates: readonly string[];
  readonly top: number | undefined;
  readonly field: string;
  readonly whose: string;
}

export function firstOf({ candidates, top, field, whose }: FirstOfArguments): readonly string[] {
  if (top === undefined || top <= candidates.length) return candidates.slice(0, top);
  const message = `found ${top}; ${whose} has ${candidates.length} candidates; must be at most that`;
  throw SpecError.of({ path: `${field}.top`, message });
}
