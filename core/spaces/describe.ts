// Describes a space: its size, its costs, an example, and the number of equivalence classes where the space can be enumerated.
import type { CostRanges, Space } from './space.js';

/** The number of random candidates that are examined where a space cannot be enumerated. */
const SAMPLED = 1000;

export interface SpaceDescription {
  readonly kind: string;
  /** The exact number of candidates. */
  readonly candidates: bigint | 'unbounded';
  /**
   * The number of different canonical keys, that is, of equivalence classes; null where the space was not
   * enumerated.
   */
  readonly distinct: number | null;
  /**
   * null where costs are those of all candidates; otherwise the number of random candidates they are taken
   * from.
   */
  readonly sampled: number | null;
  /** The side of the images, in pixels, for which costs are counted. */
  readonly resolution: number;
  readonly flops: CostRanges['flops'];
  readonly parameters: CostRanges['parameters'];
  readonly layers: CostRanges['layers'] | null;
  readonly example: string;
}

/**
 * `resolution` is the side of the images, in pixels, for which costs are counted, unless the space counts them at
 * one size only.
 */
export function describeSpace({
  space,
  resolution,
}: {
  readonly space: Space;
  readonly resolution: number;
}): SpaceDescription {
  const { kind, size, countedAt = resolution } = space;
  const exact = space.costRanges?.({ resolution });
  if (exact) {
    const example = space.start ?? space.random({ seed: 1, draw: 0, name: 'describe' });
    return {
      kind,
      candidates: size,
      distinct: null,
      sampled: null,
      resolution: countedAt,
      layers: null,
      ...exact,
      example,
    };
  }
  // A space that computes its ranges may still be unable to compute these; it is then too large to be
  // enumerated.
  const enumeration = space.costRanges ? undefined : space.enumeration;
  const keys = new Set<string>();
  const ranges = { flops: emptyRange(), parameters: emptyRange(), layers: emptyRange() };
  const at = enumeration?.at ?? ((draw: number) => space.random({ seed: 1, draw, name: 'describe' }));
  const count = enumeration?.size ?? SAMPLED;
  for (let i = 0; i < count; i++) {
    const candidate = at(i);
    if (enumeration) keys.add(space.canonicalKey(candidate));
    const { flops, parameters, layers } = space.costs({ candidate, resolution });
    widen(ranges.flops, flops);
    widen(ranges.parameters, parameters);
    if (layers !== undefined) widen(ranges.layers, layers);
  }
  return {
    kind,
    candidates: size,
    distinct: enumeration ? keys.size : null,
    sampled: enumeration ? null : count,
    resolution: countedAt,
    flops: ranges.flops,
    parameters: ranges.parameters,
    layers: ranges.layers.max > 0 ? ranges.layers : null,
    example: space.start ?? at(Math.floor(count / 3)),
  };
}

/** A range that grows with every value. */
interface GrowingRange {
  min: number;
  max: number;
}

function emptyRange(): GrowingRange {
  return { min: Number.POSITIVE_INFINITY, max: 0 };
}

function widen(range: GrowingRange, value: number): void {
  range.min = Math.min(range.min, value);
  range.max = Math.max(range.max, value);
}
