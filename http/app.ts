// Assembles the HTTP API: access, routes, error answers, and the OpenAPI description.
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { etag } from 'hono/etag';
import { secureHeaders } from 'hono/secure-headers';
import type { Zeroscout } from '../client/index.js';
import { SpecError } from '../core/errors.js';
import { plainIssues } from '../core/schema/plain-issues.js';
import type { Access } from './access.js';
import { requireRole } from './access.js';
import type { FleetHistory } from './fleet-history.js';
import { refuseOtherMethods } from './methods.js';
import { createPage } from './page.js';
import { refuseUnknownParameters } from './parameters.js';
import { answerHealth, answerReady, createHttpMetrics } from './probes.js';
import { answerProblem, ProblemError } from './problem.js';
import type { OpenRankings } from './rankings/open-rankings.js';
import { limitRate } from './rate-limit.js';
import { addCandidateRoute } from './routes/candidates.js';
import { addComparisonRoutes } from './routes/comparison.js';
import { addDownloadRoutes } from './routes/downloads.js';
import { addEventRoutes } from './routes/events.js';
import { addFailuresRoute } from './routes/failures.js';
import { addWorkerRoutes } from './routes/fleet.js';
import { addFleetHistoryRoute } from './routes/fleet-history.js';
import { addPictureRoutes } from './routes/pictures.js';
import { addRankingRoutes } from './routes/rankings.js';
import { addRelationRoutes } from './routes/relations.js';
import { addReportRoute } from './routes/report.js';
import { addResultRoutes } from './routes/results.js';
import { addOtherRanksRoute, addRoundsRoute } from './routes/rounds.js';
import type { RouteSetting } from './routes/route-setting.js';
import { addRowDownloads } from './routes/row-downloads.js';
import { addScheduleRoutes } from './routes/schedules.js';
import { addSearchRoutes } from './routes/searches.js';
import { addSpecificationRoutes } from './routes/specifications.js';
import { describeJson, problems } from './schemas.js';

/**
 * Large enough for a specification with a list of a hundred thousand candidates, or for a table of
 * accuracies.
 */
const LARGEST_BODY = 32 * 2 ** 20;

export interface AppOptions {
  readonly zeroscout: Zeroscout;
  readonly access: Access;
  /** What this server keeps in memory and in files, and the folder of further files. */
  readonly kept: {
    readonly rankings: OpenRankings;
    readonly fleetHistory: FleetHistory;
    readonly folder: string;
  };
  /** `prefix` is the path under which a proxy offers this server; '' without one. */
  readonly site: { readonly version: string; readonly prefix: string };
  readonly stopped: AbortSignal;
  /** Called with unexpected errors. */
  readonly onFault: (error: unknown) => void;
}

export function createApp(options: AppOptions): OpenAPIHono {
  const { access, zeroscout, onFault, stopped, kept } = options;
  const { version, prefix } = options.site;
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return undefined;
      const issues = plainIssues(result.error, (result as { readonly data?: unknown }).data);
      throw new SpecError(issues.map(({ path, message }) => ({ path: path || 'body', message })));
    },
  });
  answerErrors(app, onFault);
  app.use(secureHeaders(SECURITY));
  const metrics = createHttpMetrics();
  app.use(metrics.count);
  // Probes send neither the configured host name nor a token.
  app.get('/healthz', answerHealth);
  app.get('/readyz', answerReady(zeroscout));
  app.use(limitRate());
  app.use(access.guard);
  app.use(access.identify);
  app.use(limitBodies());
  app.get('/metrics', requireRole('viewer'), metrics.answer);
  app.use('/api/openapi.json', requireRole('viewer'));
  for (const path of ['/api/searches/:id/ranking', '/api/searches/:id/ranking/*']) app.use(path, etag());
  app.use('/api/*', refuseOtherMethods(app), refuseUnknownParameters(app));
  addSessionRoute(app, options);
  const setting: RouteSetting = { app, zeroscout, prefix, stopped, onFault, ...kept };
  addSearchRoutes(setting);
  addRankingRoutes(setting);
  addCandidateRoute(setting);
  addOtherRanksRoute(setting);
  addRoundsRoute(setting);
  addPictureRoutes(setting);
  addComparisonRoutes(setting);
  addRelationRoutes(setting);
  addDownloadRoutes(setting);
  addReportRoute(setting);
  addRowDownloads(setting);
  addFailuresRoute(setting);
  addResultRoutes(setting);
  addEventRoutes(setting);
  addWorkerRoutes(setting);
  addFleetHistoryRoute(setting);
  addScheduleRoutes(setting);
  addSpecificationRoutes(setting);
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'zeroscout',
      version,
      description: 'Searches, rankings, workers and schedules of zeroscout.',
    },
    servers: [{ url: prefix || '/' }],
    security: [{ bearer: [] }, {}],
  });
  app.get('*', createPage({ prefix }));
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  return app;
}

function answerErrors(app: OpenAPIHono, onFault: AppOptions['onFault']): void {
  app.onError((error, context) => {
    const response = answerProblem(context, error);
    if (response.status === 500) onFault(error);
    return response;
  });
  app.notFound((context) =>
    answerProblem(
      context,
      new ProblemError({
        status: 404,
        code: 'not-found',
        detail: `nothing at ${context.req.path.slice(0, 200)}`,
      }),
    ),
  );
}

function limitBodies(): MiddlewareHandler {
  return bodyLimit({
    maxSize: LARGEST_BODY,
    onError: () => {
      throw new ProblemError({
        status: 413,
        code: 'too-large',
        detail: `the request is larger than ${LARGEST_BODY / 2 ** 20} MiB`,
      });
    },
  });
}

function addSessionRoute(app: OpenAPIHono, { zeroscout, site: { version } }: AppOptions): void {
  app.openapi(
    {
      method: 'get',
      path: '/api/session',
      operationId: 'getSession',
      tags: ['session'],
      summary: 'The role of the client, and the servers to which this one is connected',
      middleware: requireRole('viewer'),
      responses: {
        200: describeJson(
          z.object({ role: z.enum(['viewer', 'operator']), version: z.string(), embedded: z.boolean() }),
          'the session',
        ),
        ...problems,
      },
    },
    (context) =>
      context.json(
        {
          role: context.get('role') === 'operator' ? ('operator' as const) : ('viewer' as const),
          version,
          embedded: zeroscout.connections.temporal.source === 'embedded',
        },
        200,
      ),
  );
}

/** Allows only the page's own scripts, no frames, and no other site. */
const SECURITY: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    connectSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  referrerPolicy: 'no-referrer',
  crossOriginOpenerPolicy: 'same-origin',
  crossOriginResourcePolicy: 'same-origin',
  strictTransportSecurity: false,
};
