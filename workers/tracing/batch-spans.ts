// Creates a span for each batch that a scorer has processed, under the activity that requested it.
import { type Context, context, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ScoreRequest } from '../../engine/protocol.js';
import type { Tracing } from './tracing.js';

/** The most candidates that a span names; a batch of a GPU has thousands. */
const NAMED = 16;

/**
 * A batch may hold candidates of several shards: its span is a child of the first one's activity, with links
 * to the others. A candidate that is retried has a span for each attempt.
 */
export function createBatchSpans(): Pick<Tracing, 'onRequest' | 'onBatch'> {
  const tracer = trace.getTracer('zeroscout');
  const madeBy = new WeakMap<ScoreRequest, Context>();
  return {
    onRequest: (request) => void madeBy.set(request, context.active()),
    onBatch: ({ pid, requests, seconds, fault }) => {
      const end = Date.now();
      const [first, ...others] = new Set(requests.flatMap((request) => madeBy.get(request) ?? []));
      const links = others
        .flatMap((other) => trace.getSpanContext(other) ?? [])
        .map((each) => ({ context: each }));
      const attributes = {
        'zeroscout.batch': requests.length,
        'zeroscout.candidates': requests.slice(0, NAMED).map(({ candidate }) => candidate),
        'zeroscout.draws': requests.reduce((sum, { draws }) => sum + draws.length, 0),
        'zeroscout.scorer.pid': pid,
      };
      const startTime = end - seconds * 1000;
      const span = tracer.startSpan('scorer batch', { startTime, attributes, links }, first);
      if (fault !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: fault });
      span.end(end);
    },
  };
}
