// In: the path of a golden case file. Out: its kind and its cases, checked field by field; a SpecError names case and field.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { nasBench201 } from '../../core/spaces/nas-bench-201/index.js';
import { SpecError } from '../../core/spec/errors.js';

/** Features of the skeleton of NAS-Bench-201: the stem's and one for each of 15 cells and 2 residual blocks. */
const FEATURES = 18;
/** Positions of the first feature, batch x resolution²; its 16 channels then take 1 GiB. */
const MOST_POSITIONS = 2 ** 24;

const proxyValue = z.union([z.number(), z.literal('-inf').transform(() => Number.NEGATIVE_INFINITY)], {
  error: ({ input }) =>
    input === undefined ? 'missing' : `found ${show(input)}; must be a number or "-inf"`,
});
const size = (multipleOf: number) =>
  z
    .number({
      error: ({ input }) => (input === undefined ? 'missing' : `found ${show(input)}; must be a number`),
    })
    .int({ error: ({ input }) => `found ${show(input)}; must be a whole number` })
    .min(multipleOf, { error: ({ input }) => `found ${show(input)}; must be at least ${multipleOf}` })
    .multipleOf(multipleOf, {
      error: ({ input }) => `found ${show(input)}; must be a multiple of ${multipleOf}`,
    });
const cost = z.number({
  error: ({ input }) => (input === undefined ? 'missing' : `found ${show(input)}; must be a number`),
});
const values = (length: number) =>
  z
    .array(proxyValue, {
      error: ({ input }) =>
        input === undefined ? 'missing' : `found ${show(input)}; must be a list of numbers`,
    })
    .length(length, {
      error: ({ input }) => `found ${(input as unknown[]).length} values; must be ${length}`,
    });

/** One case of `goldens/nb201/cases.json`. */
const nb201Case = z
  .object({
    arch: z
      .string({
        error: ({ input }) => (input === undefined ? 'missing' : `found ${show(input)}; must be a text`),
      })
      .transform((text, context) => {
        try {
          return nasBench201.parse(text);
        } catch (error) {
          context.addIssue({ code: 'custom', message: (error as Error).message });
          return z.NEVER;
        }
      }),
    batch: size(1),
    resolution: size(4),
    expressivityPerFeature: values(FEATURES),
    trainabilityPerBlock: values(FEATURES - 1),
    expressivity: proxyValue,
    progressivity: proxyValue,
    trainability: proxyValue,
    megaflops: cost,
    megaparams: cost,
  })
  .refine(({ batch, resolution }) => batch * resolution ** 2 <= MOST_POSITIONS, {
    path: ['batch'],
    error: `batch x resolution² must be at most ${MOST_POSITIONS}`,
  });

export type GoldenCase = z.infer<typeof nb201Case>;
export interface GoldenFile {
  readonly kind: 'nb201';
  readonly cases: readonly GoldenCase[];
}

/** How the kinds of golden files are told apart: by shape, first match wins. */
const RECOGNISERS: readonly {
  readonly kind: GoldenFile['kind'];
  readonly looks: string;
  readonly is: (json: unknown) => json is readonly unknown[];
  readonly schema: typeof nb201Case;
}[] = [
  {
    kind: 'nb201',
    looks: 'a list of cases with "arch"',
    is: (json): json is readonly unknown[] =>
      Array.isArray(json) && json.some((item) => isRecord(item) && 'arch' in item),
    schema: nb201Case,
  },
];

/** Reads and checks a file of golden cases. */
export async function readGoldenFile(path: string): Promise<GoldenFile> {
  const json = parseJson(path, await readText(path));
  const found = RECOGNISERS.find(({ is }) => is(json));
  if (!found) {
    const known = RECOGNISERS.map(({ kind, looks }) => `${kind} (${looks})`).join(', ');
    throw SpecError.of({ path, message: `${describe(json)}; kinds of golden files supported: ${known}` });
  }
  const cases = (json as readonly unknown[]).map((item, i) => {
    const { success, data, error } = found.schema.safeParse(item);
    if (success) return data;
    throw new SpecError(
      error.issues.map(({ path: field, message }) => ({
        path: `${path}: case ${i + 1}`,
        message: `${showPath(field) || 'the case'}: ${isRecord(item) ? message : `found ${show(item)}; must be an object`}`,
      })),
    );
  });
  return { kind: found.kind, cases };
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
  return json.length ? `no case has "arch" (fields of the first: ${fields(json[0])})` : 'holds no case';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `trainabilityPerBlock[3]`, counted from 0 as blocks are. */
function showPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key)}`))
    .join('');
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
