// Applies the rules of a block's operations: its forward pass, and the vector-Jacobian product of its output.
import type { Block } from '../ir/block.js';
import type { Shape } from '../ir/shape.js';
import { operation } from '../ops/operations.js';
import { sum } from '../ops/primitives.js';
import type { Site } from '../ops/rule.js';
import type { Tape, Value } from '../ops/tape.js';

/** A block's values on a tape. */
export interface BlockTape {
  readonly x: Value;
  readonly y: Value;
  /** The gradient of <v, y> with respect to x, for a `v` of y's shape; `undefined` where it is zero. */
  pullback(v: Value): Value | undefined;
}

/**
 * `shapes` lists the shape of every value, beginning with the input's. It is given for a program for one
 * shape.
 */
export function tapeBlock({
  tape,
  block: { instructions },
  shapes,
}: {
  readonly tape: Tape;
  readonly block: Block;
  readonly shapes: readonly Shape[] | undefined;
}): BlockTape {
  const values = [tape.input('x', shapes?.[0])];
  const sites = instructions.map(({ operation: name, inputs, settings, slot }): Site => {
    const site = {
      inputs: inputs.map((i) => values[i]!),
      weight: (end = '') => tape.weight(`${slot}${end}`),
      settings,
      shape: shapes?.[values.length],
    };
    values.push(operation(name).forward(site));
    return site;
  });
  const pullback = (v: Value): Value | undefined => {
    // For each value, the gradient terms that its readers contribute; their sum is the value's gradient.
    const parts: Value[][] = values.map(() => []);
    const gradientOf = (i: number) => (parts[i]!.length > 0 ? sum(parts[i]!) : undefined);
    parts.at(-1)!.push(v);
    for (let i = instructions.length - 1; i >= 0; i--) {
      const dy = gradientOf(i + 1);
      if (dy === undefined) continue;
      const { operation: name, inputs } = instructions[i]!;
      const gradients = operation(name).vjp({ ...sites[i]!, y: values[i + 1]!, dy });
      gradients.forEach((gradient, k) => {
        if (gradient !== undefined) parts[inputs[k]!]!.push(gradient);
      });
    }
    return gradientOf(0);
  };
  return { x: values[0]!, y: values.at(-1)!, pullback };
}
