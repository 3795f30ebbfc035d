// Defines the route that describes one candidate of a ranking: its percentiles, its picture, its class and
// its neighbours.
import { createRoute, z } from '@hono/zod-openapi';
import { rankedBy } from '../../core/specification/describe-ranking.js';
import { requireRole } from '../access.js';
import { wholeParameter } from '../parameters.js';
import { problemOf } from '../problem.js';
import type { OpenRanking } from '../rankings/open-rankings.js';
import { CellSchema, describeJson, IdParameter, problems } from '../schemas.js';
import { toJson } from '../to-json.js';
import { readRowAt, withTable } from './finished-search.js';
import type { RouteSetting } from './route-setting.js';

const PlaceSchema = z.object({ rank: z.int(), candidate: z.string() });
const CandidateSchema = z
  .object({
    row: z.record(z.string(), CellSchema),
    total: z.int().openapi({ description: 'candidates of the ranking' }),
    percentiles: z.record(z.string(), z.number()).openapi({
      description:
        'by column, the share of the others of the cohort whose value is less, with half of those whose value is equal; 0.5 if there are no others',
    }),
    aggregation: z
      .object({ kind: z.enum(['log-rank', 'linear-rank']), weights: z.record(z.string(), z.number()) })
      .nullable()
      .openapi({ description: 'the weight of each proxy in the score; null for a calibrated ranking' }),
    members: z
      .object({ total: z.int(), first: z.array(PlaceSchema) })
      .openapi({ description: 'candidates that are the same function' }),
    costs: z.looseObject({ flops: z.number(), parameters: z.number() }).nullable(),
    resolution: z.number().nullable(),
    image: z.array(z.number()).optional().openapi({ description: 'of images that are not square' }),
    drawing: z.string().nullable().openapi({ description: 'SVG' }),
    notDrawn: z.string().nullable().openapi({ description: 'why there is no picture' }),
    formats: z.array(z.enum(['config', 'onnx', 'pytorch'])).openapi({
      description: 'in which it can be exported; none where the space must not be opened here',
    }),
    neighbours: z.object({ ranked: z.array(PlaceSchema), others: z.int() }).openapi({
      description: 'candidates that differ in one choice: those that were ranked, and how many others',
    }),
  })
  .openapi('CandidateAnswer');

export type CandidateAnswer = z.infer<typeof CandidateSchema>;

export function addCandidateRoute(setting: RouteSetting): void {
  const { app, zeroscout } = setting;
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/candidates/{rank}',
      operationId: 'describeCandidate',
      summary: 'Everything known about the candidate at a rank',
      request: {
        params: z.object({ id: IdParameter, rank: wholeParameter({ min: 1, max: 1e9 }) }),
        query: z.object({
          expand: z
            .string()
            .regex(/^(\d{1,4}(,\d{1,4}){0,99})?$/)
            .default('')
            .transform((text) => (text === '' ? [] : text.split(',').map(Number)))
            .openapi({
              type: 'string',
              description: 'numbers of the blocks of an imported network whose operators are drawn',
              example: '1,2',
            }),
        }),
      },
      responses: { 200: describeJson(CandidateSchema, 'the candidate'), ...problems },
    }),
    async (context) => {
      const { id, rank } = context.req.valid('param');
      const { expand: expanded } = context.req.valid('query');
      const answer = await withTable(setting, { context, id }, (table) =>
        describeCandidate(zeroscout, table, { id, rank, expanded }),
      );
      return context.json(toJson(answer), 200);
    },
  );
}

interface DescribeOptions {
  readonly id: string;
  readonly rank: number;
  readonly expanded: readonly number[];
}

async function describeCandidate(
  { searches }: RouteSetting['zeroscout'],
  table: OpenRanking,
  { id, rank, expanded }: DescribeOptions,
) {
  const row = await readRowAt(table, rank);
  const about = await aboutOf(() => searches.candidate(id, String(row.candidate), { expanded }));
  const [specification, percentiles, members, ranked] = await Promise.all([
    searches.specification(id),
    table.percentiles(row),
    table.members(row),
    table.ranksOf(about.neighbours),
  ]);
  const { neighbours, ...rest } = about;
  const by = rankedBy(specification);
  return {
    row,
    total: table.total,
    percentiles,
    aggregation: by ? { kind: by.kind, weights: by.weights } : null,
    members,
    ...rest,
    neighbours: { ranked, others: neighbours.length - ranked.length },
  };
}

/**
 * A space that this program must not open, such as one whose code is not allowed to run, has rows but no
 * pictures.
 */
async function aboutOf(describe: () => ReturnType<RouteSetting['zeroscout']['searches']['candidate']>) {
  try {
    const { costs, resolution, image, drawing, neighbours, formats } = await describe();
    return { costs, resolution, ...(image ? { image } : {}), drawing, notDrawn: null, neighbours, formats };
  } catch (error) {
    const { status, detail } = problemOf(error);
    if (status !== 422 && status !== 502) throw error;
    return { costs: null, resolution: null, drawing: null, notDrawn: detail, neighbours: [], formats: [] };
  }
}
