// Counts the classes of the networks of a space.
import { wholeNetworkOf } from './whole-network.js';

/** The number of class scores that the whole network of a candidate computes. */
export function countClasses(candidate: Parameters<typeof wholeNetworkOf>[0]): number {
  const { tape, logits } = wholeNetworkOf(candidate);
  return tape.shape(logits)[1]!;
}
