// Checks that a space has networks for images of a size.
import { SpecError } from '../../core/errors.js';
import type { Space } from '../../core/spaces/space.js';

/**
 * Throws a SpecError where images whose sides have `resolution` pixels cannot be halved as often as a candidate
 * does, or without one as often as some candidates do.
 */
export function checkSide({
  space,
  resolution,
  candidate,
}: {
  readonly space: Space;
  readonly resolution: number;
  readonly candidate?: string;
}): void {
  const step = space.resolutionStep(candidate);
  if (resolution % step === 0) return;
  throw SpecError.of({
    path: 'resolution',
    message: `found ${resolution}; must be a multiple of ${step} for ${candidate ?? space.kind}`,
  });
}
