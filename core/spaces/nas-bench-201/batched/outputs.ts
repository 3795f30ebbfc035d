// In: a statistic of all candidates of a stack. Out: the outputs that it leaves by, in parts.
import type { Port } from '../../../onnx/graph.js';
import type { Kit } from './kit.js';

/**
 * Candidates of one output: larger stacks put a statistic out in several parts, so that several threads can work on it
 * without a copy.
 */
const PART = 128;

/** First candidate and number of candidates of each part. */
export function partsOf(size: number): readonly { start: number; length: number }[] {
  const count = Math.ceil(size / PART);
  const at = (i: number) => Math.floor((size * i) / count);
  return Array.from({ length: count }, (_, i) => ({ start: at(i), length: at(i + 1) - at(i) }));
}

/** Names by feature or block and part. */
export const featureOutput = (feature: number, part: number): string => `feature.${feature}.${part}`;
export const jacobianOutput = (block: number, part: number): string => `jacobian.${block}.${part}`;

/** An output [count, width] and the names of its parts. */
export interface Output {
  readonly name: (part: number) => string;
  readonly value: string;
  readonly count: number;
  readonly width: number;
}

/** The last node of an output, whose results nobody reads: it splits, or does nothing where there is one part. */
export function leavesOf(kit: Kit, { name, value, count, width }: Output): (Port & { value: string })[] {
  const lengths = partsOf(count).map(({ length }) => length);
  const values = lengths.length > 1 ? kit.split(value, lengths, 0) : [kit.reshape(value, count, width)];
  return lengths.map((length, part) => ({ name: name(part), value: values[part]!, dims: [length, width] }));
}
