// Decodes protocol buffer messages by a table of their fields, with limits on what a hostile file can make it
// allocate.
import protobuf from 'protobufjs/minimal.js';

/** The type of a field. A message type is given by a function, so that tables may refer to each other. */
export type Field =
  | { readonly name: string; readonly kind: 'int' | 'float' | 'string' | 'bytes' }
  | { readonly name: string; readonly kind: 'ints' | 'floats' | 'strings' | 'chunks' }
  | { readonly name: string; readonly kind: 'message' | 'messages'; readonly of: () => Fields };
export type Fields = Readonly<Record<number, Field>>;

/** The deepest nesting of messages. Graphs in attributes of graphs could otherwise nest without end. */
const DEEPEST = 24;
/** The most numbers in one list of an attribute. Tensors are kept as bytes and do not count. */
const LONGEST_LIST = 1_000_000;
/** The most messages and strings in one file, which keeps the decoded result below some hundred megabytes. */
const MOST_MESSAGES = 4_000_000;

interface Budget {
  left: number;
}

/**
 * Decodes one message and skips fields that the table does not name. Throws an Error that says what is wrong
 * with the bytes.
 */
export function decode(bytes: Uint8Array, fields: Fields): Record<string, unknown> {
  const reader = protobuf.Reader.create(bytes);
  return decodeMessage({ reader, end: reader.len, fields, depth: 0, budget: { left: MOST_MESSAGES } });
}

interface Place {
  readonly reader: protobuf.Reader;
  readonly end: number;
  readonly fields: Fields;
  readonly depth: number;
  readonly budget: Budget;
}

function decodeMessage(place: Place): Record<string, unknown> {
  const { reader, end, fields, depth } = place;
  if (depth > DEEPEST) throw new Error(`messages are nested more than ${DEEPEST} deep`);
  const out: Record<string, unknown> = {};
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = fields[tag >>> 3];
    if (!field || !readField({ place, field, wire: tag & 7, out })) reader.skipType(tag & 7);
  }
  if (reader.pos !== end) throw new Error('a message is longer than the room that it says it has');
  return out;
}

interface ReadFieldArguments {
  readonly place: Place;
  readonly field: Field;
  readonly wire: number;
  readonly out: Record<string, unknown>;
}

/** Reads one field into `out`; returns false where the wire type is not the field's. */
function readField({ place, field, wire, out }: ReadFieldArguments): boolean {
  const { reader, budget } = place;
  const { name, kind } = field;
  if (kind === 'int') return wire === 0 && set(out, name, whole(reader.int64()));
  if (kind === 'float') return wire === 5 && set(out, name, reader.float());
  if (kind === 'ints' || kind === 'floats') return readNumbers({ place, kind, wire, list: list(out, name) });
  if (wire !== 2) return false;
  budget.left -= 1;
  if (budget.left < 0) throw new Error(`there are more than ${MOST_MESSAGES} parts`);
  if (kind === 'string') return set(out, name, text(place));
  if (kind === 'strings') return append(out, name, text(place));
  if (kind === 'bytes') return set(out, name, view(place));
  if (kind === 'chunks') return append(out, name, view(place));
  if (!('of' in field)) return false;
  const message = decodeInner(place, field.of());
  return kind === 'message' ? set(out, name, message) : append(out, name, message);
}

function set(out: Record<string, unknown>, name: string, value: unknown): true {
  out[name] = value;
  return true;
}

function append(out: Record<string, unknown>, name: string, value: unknown): true {
  list(out, name).push(value as never);
  return true;
}

/** Returns the end of a length-delimited field, which must lie within the surrounding message. */
function endOf({ reader, end }: Place): number {
  const length = reader.uint32();
  if (reader.pos + length > end) throw new Error('the file ends within a message: it is truncated');
  return reader.pos + length;
}

function decodeInner(place: Place, fields: Fields): Record<string, unknown> {
  return decodeMessage({ ...place, end: endOf(place), fields, depth: place.depth + 1 });
}

/** Returns a text, which must end within the surrounding message. */
function text(place: Place): string {
  const { reader } = place;
  const start = reader.pos;
  endOf(place);
  reader.pos = start;
  return reader.string();
}

/** Returns the bytes of a field as a view of the file, without copying. */
function view(place: Place): Uint8Array {
  const { reader } = place;
  const end = endOf(place);
  const bytes = reader.buf.subarray(reader.pos, end);
  reader.pos = end;
  return bytes;
}

function list(out: Record<string, unknown>, name: string): unknown[] {
  out[name] ??= [];
  return out[name] as unknown[];
}

interface ReadNumbersArguments {
  readonly place: Place;
  readonly kind: 'ints' | 'floats';
  readonly wire: number;
  readonly list: unknown[];
}

/** Reads a repeated number, which is either packed or written one at a time. */
function readNumbers({ place, kind, wire, list }: ReadNumbersArguments): boolean {
  const { reader } = place;
  const single = kind === 'ints' ? 0 : 5;
  const read = () => list.push(kind === 'ints' ? whole(reader.int64()) : reader.float());
  if (wire === single) read();
  else if (wire === 2)
    for (const end = endOf(place); reader.pos < end && list.length <= LONGEST_LIST; ) read();
  else return false;
  if (list.length > LONGEST_LIST) throw new Error(`a list has more than ${LONGEST_LIST} numbers`);
  return true;
}

/**
 * Converts a 64-bit integer to a number. Integers beyond 2^53 (such as "end of the axis" in a Slice) are only
 * compared with sizes, so rounding them is safe.
 */
function whole(value: unknown): number {
  return typeof value === 'number' ? value : (value as { toNumber(): number }).toNumber();
}

/** Reads packed varints, which is how tensors store integers. */
export function readVarints(bytes: Uint8Array): number[] {
  const reader = protobuf.Reader.create(bytes);
  const out: number[] = [];
  while (reader.pos < reader.len) out.push(whole(reader.int64()));
  return out;
}
