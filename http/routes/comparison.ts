// Defines the routes that compare finished searches: agreement, cost, stability, redundancy, and advice.
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { requireRole } from '../access.js';
import { usualParameter, withParameters } from '../parameters.js';
import { describeJson, problems } from '../schemas.js';
import { toJson } from '../to-json.js';
import type { RouteSetting } from './route-setting.js';

const MOST = 8;
/** Timing takes up to twenty seconds for each search, on the machine of this server. */
const MOST_TIMED = 20;

/** The number of best candidates that are described individually, by default and at most. */
const WINNERS = { usual: 20, most: 200 } as const;

const query = z.object({
  ids: z
    .string()
    .min(1)
    .max(2_000)
    .transform((text) => text.split(',').filter((id) => id !== ''))
    .pipe(z.array(z.string()).min(1).max(MOST))
    .openapi({ type: 'string', description: 'ids joined by commas', example: '@last' }),
  time: usualParameter({ min: 0, max: MOST_TIMED, usual: 0 }).openapi({
    description:
      'the number of candidates of each search whose proxies are timed on the machine of this server, for operators: `costs` of each search, and the milliseconds of each ranking beside known accuracies',
  }),
  winners: usualParameter({ min: 1, max: WINNERS.most, usual: WINNERS.usual }).openapi({
    description: 'the number of best candidates of each search that are described individually',
  }),
});

const answer = describeJson(
  z.looseObject({
    searches: z.array(z.looseObject({ id: z.string() })),
    between: z.array(z.looseObject({})),
  }),
  'the comparison',
);

export function addComparisonRoutes({ app, zeroscout }: RouteSetting): void {
  const compare: RouteSetting['zeroscout']['searches']['compare'] = (ids, options) =>
    withParameters({ id: 'ids' }, () => zeroscout.searches.compare(ids, options));
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: [requireRole('viewer'), requireOperatorToTime],
      method: 'get',
      path: '/api/comparison',
      operationId: 'compareSearches',
      summary: 'What one to eight finished searches say, each and together',
      request: { query },
      responses: { 200: answer, ...problems },
    }),
    async (context) => {
      const { ids, time: timed, winners } = context.req.valid('query');
      return context.json(toJson(await compare(unique(ids), { timed, winners })), 200);
    },
  );
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: [requireRole('viewer'), requireOperatorToTime],
      method: 'post',
      path: '/api/comparison',
      operationId: 'compareSearchesWithAccuracies',
      summary:
        'The same beside known accuracies: the agreement of each proxy and its cost; nothing is stored',
      request: {
        query,
        body: { required: true, content: { 'text/csv': { schema: z.string() } } },
      },
      responses: { 200: answer, ...problems },
    }),
    async (context) => {
      const { ids, time: timed, winners } = context.req.valid('query');
      const truth = { file: new Uint8Array(await context.req.arrayBuffer()), name: 'truth' };
      const options = { truth, timed, winners };
      return context.json(toJson(await compare(unique(ids), options)), 200);
    },
  );
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}

/** Timing scores candidates, as only operators may have done. */
function requireOperatorToTime(context: Context, next: () => Promise<void>) {
  const isTimed = !/^0*$/.test(context.req.query('time') ?? '');
  return isTimed ? requireRole('operator')(context, next) : next();
}
