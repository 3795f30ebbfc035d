// Checks a specification without starting anything, and says what a search of it would be.
import type { Issue } from '../../core/errors.js';
import { openSpace } from '../../core/spaces/index.js';
import type { Specification } from '../../core/specification/specification.js';
import { sourceOf } from '../../core/specification/stages.js';
import { defaultId } from '../searches/start-search.js';
import type { ModulePermission } from './allow-modules.js';
import { checkNotify } from './check-notify.js';
import type { ReadSpecification } from './read-candidates.js';
import { readSpecificationInput, type SpecificationInput } from './read-specification.js';

export interface CheckedSpecification {
  /** With every default. */
  readonly specification: Specification;
  /** The id that a search of it gets; null where only another search's ranking decides it. */
  readonly id: string | null;
  /** The digest of everything that decides the result; null where `id` is. */
  readonly digest: string | null;
  /** Candidates that a search scores; undefined where only another search's ranking knows. */
  readonly candidates: number | undefined;
  /** Settings that are allowed, but probably not what was meant. */
  readonly warnings: readonly Issue[];
  /** What a control worker on another machine, with other settings, may refuse. */
  readonly notes: readonly string[];
}

/** SpecError names every mistake with its field. */
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
  // What another search's ranking holds decides the id too, and nobody is asked for it here.
  const isKnown = sourceOf(specification).kind !== 'list' || list !== undefined;
  return {
    specification,
    id: isKnown ? defaultId(read) : null,
    digest: isKnown ? digest : null,
    candidates: list?.length ?? countOf(specification),
    warnings,
    notes,
  };
}

/** Candidates of a search, or that it will draw; undefined where only another search knows. */
function countOf(specification: Specification): number | undefined {
  const source = sourceOf(specification);
  if (source.kind === 'list') return source.top;
  if (source.kind === 'random') return source.samples;
  if (source.kind === 'evolution') return source.budget;
  return openSpace(specification.space).enumeration!.size;
}
