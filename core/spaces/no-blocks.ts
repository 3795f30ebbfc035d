// Throws for spaces whose networks are graphs when their blocks are requested.
import { SpecError } from '../errors.js';
import type { Space } from './space.js';

/** The function `network` of a space that implements `graph` instead. */
export function noBlocks(kind: string): Space['network'] {
  return ({ candidate }) => {
    throw SpecError.of({
      path: '',
      message: `candidate ${candidate} of ${kind} is a graph, whose network is not made of blocks`,
    });
  };
}
