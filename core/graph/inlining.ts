// Defines how the nodes that stand for control flow are added to a network.
import type { NodeProto, TensorProto } from '../onnx/proto.js';

/** The network without control flow, as far as it has been written. */
export interface Inlining {
  /** Adds nodes, or what stands for them. Their names must differ from those that were added before. */
  readonly add: (nodes: readonly NodeProto[]) => void;
  /** Adds initializers. */
  readonly hold: (tensors: readonly TensorProto[]) => void;
  /**
   * The first element of a tensor that was added; undefined if it depends on the images, or on their size where the
   * file leaves it open.
   */
  readonly known: (name: string) => number | undefined;
}
