// Converts what zod finds wrong in a value to issues whose messages say what was found and what would be right.
import type { z } from 'zod';
import type { Issue } from '../errors.js';
import { unknownValue } from '../text/nearest.js';
import { describeFound, quote } from '../text/show.js';
import { toIssues } from './fields.js';

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Formats whose patterns say nothing to a reader. */
const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'a time with its zone, such as 2026-12-01T02:00:00Z',
};

/** The issues of `toIssues`, for schemas without messages of their own. `given` is the value that was checked. */
export function plainIssues(error: z.ZodError, given: unknown): Issue[] {
  const issues = error.issues.map((issue) => ({
    ...issue,
    message: describe(issue, valueAt(given, issue.path)),
  }));
  return toIssues({ error: { issues }, root: '' });
}

function describe(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((word) => `unknown key ${quote(word)}; must be left out`).join('\n');
  if (issue.code === 'invalid_value' && typeof value === 'string')
    return unknownValue({ word: value, known: issue.values.map(String) });
  const right = rightOf(issue);
  return right === undefined ? issue.message : `${describeFound(value)}; must ${right}`;
}

/** What would be right, after `must`; undefined for an issue that has its own message. */
function rightOf(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return boundOf({ ...issue, side: 'least', bound: issue.minimum });
    case 'too_big':
      return boundOf({ ...issue, side: 'most', bound: issue.maximum });
    case 'invalid_value':
      return `be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return `be ${FORMATS[issue.format] ?? `written as ${issue.pattern ?? issue.format}`}`;
    case 'invalid_union':
      return issue.errors
        .flat()
        .flatMap((each) => rightOf(each) ?? [])
        .join(', or ');
    default:
      return undefined;
  }
}

interface Bound {
  readonly origin: string;
  readonly side: 'least' | 'most';
  readonly bound: number | bigint;
}

function boundOf({ origin, side, bound }: Bound): string {
  if (origin === 'string') return `have at ${side} ${count(bound, 'character')}`;
  if (origin === 'array' || origin === 'set') return `have at ${side} ${count(bound, 'element')}`;
  return `be at ${side} ${bound}`;
}

function count(number: number | bigint, unit: string): string {
  return `${number} ${unit}${Number(number) === 1 ? '' : 's'}`;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    given,
  );
}
