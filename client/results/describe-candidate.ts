// Describes a candidate of a search's space: its picture, its costs, and the candidates that differ from it
// in one choice.
import { drawArchitecture } from '../../core/drawing/draw-architecture.js';
import { withField } from '../../core/errors.js';
import type { Costs, Space } from '../../core/spaces/space.js';
import { costResolution } from '../../core/specification/space.js';
import type { Specification } from '../../core/specification/specification.js';
import { checkText } from '../check-text.js';
import type { ModulePermission } from '../specification/module-permission.js';
import { openSpaceWith } from '../specification/open-space.js';
import { candidateArchitecture } from './candidate-architecture.js';
import { type ExportFormat, exportFormatsOf } from './export-candidates.js';

/** The number of random replacements with which neighbours are searched. */
const TRIES = 200;
const MOST_NEIGHBOURS = 60;

export interface CandidateDescription {
  readonly candidate: string;
  /** The side of the images, in pixels, for which costs are counted. */
  readonly resolution: number;
  /** Of images that are not square, their shape, in place of `resolution`. */
  readonly image?: readonly number[];
  readonly costs: Costs;
  /** SVG text without scripts and style sheets. */
  readonly drawing: string;
  /** The candidates that differ in one choice, without repetition; a sample of them in a large space. */
  readonly neighbours: readonly string[];
  /** The formats in which it can be exported. */
  readonly formats: readonly ExportFormat[];
}

interface DescribeCandidateArguments {
  readonly specification: Specification;
  readonly candidate: string;
  readonly modules: ModulePermission;
  readonly blob: (digest: string) => Promise<Uint8Array>;
  /** The blocks of an imported network whose operators are drawn. */
  readonly expanded?: readonly number[] | undefined;
}

/** Throws a SpecError for a text that is not a candidate of the space. */
export async function describeCandidate({
  specification,
  candidate: given,
  modules,
  blob,
  expanded,
}: DescribeCandidateArguments): Promise<CandidateDescription> {
  const space = openSpaceWith({ space: specification.space, modules });
  const resolution = costResolution(specification);
  checkText('candidate', given);
  const candidate = await withField('candidate', () => space.parse(given));
  const architecture = await candidateArchitecture({ space, candidate, resolution, blob, expanded });
  return {
    candidate,
    resolution,
    ...(space.image ? { image: space.image } : {}),
    costs: space.costs({ candidate, resolution }),
    drawing: drawArchitecture(architecture, { label: `architecture of ${candidate.slice(0, 200)}` }),
    neighbours: neighboursOf(space, candidate),
    formats: exportFormatsOf(space),
  };
}

/**
 * The result is deterministic, because the keys of the replacements are fixed. A space whose candidates cannot be
 * mutated, such as one of files, has no neighbours.
 */
function neighboursOf(space: Space, parent: string): readonly string[] {
  const found = new Set<string>();
  if (space.structureOf) return [];
  for (let draw = 0; draw < TRIES && found.size < MOST_NEIGHBOURS; draw++) {
    const child = space.mutate({ parent, key: { seed: 0, draw, name: 'neighbours' }, mutations: 1 });
    if (child !== parent) found.add(child);
  }
  return [...found];
}
