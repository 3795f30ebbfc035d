// Reads an ONNX network that a test has written, and returns why it is refused.
import { type Issue, SpecError } from '../../core/errors.js';
import { readOnnx } from '../../core/graph/read-onnx.js';
import { type MessageField, model } from './onnx-messages.js';

/** The first issue of the error; undefined if the network is read. */
export function refusal(graph: readonly MessageField[]): Issue | undefined {
  try {
    readOnnx({ bytes: model({ graph }), file: 'my.onnx' });
    return undefined;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.issues[0];
  }
}
