// Orders the values of a program so that ONNX Runtime reuses buffers.
import type { Value } from '../ops/tape.js';
import { isTerm } from './passes/affine.js';
import { liveValues, type Outputs } from './passes/rewrite.js';

/**
 * The order of the tape, with two exceptions.
 *
 * 1. A sum, and a value that may be a term of a sum, comes right before its first reader, so that no buffer
 * holds it longer than needed.
 *
 * 2. The mask of a ReLU comes right after the ReLU's output. Among nodes whose order is free, ONNX Runtime
 * runs those that are listed earlier later, so the mask runs after the backward nodes that are listed after
 * it. By then the ReLU's output has no reader left, and the mask reuses its buffer.
 */
export function schedule(outputs: Outputs): readonly Value[] {
  const live = liveValues(outputs);
  const masks = new Map<Value, Value>();
  for (const value of live) if (value.primitive === 'positive') masks.set(value.inputs[0]!, value);
  const scheduled = new Set<Value>();
  const visit = (value: Value): void => {
    if (scheduled.has(value)) return;
    for (const input of value.inputs) if (input) visit(input);
    scheduled.add(value);
    const mask = masks.get(value);
    if (mask) scheduled.add(mask);
  };
  for (const value of live) if (!isTerm(value)) visit(value);
  Object.values(outputs).forEach(visit);
  return [...scheduled];
}
