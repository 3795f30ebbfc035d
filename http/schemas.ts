// Defines the schemas of the API's answers, for validation and for its OpenAPI description.
import { z } from '@hono/zod-openapi';
import { NextSchema } from './cursor.js';
import { ProblemSchema } from './problem.js';

export const IdParameter = z
  .string()
  .min(1)
  .max(200)
  .openapi({
    param: { name: 'id', in: 'path' },
    description: 'id of a search, the beginning of one that is unique, or @last',
    example: '@last',
  });

export const SearchSchema = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    space: z.string(),
    state: z.string().openapi({ example: 'scoring' }),
    progress: z.string(),
    schedule: z.string().nullable(),
    started: z.string(),
    ended: z.string().nullable(),
  })
  .openapi('SearchRow');

export const DescriptionSchema = z
  .looseObject({ id: z.string(), state: z.string(), started: z.string() })
  .openapi('Search');

export const StartedSchema = z
  .object({ id: z.string(), how: z.enum(['started', 'attached', 'finished']) })
  .openapi('Started');

export const SpecificationInputSchema = z
  .strictObject({
    specification: z.union([z.string().min(1), z.looseObject({})]).openapi({
      description: 'YAML or JSON as text, or an object; GET /api/schema/specification has its schema',
      example:
        'name: first\nspace: nas-bench-201\nstrategy: { kind: random, samples: 100 }\nfidelity: screen\nseed: 1\n',
    }),
    files: z
      .record(z.string().max(500), z.string())
      .optional()
      .openapi({ description: 'text of the files that the specification names, by name' }),
  })
  .openapi('SpecificationInput');

/** A value of a ranking. JSON has no infinities, so they are text. */
export const CellSchema = z
  .union([z.number(), z.string(), z.null()])
  .openapi({ description: 'a number, a text, "inf" or "-inf", or null where there is none' });

export const RankingPageSchema = z
  .object({
    columns: z.array(z.object({ name: z.string(), kind: z.enum(['number', 'text']) })),
    total: z.int().openapi({ description: 'rows that the filter admits' }),
    all: z.int().openapi({ description: 'rows of the ranking' }),
    offset: z.int(),
    rows: z.array(z.record(z.string(), CellSchema)),
    next: NextSchema,
  })
  .openapi('RankingPage');

/** The unsuccessful answers of every operation. */
export const problems = {
  default: {
    description: 'a problem; `code` says which',
    content: { 'application/problem+json': { schema: ProblemSchema } },
  },
} as const;

export function describeJson<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } } as const;
}
