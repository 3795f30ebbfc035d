// Defines the error that refuses a graph: an operation without a rule, shapes that do not fit, tensors that are too large.

/** It is no RangeError, which V8 throws where memory runs out: that is no fault of the graph, and is tried again. */
export class TapeError extends Error {
  override readonly name = 'TapeError';
}
