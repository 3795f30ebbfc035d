// In: a space that can be enumerated. Out: its size, the number of different functions in it, and its costs.
import type { Space } from './space.js';

export interface SpaceDescription {
  readonly kind: string;
  readonly candidates: number;
  /** Different canonical keys. */
  readonly distinct: number;
  readonly flops: { readonly min: number; readonly max: number };
  readonly parameters: { readonly min: number; readonly max: number };
  readonly example: string;
}

/** Walks the whole space once. */
export function describeSpace(space: Space): SpaceDescription {
  const keys = new Set<string>();
  const flops = { min: Number.POSITIVE_INFINITY, max: 0 };
  const parameters = { min: Number.POSITIVE_INFINITY, max: 0 };
  for (let index = 0; index < space.size; index++) {
    const candidate = space.at(index);
    keys.add(space.canonicalKey(candidate));
    const costs = space.costs(candidate);
    widen(flops, costs.flops);
    widen(parameters, costs.parameters);
  }
  const example = space.at(Math.floor(space.size / 3));
  return { kind: space.kind, candidates: space.size, distinct: keys.size, flops, parameters, example };
}

function widen(range: { min: number; max: number }, value: number): void {
  range.min = Math.min(range.min, value);
  range.max = Math.max(range.max, value);
}
