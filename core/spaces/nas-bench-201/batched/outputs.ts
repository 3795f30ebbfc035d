// Names the outputs of a supernet, each in parts of some candidates.
import type { Port } from '../../../onnx/graph.js';
import type { Kit } from './kit.js';

/**
 * The most candidates of one output. A larger run has a statistic in several outputs, so that several threads can work on it
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

/**
 * The outputs of a statistic. Their node is the last of its branch, so that no other node reads it (compileSupernet says
 * why): it splits the statistic into parts, or reshapes the only part.
 */
export function leavesOf(kit: Kit, { name, value, count, width }: Output): (Port & { value: string })[] {
  const lengths = partsOf(count).map(({ length }) => length);
  const values = lengths.length > 1 ? kit.split(value, lengths, 0) : [kit.reshape(value, count, width)];
  return lengths.map((length, part) => ({ name: name(part), value: values[part]!, dims: [length, width] }));
}
