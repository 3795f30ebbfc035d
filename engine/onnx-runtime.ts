// Loads ONNX Runtime after turning off its telemetry. No other file may load it.
import './telemetry-off.js';

export { InferenceSession, Tensor } from 'onnxruntime-node';

/**
 * The settings of a session with this number of threads. By default the threads of a session spin for a while after each
 * run and wait for the next one, on cores that the sessions of the next blocks, and other processes, need: every
 * session has threads of its own, and a network has one for each block. `more`: further entries of `session.`.
 */
export function threadSettings(threads: number, more: Readonly<Record<string, string>> = {}) {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' }, ...more } },
  };
}
