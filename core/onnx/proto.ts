// Defines the messages of onnx.proto that a network consists of, as tables of fields and as types.
import { decode, type Field, type Fields } from './wire.js';

const field = (name: string, kind: Exclude<Field['kind'], 'message' | 'messages'>): Field => ({ name, kind });
const message = (name: string, of: () => Fields): Field => ({ name, kind: 'message', of });
const messages = (name: string, of: () => Fields): Field => ({ name, kind: 'messages', of });

const OPERATOR_SET: Fields = { 1: field('domain', 'string'), 2: field('version', 'int') };

const STRING_PAIR: Fields = { 1: field('key', 'string'), 2: field('value', 'string') };

const TENSOR: Fields = {
  1: field('dims', 'ints'),
  2: field('dataType', 'int'),
  4: field('floatData', 'chunks'),
  5: field('int32Data', 'chunks'),
  7: field('int64Data', 'chunks'),
  8: field('name', 'string'),
  9: field('rawData', 'bytes'),
  10: field('doubleData', 'chunks'),
  11: field('uint64Data', 'chunks'),
  13: messages('externalData', () => STRING_PAIR),
  14: field('dataLocation', 'int'),
};

const DIMENSION: Fields = { 1: field('value', 'int'), 2: field('parameter', 'string') };
const SHAPE: Fields = { 1: messages('dims', () => DIMENSION) };
const TENSOR_TYPE: Fields = { 1: field('elementType', 'int'), 2: message('shape', () => SHAPE) };
const TYPE: Fields = { 1: message('tensorType', () => TENSOR_TYPE) };
const VALUE_INFO: Fields = {
  1: field('name', 'string'),
  2: message('type', () => TYPE),
  4: messages('metadata', () => STRING_PAIR),
};
/** Types of values inside a graph are not read. */
const VALUE_NOTE: Fields = { 1: field('name', 'string'), 4: messages('metadata', () => STRING_PAIR) };

const ATTRIBUTE: Fields = {
  1: field('name', 'string'),
  2: field('f', 'float'),
  3: field('i', 'int'),
  4: field('s', 'bytes'),
  5: message('t', () => TENSOR),
  6: message('g', () => GRAPH),
  7: field('floats', 'floats'),
  8: field('ints', 'ints'),
  9: field('strings', 'chunks'),
  20: field('type', 'int'),
  21: field('refAttrName', 'string'),
};

const NODE: Fields = {
  1: field('inputs', 'strings'),
  2: field('outputs', 'strings'),
  3: field('name', 'string'),
  4: field('opType', 'string'),
  5: messages('attributes', () => ATTRIBUTE),
  7: field('domain', 'string'),
  8: field('overload', 'string'),
  9: messages('metadata', () => STRING_PAIR),
};

const GRAPH: Fields = {
  1: messages('nodes', () => NODE),
  2: field('name', 'string'),
  5: messages('initializers', () => TENSOR),
  11: messages('inputs', () => VALUE_INFO),
  12: messages('outputs', () => VALUE_INFO),
  13: messages('values', () => VALUE_NOTE),
  16: messages('metadata', () => STRING_PAIR),
};

const FUNCTION: Fields = {
  1: field('name', 'string'),
  4: field('inputs', 'strings'),
  5: field('outputs', 'strings'),
  6: field('attributes', 'strings'),
  7: messages('nodes', () => NODE),
  9: messages('opsets', () => OPERATOR_SET),
  10: field('domain', 'string'),
  11: messages('defaults', () => ATTRIBUTE),
  13: field('overload', 'string'),
};

const MODEL: Fields = {
  1: field('irVersion', 'int'),
  2: field('producer', 'string'),
  7: message('graph', () => GRAPH),
  8: messages('opsets', () => OPERATOR_SET),
  25: messages('functions', () => FUNCTION),
};

/** Fields and lists that the file does not contain are absent. */
export interface TensorProto {
  readonly name?: string;
  readonly dims?: readonly number[];
  readonly dataType?: number;
  readonly dataLocation?: number;
  /** The place of the numbers in another file: location, offset, length. */
  readonly externalData?: readonly { readonly key?: string; readonly value?: string }[];
  readonly rawData?: Uint8Array;
  readonly floatData?: readonly Uint8Array[];
  readonly int32Data?: readonly Uint8Array[];
  readonly int64Data?: readonly Uint8Array[];
  readonly doubleData?: readonly Uint8Array[];
  readonly uint64Data?: readonly Uint8Array[];
}
export interface AttributeProto {
  readonly name?: string;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly strings?: readonly Uint8Array[];
  readonly type?: number;
  readonly refAttrName?: string;
}
export interface NodeProto {
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly attributes?: readonly AttributeProto[];
  readonly domain?: string;
  readonly overload?: string;
  /** The documentation of the node by its exporter. */
  readonly metadata?: readonly { readonly key?: string; readonly value?: string }[];
}
export interface ValueInfoProto {
  readonly name?: string;
  readonly type?: {
    readonly tensorType?: {
      readonly elementType?: number;
      readonly shape?: {
        readonly dims?: readonly { readonly value?: number; readonly parameter?: string }[];
      };
    };
  };
  readonly metadata?: readonly { readonly key?: string; readonly value?: string }[];
}
/** What an exporter noted about a value inside a graph. */
export interface ValueNoteProto {
  readonly name?: string;
  readonly metadata?: readonly { readonly key?: string; readonly value?: string }[];
}
export interface GraphProto {
  readonly nodes?: readonly NodeProto[];
  readonly name?: string;
  readonly initializers?: readonly TensorProto[];
  readonly inputs?: readonly ValueInfoProto[];
  readonly outputs?: readonly ValueInfoProto[];
  readonly values?: readonly ValueNoteProto[];
  /** What an exporter noted about the whole graph. */
  readonly metadata?: readonly { readonly key?: string; readonly value?: string }[];
}
export interface FunctionProto {
  readonly name?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: readonly string[];
  readonly defaults?: readonly AttributeProto[];
  readonly nodes?: readonly NodeProto[];
  readonly opsets?: readonly OperatorSetProto[];
}
export interface OperatorSetProto {
  readonly domain?: string;
  readonly version?: number;
}
export interface ModelProto {
  readonly irVersion?: number;
  readonly producer?: string;
  readonly graph?: GraphProto;
  readonly opsets?: readonly OperatorSetProto[];
  readonly functions?: readonly FunctionProto[];
}

/**
 * Decodes the bytes of an ONNX file. Tensors remain views of those bytes. Throws an Error where the bytes are
 * no such message.
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return decode(bytes, MODEL) as ModelProto;
}
