// Counts the costs of the candidates in a list.
import { withField } from '../../core/errors.js';
import type { Costs } from '../../core/spaces/space.js';
import { parseEveryCandidate } from '../../core/specification/candidate-list.js';
import { spaceDefaults } from '../../core/specification/space.js';
import type { FileInput } from '../files/open-file.js';
import { openSpaceWith } from '../specification/open-space.js';
import { nameOf, readText } from '../specification/read-text.js';
import { checkSide } from './check-side.js';
import { type DescribeRequest, readSpace } from './describe-space.js';

export interface CostsRequest extends DescribeRequest {
  /** A text with one candidate a line, or a table with a column of candidates. */
  readonly candidates: FileInput;
}

export interface CandidateCosts extends Required<Pick<Costs, 'parameters' | 'flops'>> {
  /** The candidate in the spelling of the list. */
  readonly candidate: string;
}

/**
 * The costs in the order of the list, one for each line. Throws a SpecError that names every line that is not
 * a candidate of the space.
 */
export async function computeCandidateCosts({
  space: input,
  candidates: file,
  resolution,
  modules,
}: CostsRequest): Promise<readonly CandidateCosts[]> {
  const specification = await readSpace(input, modules);
  const space = openSpaceWith({ space: specification, modules });
  const side = resolution ?? spaceDefaults(specification).resolution;
  const source = nameOf(file);
  const candidates = await withField('candidates', async () =>
    parseEveryCandidate({ text: await readText(file), source, parse: space.parse }),
  );
  return candidates.map((candidate) => {
    const own = space.parse(candidate);
    checkSide({ space, resolution: side, candidate: own });
    const { parameters, flops } = space.costs({ candidate: own, resolution: side });
    return { candidate, parameters, flops };
  });
}
