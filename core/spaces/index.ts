// In: the `space` of a specification. Out: the space itself.
import { nasBench201 } from './nas-bench-201/index.js';
import type { Space } from './space.js';

const SPACES: ReadonlyMap<string, Space> = new Map([[nasBench201.kind, nasBench201]]);

export const SPACE_KINDS: readonly string[] = [...SPACES.keys()];

/** The space of a kind; the specification's schema admits no other. */
export function openSpace({ kind }: { kind: string }): Space {
  const space = SPACES.get(kind);
  if (!space) throw new RangeError(`no space of kind "${kind}"; known: ${SPACE_KINDS.join(', ')}`);
  return space;
}
