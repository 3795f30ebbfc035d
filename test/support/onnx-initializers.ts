// Reads the float32 initializers that an ONNX model holds as raw bytes, by their fields in onnx.proto.
import protobuf from 'protobufjs/minimal.js';

export interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

/** Weights are written as raw bytes, constants of the graph as lists of numbers. */
export function initializersOf(model: Uint8Array): Initializer[] {
  const found: Initializer[] = [];
  fields(protobuf.Reader.create(model), {
    7: (graph) => fields(graph, { 5: (tensor) => found.push(initializer(tensor)) }),
  });
  return found.filter(({ bytes }) => bytes.length > 0);
}

function initializer(r: protobuf.Reader): Initializer {
  const dims: number[] = [];
  let name = '';
  let bytes = new Uint8Array();
  fields(r, {
    1: (packed) => {
      while (packed.pos < packed.len) dims.push(Number(packed.int64()));
    },
    8: (text) => {
      name = Buffer.from(rest(text)).toString();
    },
    9: (raw) => {
      bytes = Uint8Array.from(rest(raw));
    },
  });
  return { name, dims, bytes };
}

function rest(r: protobuf.Reader): Uint8Array {
  return r.buf.subarray(r.pos, r.len);
}

/** Calls `on` with the content of length-delimited fields; skips the others. */
function fields(
  r: protobuf.Reader,
  on: Readonly<Record<number, (content: protobuf.Reader) => unknown>>,
): void {
  while (r.pos < r.len) {
    const tag = r.uint32();
    const use = on[tag >>> 3];
    if (use && (tag & 7) === 2) use(protobuf.Reader.create(r.bytes()));
    else r.skipType(tag & 7);
  }
}
