// Parses the filters of a ranking that people type, such as `flops < 100M and rank <= 500`, into conditions
// in SQL.
import { SpecError } from '../../core/errors.js';
import { nearest } from '../../core/text/nearest.js';

/** A condition and its values as parameters, so that no user input becomes SQL. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (number | string)[];
}

/** The type of a column's values, which determines how they compare. */
export type ColumnKind = 'number' | 'text';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
const TOKEN =
  /\s*(?:(?<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?<unit>[kMG]?)(?![\w.])|(?<lowest>-[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)\b|(?<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<operator><=|>=|!=|<>|==|=|<|>|~|\(|\))|(?<word>[A-Za-z_][\w-]*))/y;
const COMPARISONS: Readonly<Record<string, string>> = {
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '=': '=',
  '==': '=',
  '!=': '<>',
  '<>': '<>',
};
/** The deepest nesting of conditions. */
const DEEPEST = 20;
const LONGEST = 2_000;

interface Token {
  readonly kind: 'number' | 'quoted' | 'operator' | 'word' | 'end';
  readonly text: string;
  readonly value?: number | string;
}

/**
 * Grammar: comparisons `column < value` joined by `and`, `or`, `not` and parentheses; `column ~ text` holds
 * where the text occurs in the column, in small or capital letters; numbers may end in k, M or G; `inf` and
 * `-inf` are numbers. Anything else is a SpecError with the field `filter`.
 */
export function parseFilter({
  text,
  columns,
}: {
  readonly text: string;
  readonly columns: ReadonlyMap<string, ColumnKind>;
}): Condition {
  if (text.trim() === '') return { sql: 'true', values: [] };
  if (text.length > LONGEST) throw fault(`${text.length} characters; must be ${LONGEST} at most`);
  const reader = createReader(readTokens(text));
  const values: (number | string)[] = [];

  const either = (depth: number): string => {
    const parts = [both(depth)];
    while (reader.takeWord('or')) parts.push(both(depth));
    return parts.length > 1 ? `(${parts.join(' OR ')})` : parts[0]!;
  };
  const both = (depth: number): string => {
    const parts = [one(depth)];
    while (reader.takeWord('and')) parts.push(one(depth));
    return parts.length > 1 ? `(${parts.join(' AND ')})` : parts[0]!;
  };
  const one = (depth: number): string => {
    if (depth > DEEPEST) throw fault(`conditions within each other; must be ${DEEPEST} deep at most`);
    if (reader.takeWord('not')) return `(NOT ${one(depth + 1)})`;
    if (reader.takeOperator('(')) {
      const inner = either(depth + 1);
      if (!reader.takeOperator(')')) throw fault(`found ${reader.show()}; a ")" is missing`);
      return inner;
    }
    return comparison();
  };
  const comparison = (): string => {
    const column = reader.next();
    if (column.kind !== 'word') throw fault(`found ${showToken(column)}; must be a column: ${list(columns)}`);
    const name = columnOf(column.text, columns);
    const kind = columns.get(name);
    if (kind === undefined) throw createUnknownColumnError({ name, columns, field: 'filter' });
    const operator = reader.next();
    const value = reader.next();
    return compare({ column: name, kind, operator, value, add: (each) => values.push(each) });
  };

  const sql = either(0);
  if (reader.peek().kind !== 'end') throw fault(`found ${reader.show()}; must be "and", "or" or the end`);
  return { sql, values };
}

/**
 * Common names of costs, used where the ranking has no column of that name: the proxies `complexity` and `flops` are both FLOPs.
 */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  flops: 'complexity',
  complexity: 'flops',
  params: 'parameters',
};

export function columnOf(name: string, columns: ReadonlyMap<string, ColumnKind>): string {
  const other = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : undefined;
  return columns.has(name) || other === undefined || !columns.has(other) ? name : other;
}

interface CompareArguments {
  readonly column: string;
  readonly kind: ColumnKind;
  readonly operator: Token;
  readonly value: Token;
  readonly add: (value: number | string) => void;
}

function compare({ column, kind, operator, value, add }: CompareArguments): string {
  const name = quoteName(column);
  if (operator.text === '~') {
    if (value.value === undefined && value.kind !== 'word')
      throw fault(`found ${showToken(value)} after "~"; must be a text, such as ${column} ~ "conv"`);
    // A number is looked for as it is written: 012 is part of other texts than 12.
    add(String(value.kind === 'quoted' ? value.value : value.text));
    return `contains(lower(CAST(${name} AS VARCHAR)), lower(?))`;
  }
  const comparison = COMPARISONS[operator.text];
  if (operator.kind !== 'operator' || comparison === undefined)
    throw fault(
      `found ${showToken(operator)} after "${column}"; must be one of ${Object.keys(COMPARISONS).join(' ')} ~`,
    );
  if (kind === 'number') {
    const number = numberOf(value);
    if (number === undefined)
      throw fault(`found ${showToken(value)}; must be a number, such as ${column} ${operator.text} 100M`);
    add(number);
    return `${name} ${comparison} CAST(? AS DOUBLE)`;
  }
  if (value.kind !== 'quoted' && value.kind !== 'word')
    throw fault(`found ${showToken(value)}; must be a text in quotes`);
  add(String(value.value ?? value.text));
  return `${name} ${comparison} ?`;
}

function numberOf({ kind, text, value }: Token): number | undefined {
  if (kind === 'number') return value as number;
  return kind === 'word' && /^inf(inity)?$/i.test(text) ? Number.POSITIVE_INFINITY : undefined;
}

function readTokens(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const source = text.trimEnd();
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(source)?.groups;
    if (groups === undefined)
      throw fault(
        `found ${JSON.stringify(source.slice(at).trim().slice(0, 20))}; must be a column, a sign such as <=, a number such as 100M, or a text in quotes such as "3x3"`,
      );
    const { number, unit, lowest, quoted, operator, word } = groups;
    if (number !== undefined)
      tokens.push({
        kind: 'number',
        text: `${number}${unit}`,
        value: Number(number) * UNITS[unit!.toLowerCase()]!,
      });
    else if (lowest !== undefined)
      tokens.push({ kind: 'number', text: lowest, value: Number.NEGATIVE_INFINITY });
    else if (quoted !== undefined)
      tokens.push({ kind: 'quoted', text: quoted, value: quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1') });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator });
    else tokens.push({ kind: 'word', text: word! });
  }
  return tokens;
}

function createReader(tokens: readonly Token[]) {
  const END: Token = { kind: 'end', text: '' };
  let at = 0;
  const peek = () => tokens[at] ?? END;
  const take = (holds: (token: Token) => boolean): boolean => {
    if (!holds(peek())) return false;
    at += 1;
    return true;
  };
  return {
    peek,
    show: () => showToken(peek()),
    next: () => {
      const token = peek();
      at += 1;
      return token;
    },
    takeWord: (word: string) => take(({ kind, text }) => kind === 'word' && text.toLowerCase() === word),
    takeOperator: (sign: string) => take(({ kind, text }) => kind === 'operator' && text === sign),
  };
}

/** A name quoted for SQL; it must be the name of an existing column. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function createUnknownColumnError({
  name,
  columns,
  field,
}: {
  readonly name: string;
  readonly columns: ReadonlyMap<string, ColumnKind>;
  readonly field: string;
}): SpecError {
  const near = nearest({ word: name, known: [...columns.keys()] });
  const guess = near === undefined ? '' : `; did you mean "${near}"?`;
  return SpecError.of({ path: field, message: `no column "${name}"${guess} (columns: ${list(columns)})` });
}

function list(columns: ReadonlyMap<string, ColumnKind>): string {
  return [...columns.keys()].join(', ');
}

function showToken({ kind, text }: Token): string {
  return kind === 'end' ? 'the end' : JSON.stringify(text);
}

function fault(message: string): SpecError {
  return SpecError.of({ path: 'filter', message });
}
