// In: the `space` of a specification. Out: the space itself.
import { nasBench201 } from './nas-bench-201/index.js';
import type { Space } from './space.js';

const SPACES: Readonly<Record<string, Space>> = { [nasBench201.kind]: nasBench201 };

export const SPACE_KINDS: readonly string[] = Object.keys(SPACES);

/** The space of a kind; the specification's schema admits no other. */
export function openSpace({ kind }: { kind: string }): Space {
  const space = SPACES[kind];
  if (!space) throw new RangeError(`no space of kind "${kind}"; known: ${Object.keys(SPACES).join(', ')}`);
  return space;
}
