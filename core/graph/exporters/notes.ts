// Reads what an exporter notes: about a node, from which operation of PyTorch it comes; about a tensor, whether it is
// trained, or from which parameters the exporter's optimizer computed it.
import type { GraphProto } from '../../onnx/proto.js';
import { EMBEDDED } from '../../onnx/write-messages.js';

export type Metadata = readonly { readonly key?: string; readonly value?: string }[];

/** Where the optimizer of PyTorch's newer exporter notes its rules: "RemoveOptionalBiasFromConv, FuseBatchNormIntoConv". */
export const RULES = 'pkg.onnxscript.rewriter.rule_name';
/** The operation of PyTorch that a node stands for: `args = (%x, [96], %p_norm_weight, %p_norm_bias, 1e-06), kwargs = {}`. */
export const CALL = 'pkg.torch.onnx.fx_node';

export function noteOf(metadata: Metadata | undefined, wanted: string): string | undefined {
  return metadata?.find(({ key }) => key === wanted)?.value;
}

/** What PyTorch's newer exporter, and `python/zeroscout_export.py`, note about a tensor of a module. */
const KIND = 'pkg.torch.export.graph_signature.InputSpec.kind';
/** Buffers, and tensors that are plain attributes of a module: `self.positions = torch.arange(64)`. */
const UNTRAINED = new Set(['BUFFER', 'CONSTANT_TENSOR']);
/** The tensors from which the optimizer of the newer exporter computed another, as a Python list: "['cls_token', 'val_19']". */
const ORIGINS = 'pkg.onnxscript.optimizer.folded_from';
/** The tensors of a module, one a line: "p_fc_weight: PARAMETER target='fc.weight'". */
const SIGNATURE = 'pkg.torch.export.ExportedProgram.graph_signature';
const PARAMETER = /^(\w+): PARAMETER target='([^']*)'/gm;

/** Whether the metadata of an input say that it holds rows of a table, as those of exported candidates do. */
export const holdsEmbeddings = (metadata: Metadata | undefined): boolean =>
  noteOf(metadata, EMBEDDED.key) === EMBEDDED.value;

/** A tensor that the optimizer computed while it wrote the file, and what it was computed from. */
export interface FoldedTensor {
  readonly name: string;
  readonly parameters: readonly string[];
  /** Everything else: results on the way, such as `expand`, buffers and constants. */
  readonly others: readonly string[];
}

/** Names of the tensors that the file says are not trained: buffers and the like, and what was computed from them alone. */
export function untrainedTensors(graph: GraphProto): ReadonlySet<string> {
  const untrained = (graph.values ?? []).filter(({ metadata = [] }) =>
    metadata.some(({ key, value = '' }) => key === KIND && UNTRAINED.has(value)),
  );
  const computed = foldedTensors(graph).filter(({ parameters }) => parameters.length === 0);
  return new Set([...untrained, ...computed].map(({ name = '' }) => name));
}

/** Names of the tensors that the file says are trained: parameters, and what was computed from them. */
export function trainedTensors(graph: GraphProto): ReadonlySet<string> {
  const { values = [], metadata } = graph;
  const trained = values.filter(({ metadata: notes = [] }) => noteOf(notes, KIND) === 'PARAMETER');
  const computed = foldedTensors(graph).filter(({ parameters }) => parameters.length > 0);
  const listed = [...(noteOf(metadata, SIGNATURE) ?? '').matchAll(PARAMETER)].map(([, , target]) => target!);
  return new Set([...[...trained, ...computed].map(({ name = '' }) => name), ...listed]);
}

/** Whether the file says which of its tensors are parameters, as those of the newer exporter do. */
export const listsParameters = ({ metadata }: GraphProto): boolean =>
  noteOf(metadata, SIGNATURE) !== undefined;

/** The tensors that the optimizer computed; none where the file does not say which tensors are parameters. */
export function foldedTensors({ values = [], metadata = [] }: GraphProto): readonly FoldedTensor[] {
  const signature = noteOf(metadata, SIGNATURE);
  if (signature === undefined) return [];
  const parameters = new Set(
    [...signature.matchAll(PARAMETER)].flatMap(([, name, target]) => [name, target]),
  );
  return values.flatMap(({ name = '', metadata: notes = [] }) => {
    const origins = noteOf(notes, ORIGINS);
    if (origins === undefined) return [];
    const names = [...origins.matchAll(/'([^']*)'/g)].map(([, each]) => each!);
    return {
      name,
      parameters: names.filter((each) => parameters.has(each)),
      others: names.filter((each) => !parameters.has(each)),
    };
  });
}
