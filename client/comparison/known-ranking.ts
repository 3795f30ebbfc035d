// Finds the ranking of a specification in the table of known limits.
import type { KnownRanking } from '../../core/comparison/known-limits.js';
import { isFourAtStages, presetOf } from '../../core/specification/preset-of.js';
import type { Specification } from '../../core/specification/specification.js';

/** Undefined for a ranking by other proxies, weights or features than those of the table. */
export function knownRanking(specification: Specification): KnownRanking | undefined {
  const preset = presetOf(specification);
  if (preset !== undefined)
    return { field: preset === 'assembled' ? 'assembled' : 'azNas', name: `\`${preset}\`` };
  return isFourAtStages(specification)
    ? { field: 'fourAtStages', name: 'the four proxies of AZ-NAS at stages' }
    : undefined;
}
