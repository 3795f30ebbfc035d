// Names the outputs of a supernet, each of which is split into parts of some candidates.
import type { Port } from '../../../onnx/graph.js';
import type { Kit } from './kit.js';

/**
 * The most candidates in one output. A larger run splits a statistic into several outputs, so that several
 * threads can read it without a copy.
 */
const PART = 128;

/** The first candidate and the number of candidates of each part. */
export function partsOf(size: number): readonly { start: number; length: number }[] {
  const count = Math.ceil(size / PART);
  const at = (i: number) => Math.floor((size * i) / count);
  return Array.from({ length: count }, (_, i) => ({ start: at(i), length: at(i + 1) - at(i) }));
}

/** Names of outputs by feature or block, and part. */
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
 * The outputs of a statistic. The node is the last of its branch, so that no other node reads it (see
 * compileSupernet): it splits the statistic into parts, or reshapes a single part.
 */
export function leavesOf(kit: Kit, { name, value, count, width }: Output): (Port & { value: string })[] {
  const lengths = partsOf(count).map(({ length }) => length);
  const values = lengths.length > 1 ? kit.split(value, lengths, 0) : [kit.reshape(value, count, width)];
  return lengths.map((length, part) => ({ name: name(part), value: values[part]!, dims: [length, width] }));
}
