// Writes the parts of an ONNX model, such as nodes and tensors, as messages of onnx.proto.
import type protobuf from 'protobufjs/minimal.js';

/** What PyTorch's newer exporter notes about a tensor that is a plain attribute of a module and not trained. */
const NOTE_KIND = 'pkg.torch.export.graph_signature.InputSpec.kind';
const NOTE_OF_CONSTANTS = 'CONSTANT_TENSOR';
/** What an exported model notes about an input that holds rows of a table; the reader of models knows it. */
export const EMBEDDED = { key: 'zeroscout.holds', value: 'embeddings' } as const;

/** Values of TensorProto.DataType. */
export const FLOAT = 1;
const INT32 = 6;
export const INT64 = 7;
const BOOL = 9;
export const DOUBLE = 11;
const PORT_TYPES = { float: FLOAT, double: DOUBLE, int32: INT32, int64: INT64, bool: BOOL } as const;

export type Attribute =
  | number
  | readonly number[]
  | string
  | readonly string[]
  | { readonly float: number }
  | { readonly tensor: Constant };
export type Attributes = Readonly<Record<string, Attribute>>;
/** A dimension is a size, or the name of a size that is known only when the program runs. */
export type Dimension = number | string;

export interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  readonly body?: Body;
}

/**
 * The subgraph of a node: its bytes, and the domains of its operators. It may read values of the surrounding
 * graph by name.
 */
export interface Body {
  readonly graph: Uint8Array;
  readonly domains: readonly string[];
}

/** A tensor of the program; `type` is a data type of onnx.proto. */
export interface Constant {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
  readonly data: readonly number[] | Float32Array | Float64Array;
  /** Whether it is part of what the network computes, and is not trained. */
  readonly isBuffer?: true;
}

export interface Port {
  readonly name: string;
  readonly dims: readonly Dimension[];
  readonly type?: keyof typeof PORT_TYPES;
  /** Whether it holds rows of a table, which the model then notes (EMBEDDED). */
  readonly isEmbedded?: true;
}

/** Splits `Operator@domain` into both; the domain of standard operators is ''. */
const operatorOf = (type: string): string => (type.includes('@') ? type.slice(0, type.indexOf('@')) : type);
export const domainOf = (type: string): string =>
  type.includes('@') ? type.slice(type.indexOf('@') + 1) : '';

type Writer = protobuf.Writer;

/** Writes a length-delimited field (wire type 2) whose content `body` writes. */
export function message(w: Writer, field: number, body: () => void): void {
  w.uint32((field << 3) | 2).fork();
  body();
  w.ldelim();
}

function writePacked(w: Writer, field: number, values: readonly number[]): void {
  message(w, field, () => {
    for (const value of values) w.int64(value);
  });
}

export function writeNode(
  w: Writer,
  { type, inputs, outputs, attributes, body }: Node,
  nameOf: (value: string) => string,
): void {
  for (const input of inputs) w.uint32(10).string(nameOf(input));
  for (const output of outputs) w.uint32(18).string(nameOf(output));
  w.uint32(26).string(nameOf(outputs[0]!));
  w.uint32(34).string(operatorOf(type));
  const domain = domainOf(type);
  if (domain) w.uint32(58).string(domain);
  for (const [name, value] of Object.entries(attributes)) {
    message(w, 5, () => {
      w.uint32(10).string(name);
      if (typeof value === 'number') w.uint32(24).int64(value).uint32(160).int32(2);
      else if (typeof value === 'string') w.uint32(34).string(value).uint32(160).int32(3);
      else if ('float' in value) w.uint32(21).float(value.float).uint32(160).int32(1);
      else if ('tensor' in value) {
        message(w, 5, () => writeTensor(w, value.tensor));
        w.uint32(160).int32(4);
      } else {
        const isText = value.some((item) => typeof item === 'string');
        for (const item of value)
          if (typeof item === 'string') w.uint32(74).string(item);
          else w.uint32(64).int64(item);
        w.uint32(160).int32(isText ? 8 : 7);
      }
    });
  }
  if (body)
    message(w, 5, () => {
      w.uint32(10).string('body').uint32(50).bytes(body.graph);
      w.uint32(160).int32(5);
    });
}

export function writeTensor(w: Writer, { name, type, dims, data }: Constant): void {
  if (dims.length) writePacked(w, 1, dims);
  w.uint32(16).int32(type);
  if (data instanceof Float32Array || data instanceof Float64Array)
    w.uint32(74).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  else if (type === INT64) writePacked(w, 7, data);
  else if (type === DOUBLE) w.uint32(74).bytes(new Uint8Array(Float64Array.from(data).buffer));
  else
    message(w, 4, () => {
      for (const value of data) w.float(value);
    });
  w.uint32(66).string(name);
}

export function writePort(w: Writer, { name, dims, type, isEmbedded }: Port): void {
  w.uint32(10).string(name);
  message(w, 2, () =>
    message(w, 1, () => {
      w.uint32(8).int32(PORT_TYPES[type ?? 'float']);
      message(w, 2, () => {
        for (const dim of dims)
          message(w, 1, () => {
            if (typeof dim === 'number') w.uint32(8).int64(dim);
            else w.uint32(18).string(dim);
          });
      });
    }),
  );
  if (isEmbedded) message(w, 4, () => w.uint32(10).string(EMBEDDED.key).uint32(18).string(EMBEDDED.value));
}

/** Says of a constant that it is not trained, as PyTorch's newer exporter does. */
export function writeNote(w: Writer, { name, dims }: Constant): void {
  writePort(w, { name, dims });
  message(w, 4, () => w.uint32(10).string(NOTE_KIND).uint32(18).string(NOTE_OF_CONSTANTS));
}
