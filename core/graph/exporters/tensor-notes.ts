// Reads what an exporter notes about the tensors of a graph: which of them are trained, and from which parameters its
// optimizer computed others.
import type { GraphProto } from '../../onnx/proto.js';

/** What PyTorch's newer exporter, and `python/zeroscout_export.py`, note about a tensor of a module. */
const KIND = 'pkg.torch.export.graph_signature.InputSpec.kind';
/** Buffers, and tensors that are plain attributes of a module: `self.positions = torch.arange(64)`. */
const UNTRAINED = new Set(['BUFFER', 'CONSTANT_TENSOR']);

/** Names of the tensors that the file says are not trained. */
export function untrainedTensors({ values = [] }: GraphProto): ReadonlySet<string> {
  const untrained = values.filter(({ metadata = [] }) =>
    metadata.some(({ key, value = '' }) => key === KIND && UNTRAINED.has(value)),
  );
  return new Set(untrained.map(({ name = '' }) => name));
}
