// Looks up the known accuracies of candidates, and what candidates cost where their space says it.
import { SpecError } from '../../core/errors.js';
import type { Truth } from '../../core/report/truth.js';
import type { Space } from '../../core/spaces/space.js';
import { type Structure, structureOf } from '../../core/spaces/structure.js';

/** Accuracies of a candidate; where those of a class are known, of any member of its class. */
export function createAccuracyLookup(
  { accuracy }: Truth,
  space: Space,
): (candidate: string) => readonly number[] | undefined {
  if (space.accuraciesOf !== 'classes') return (candidate) => accuracy.get(candidate);
  const ofClasses = new Map<string, readonly number[]>();
  for (const [candidate, numbers] of accuracy) ofClasses.set(space.canonicalKey(candidate), numbers);
  return (candidate) => accuracy.get(candidate) ?? ofClasses.get(space.canonicalKey(candidate));
}

/**
 * The costs of a candidate that are known without a measurement; undefined if the space cannot compute them.
 */
export interface KnownCosts {
  readonly flops: number | undefined;
  readonly parameters: number | undefined;
  readonly depth: number | undefined;
  /** Whether some block has an identity path. */
  readonly residual: Structure['identityPath'] | undefined;
}

/** `resolution`: where the space counts FLOPs at any. */
export function findKnownCosts({
  space,
  candidate,
  resolution,
}: {
  readonly space: Space;
  readonly candidate: string;
  readonly resolution: number;
}): KnownCosts {
  const costs = orUndefined(() => space.costs({ candidate, resolution }));
  const structure = orUndefined(() => structureOf({ space, candidate, resolution }));
  return {
    flops: costs?.flops,
    parameters: costs?.parameters,
    depth: structure?.depth ?? costs?.layers,
    residual: structure?.identityPath,
  };
}

/** Undefined where the space cannot say it, such as the blocks of a network that is an ONNX file. */
function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof SpecError) return undefined;
    throw error;
  }
}
