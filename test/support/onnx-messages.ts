// Writes ONNX models for tests field by field, so that a test can write what no exporter writes.
import protobuf from 'protobufjs/minimal.js';

/** A field: its number in onnx.proto, and a number (varint), text, bytes or a message of fields. */
export type MessageField = readonly [number, number | string | Uint8Array | readonly MessageField[]];

export function message(fields: readonly MessageField[]): Uint8Array {
  const w = protobuf.Writer.create();
  for (const [field, value] of fields) {
    if (typeof value === 'number') w.uint32(field << 3).int64(value);
    else if (typeof value === 'string') w.uint32((field << 3) | 2).string(value);
    else w.uint32((field << 3) | 2).bytes(value instanceof Uint8Array ? value : message(value));
  }
  return w.finish();
}

/** NodeProto. */
export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  more: readonly MessageField[] = [],
): MessageField {
  return [
    1,
    [
      ...inputs.map((name): MessageField => [1, name]),
      ...outputs.map((name): MessageField => [2, name]),
      [4, op],
      ...more,
    ],
  ];
}

/** AttributeProto of an integer, or of a list of integers. */
export function attribute(name: string, value: number | readonly number[]): MessageField {
  if (typeof value === 'number')
    return [
      5,
      [
        [1, name],
        [3, value],
        [20, 2],
      ],
    ];
  return [5, [[1, name], ...value.map((each): MessageField => [8, each]), [20, 7]]];
}

/**
 * A TensorProto of data type 1 (float32) or 7 (int64) without numbers; `more` holds them, or says where they
 * are.
 */
export function initializer(
  name: string,
  dims: readonly number[],
  type: 1 | 7,
  more: readonly MessageField[] = [],
): MessageField {
  return [5, [...dims.map((n): MessageField => [1, n]), [2, type], [8, name], ...more]];
}

/** Data of a tensor in another file. */
export function elsewhere(entries: Readonly<Record<string, string>>): readonly MessageField[] {
  return [
    ...Object.entries(entries).map(
      ([key, value]): MessageField => [
        13,
        [
          [1, key],
          [2, value],
        ],
      ],
    ),
    [14, 1],
  ];
}

/** ValueInfoProto of floats. */
function port(field: 11 | 12, name: string, dims: readonly (number | string)[]): MessageField {
  const shape = dims.map((n): MessageField => [1, [typeof n === 'number' ? [1, n] : [2, n]]]);
  return [
    field,
    [
      [1, name],
      [
        2,
        [
          [
            1,
            [
              [1, 1],
              [2, shape],
            ],
          ],
        ],
      ],
    ],
  ];
}

/** ModelProto with images `x`, [2, 3, 8, 8] by default, and an output `y`. `functions` are FunctionProto. */
export function model({
  graph,
  opset = 18,
  domains = [],
  functions = [],
  images = [2, 3, 8, 8],
}: {
  readonly graph: readonly MessageField[];
  readonly opset?: number;
  readonly domains?: readonly string[];
  readonly functions?: readonly (readonly MessageField[])[];
  /** A text is a dimension that the file leaves open. */
  readonly images?: readonly (number | string)[];
}): Uint8Array {
  const sets = [['', opset] as const, ...domains.map((name) => [name, 1] as const)];
  return message([
    [1, 8],
    [7, [...graph, [2, 'test'], port(11, 'x', images), port(12, 'y', [2, 4, 1, 1])]],
    ...sets.map(
      ([domain, version]): MessageField => [
        8,
        [
          [1, domain],
          [2, version],
        ],
      ],
    ),
    ...functions.map((each): MessageField => [25, each]),
  ]);
}
