// Answers those who watch this program: probes of an orchestrator, and Prometheus.
import type { Handler, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Zeroscout } from '../client/index.js';
import { SpecError } from '../core/errors.js';

/** A probe waits no longer for Temporal. */
const PATIENCE_MS = 3_000;
const SHARED_MS = 1_000;

/** Answers as long as the process runs. */
export const answerHealth: Handler = (context) => context.text('ok\n');

/**
 * Also asks Temporal, because without it the server can show nothing. Anybody may send probes, and as many as they
 * like, so that those within a second share one question.
 */
export function answerReady({ searches }: Pick<Zeroscout, 'searches'>): Handler {
  let latest: { readonly at: number; readonly isReady: Promise<boolean> } | undefined;
  return async (context) => {
    const now = Date.now();
    if (!latest || now - latest.at >= SHARED_MS) latest = { at: now, isReady: isAnswering(searches) };
    const isReady = await latest.isReady;
    return context.text(isReady ? 'ready\n' : 'Temporal does not answer\n', isReady ? 200 : 503);
  };
}

function isAnswering(searches: Zeroscout['searches']): Promise<boolean> {
  const look = async () => {
    for await (const _ of searches.list()) break;
    return true;
  };
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS).unref());
  // Temporal answers with what this process cannot read, such as a search under another encryption key. The page says so.
  const hasAnswered = (error: unknown) => error instanceof SpecError;
  return Promise.race([look().catch(hasAnswered), late]);
}

export interface HttpMetrics {
  /** Counts every request and measures its time. */
  readonly count: MiddlewareHandler;
  readonly answer: Handler;
}

/** Routes are labels by their patterns, so that ids make no series of their own. */
export function createHttpMetrics(): HttpMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'zeroscout_http_requests_total',
    help: 'Requests by method, route and status',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'zeroscout_http_request_seconds',
    help: 'Time until the answer begins, by route',
    labelNames: ['route'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  return {
    count: async (context, next) => {
      const started = performance.now();
      await next();
      // The remaining patterns belong to middleware, and to the page, which answers every other address.
      const own = matchedRoutes(context).filter(({ path }) => !path.endsWith('*'));
      const route = own.at(-1)?.path ?? 'page';
      requests.inc({ method: context.req.method, route, status: String(context.res.status) });
      seconds.observe({ route }, (performance.now() - started) / 1000);
    },
    answer: async (context) =>
      context.text(await registry.metrics(), 200, { 'Content-Type': registry.contentType }),
  };
}
