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
  const count = live[0]!.tape.values.length;
  // The mask of each value that has one, by the value's index.
  const masks = new Array<Value | undefined>(count);
  for (const value of live) if (value.primitive === 'positive') masks[value.inputs[0]!.index] = value;
  const isScheduled = new Uint8Array(count);
  const scheduled: Value[] = [];
  const add = (value: Value): void => {
    if (isScheduled[value.index]) return;
    isScheduled[value.index] = 1;
    scheduled.push(value);
  };
  const visit = (value: Value): void => {
    if (isScheduled[value.index]) return;
    for (const input of value.inputs) if (input) visit(input);
    add(value);
    const mask = masks[value.index];
    if (mask) add(mask);
  };
  for (const value of live) if (!isTerm(value)) visit(value);
  Object.values(outputs).forEach(visit);
  return scheduled;
}
