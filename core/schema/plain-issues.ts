// Converts what zod finds wrong in a value to issues whose messages say what was found and what would be right.
import type { z } from 'zod';
import type { Issue } from '../errors.js';
import { unknownValue } from '../text/nearest.js';
import { describeFound, quote } from '../text/show.js';

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** `given` is the value that was checked. The path of the whole value is empty. */
export function plainIssues(error: z.ZodError, given: unknown): Issue[] {
  return error.issues.map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: describe(issue, valueAt(given, issue.path)),
  }));
}

function describe(issue: z.core.$ZodIssue, value: unknown): string {
  const found = describeFound(value);
  switch (issue.code) {
    case 'invalid_type':
      return `${found}; must be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return `${found}; must ${boundOf({ ...issue, side: 'least', bound: issue.minimum })}`;
    case 'too_big':
      return `${found}; must ${boundOf({ ...issue, side: 'most', bound: issue.maximum })}`;
    case 'invalid_value': {
      const known = issue.values.map(String);
      return typeof value === 'string'
        ? unknownValue({ word: value, known })
        : `${found}; must be one of ${known.join(', ')}`;
    }
    case 'unrecognized_keys':
      return `unknown ${issue.keys.map(quote).join(', ')}; must be left out`;
    case 'invalid_union':
      return `${found}; ${issue.errors
        .flat()
        .map((each) => describe(each, valueAt(value, each.path)).replace(`${found}; `, ''))
        .join(', or ')}`;
    case 'invalid_format':
      return `${found}; must be written as ${issue.pattern ?? issue.format}`;
    default:
      return issue.message;
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
