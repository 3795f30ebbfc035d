// Checks a specification without starting anything, and describes the search that it would start.
import type { Issue } from '../../core/errors.js';
import { openSpace } from '../../core/spaces/index.js';
import type { Specification } from '../../core/specification/specification.js';
import { sourceOf } from '../../core/specification/stages.js';

import { checkNotify } from './check-notify.js';
import type { ModulePermission } from './module-permission.js';
import { composeDefaultId, type ReadSpecification } from './read-candidates.js';
import { readSpecificationInput, type SpecificationInput } from './read-specification.js';

export interface CheckedSpecification {
  /** The specification with every default. */
  readonly specification: Specification;
  /** The id of a search with this specification; null if it depends on another search's ranking. */
  readonly id: string | null;
  /** The digest of everything that determines the result; null if `id` is. */
  readonly digest: string | null;
  /** The number of candidates; undefined if only another search's ranking determines it. */
  readonly candidates: number | undefined;
  /** Settings that are valid but probably unintended. */
  readonly warnings: readonly Issue[];
  /** Parts of a specification that a control worker on another machine, with other settings, may refuse. */
  readonly notes: readonly string[];
}

/** Throws a SpecError that names every mistake with its field. */
export async function checkSpecificationInput(
  input: SpecificationInput,
  { modules }: { readonly modules: ModulePermission },
): Promise<CheckedSpecification> {
  return describeRead(await readSpecificationInput(input, { modules }));
}

function describeRead(read: ReadSpecification): CheckedSpecification {
  const notes: string[] = [];
  checkNotify({ ...read, onNote: (text) => notes.push(text) });
  const { specification, list, digest, warnings = [] } = read;
  // The ranking of another search also determines the id, but no server is queried for it here.
  const isKnown = sourceOf(specification).kind !== 'list' || list !== undefined;
  return {
    specification,
    id: isKnown ? composeDefaultId(read) : null,
    digest: isKnown ? digest : null,
    candidates: list?.length ?? countOf(specification),
    warnings,
    notes,
  };
}

/** The number of candidates of a search; undefined if only another search determines it. */
function countOf(specification: Specification): number | undefined {
  const source = sourceOf(specification);
  if (source.kind === 'list') return source.top;
  if (source.kind === 'random') return source.samples;
  if (source.kind === 'evolution') return source.budget;
  return openSpace(specification.space).enumeration!.size;
}
