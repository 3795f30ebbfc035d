// Reads a golden file of any kind; a mistake in it is a SpecError that names the case and the field.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { SpecError } from '../../core/errors.js';
import { autoformerCases, autoformerCosts } from './autoformer.js';
import { isRecord, show } from './fields.js';
import type { Check, GoldenCase, GoldenKind } from './kind.js';
import { mbv2 } from './mbv2.js';
import { mbv2Mutations } from './mbv2-mutations.js';
import { nb201 } from './nb201.js';
import { onnx } from './onnx.js';

/** The kinds of golden files. A file is of the first kind that matches its contents. */
const KINDS: readonly GoldenKind[] = [nb201, mbv2, mbv2Mutations, autoformerCases, autoformerCosts, onnx];

export interface GoldenCases {
  readonly kind: string;
  readonly cases: readonly GoldenCase[];
  readonly close?: { readonly block: number; readonly share: number };
}
export interface GoldenChecks {
  readonly kind: string;
  readonly checks: readonly Check[];
}
export type GoldenFile = GoldenCases | GoldenChecks;

/** Reads and validates a golden file. */
export async function readGoldenFile(path: string): Promise<GoldenFile> {
  const json = parseJson(path, await readText(path));
  const found = KINDS.find(({ is }) => is(json));
  if (!found) {
    const known = KINDS.map(({ kind, looks }) => `${kind} (${looks})`).join(', ');
    throw SpecError.of({ path, message: `${describe(json)}; kinds of golden files supported: ${known}` });
  }
  if ('check' in found)
    try {
      return { kind: found.kind, checks: found.check(json) };
    } catch (error) {
      if (error instanceof z.ZodError) throw new SpecError(issuesOf(error, { path }));
      throw error;
    }
  const { kind, schema, close } = found;
  const cases = (json as readonly unknown[]).map((item, i) => {
    const { success, data, error } = schema.safeParse(item, { reportInput: true });
    if (success) return 'file' in data ? { ...data, file: join(dirname(path), data.file) } : data;
    const wrong = isRecord(item) ? undefined : `found ${show(item)}; must be an object`;
    throw new SpecError(
      issuesOf(error, { path: `${path}: case ${i + 1}`, whole: 'the case', message: wrong }),
    );
  });
  return { kind, cases, ...(close ? { close } : {}) };
}

/** `whole` names what is wrong if no field is; `message` replaces the messages of zod. */
function issuesOf(
  error: z.ZodError,
  {
    path,
    whole = '',
    message,
  }: { readonly path: string; readonly whole?: string; readonly message?: string | undefined },
) {
  return error.issues.map((issue) => ({
    path,
    message: `${showPath(issue.path) || whole}: ${message ?? issue.message}`,
  }));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a folder, not a file' : message;
    throw SpecError.of({ path, message: why });
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw SpecError.of({ path, message: `not JSON: ${(error as Error).message}` });
  }
}

function describe(json: unknown): string {
  const fields = (value: unknown) =>
    isRecord(value) ? Object.keys(value).slice(0, 8).join(', ') || 'none' : 'none';
  if (!Array.isArray(json)) return `not a list of cases (fields: ${fields(json)})`;
  return json.length ? `no case of a known kind (fields of the first: ${fields(json[0])})` : 'holds no case';
}

/** `trainabilityPerBlock[3]`, counted from 0 as blocks are. */
function showPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key)}`))
    .join('');
}
