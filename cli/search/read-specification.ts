// In: the path of a specification. Out: what a search needs of it, every file that it names read and checked.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { checkAgainstSpace } from '../../core/spaces/check-specification.js';
import { openSpace } from '../../core/spaces/index.js';
import type { Space } from '../../core/spaces/space.js';
import { parseCandidateList } from '../../core/spec/candidate-list.js';
import { SpecError } from '../../core/spec/errors.js';
import { parseSpecification, type Specification } from '../../core/spec/specification.js';
import { specificationDigest } from '../../core/spec/specification-digest.js';
import { sourceOf } from '../../core/spec/stages.js';
import { parseTruth, type Truth } from '../../core/spec/truth.js';
import { sha256 } from './sha256.js';

export interface ReadSpecification {
  readonly specification: Specification;
  /** Candidates of a `list` strategy, in their usual spelling, each once. */
  readonly list?: readonly string[];
  /** Of everything that decides the result. */
  readonly digest: string;
}

/** SpecError names the file and the field; nothing has been started then. */
export async function readSpecification(path: string): Promise<ReadSpecification> {
  const specification = parseSpecification({ text: await readText(path), source: path });
  const strategy = sourceOf(specification);
  const space = openSpace(specification.space);
  if (strategy.kind !== 'list') {
    checkAgainstSpace({ specification, space });
    return { specification, digest: specificationDigest(specification, { inputs: {} }) };
  }
  const source = resolve(dirname(path), strategy.file);
  const text = await readText(source, `strategy.file: ${strategy.file}`);
  const { candidates } = parseCandidateList({ text, source: strategy.file, parse: space.parse });
  const list = [...new Set(candidates.map(space.parse))];
  checkAgainstSpace({ specification, space, candidates: list });
  const digest = specificationDigest(specification, { inputs: { list: sha256(list.join('\n')) } });
  return { specification, list, digest };
}

/** Known accuracies of candidates of a space. */
export async function readTruth({ path, space }: { path: string; space: Space }): Promise<Truth> {
  return parseTruth({ text: await readText(path), source: path, parse: space.parse });
}

/** The text of a file; a SpecError says what is wrong with the path. */
export async function readText(path: string, name = path): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT'
        ? 'no such file'
        : code === 'EISDIR'
          ? 'is a folder; must be a file'
          : `cannot be read (${code})`;
    throw SpecError.of({ path: name, message: why });
  }
}
