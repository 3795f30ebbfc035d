// Refuses to make blocks for a space whose networks are graphs.
import { SpecError } from '../errors.js';
import type { Space } from './space.js';

/** The `network` of a space that answers `graph` instead. */
export function noBlocks(kind: string): Space['network'] {
  return ({ candidate }) => {
    throw SpecError.of({
      path: '',
      message: `candidate ${candidate} of ${kind} is a graph, whose network is not made of blocks`,
    });
  };
}
