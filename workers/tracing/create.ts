// Exports the spans of a search by OTLP, from its start down to each batch of a scorer.
import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry-v2';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { ShardInput } from '../../core/contract/search-activities.js';
import { searchIdOf } from '../../core/contract/search-queues.js';
import { createBatchSpans } from './batch-spans.js';
import type { Tracing, TracingOptions } from './tracing.js';

/** The time limit for closing, so that an unreachable collector does not hold a process that ends. */
const CLOSE_MS = 3_000;
/** The interval at which an unreachable collector is reported again. */
const SAY_AGAIN_MS = 60_000;

export function createTracing({ service, onFault }: Omit<TracingOptions, 'env'>): Tracing {
  const say = limitRate(onFault);
  const logger = { error: say, warn: say, info() {}, debug() {}, verbose() {} };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN });
  setGlobalErrorHandler((error) =>
    say(typeof error === 'string' ? error : (error.message ?? 'unknown fault')),
  );
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': service }))
    .merge(detectResources({ detectors: [envDetector] }));
  const processor = new BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  const starts = new OpenTelemetryWorkflowClientInterceptor();
  const { fn: exportSpans, ...when } = makeWorkflowExporter(processor, resource).export;
  return {
    // The client traces only the start of a search; progress queries, once a second, are not part of the
    // search.
    client: { workflow: [{ startWithDetails: starts.startWithDetails.bind(starts) }] },
    worker: {
      interceptors: {
        activity: [
          (ctx) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(ctx) }),
          () => ({ inbound: nameTheShard }),
        ],
      },
      sinks: {
        exporter: {
          export: { ...when, fn: (info: Info, spans: Spans) => exportSpans(namesOf(info), spans) },
        },
      },
    },
    ...createBatchSpans(),
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          say(`no answer within ${CLOSE_MS / 1000} s; the last spans are lost`);
          resolve();
        }, CLOSE_MS);
      });
      await Promise.race([provider.shutdown().catch(({ message }: Error) => say(message)), late]);
      clearTimeout(timer);
    },
  };
}

type ExportArguments = Parameters<ReturnType<typeof makeWorkflowExporter>['export']['fn']>;
type Info = ExportArguments[0];
type Spans = ExportArguments[1];

/**
 * The fields that the interceptors copy into each span of a workflow, whose whole information would include
 * the specification. A part has the fields of its search.
 */
function namesOf({ workflowId, runId, attempt }: Info): Info {
  return {
    'zeroscout.search': searchIdOf(workflowId.split('/')[0]!),
    workflowId,
    runId,
    attempt,
  } as unknown as Info;
}

const nameTheShard: ActivityInboundCallsInterceptor = {
  execute: (input, next) => {
    const { search, shard, from, to } = (input.args[0] ?? {}) as Partial<ShardInput>;
    const names = { search, shard, from, to };
    for (const [name, value] of Object.entries(names))
      if (value !== undefined) trace.getActiveSpan()?.setAttribute(`zeroscout.${name}`, value);
    return next(input);
  },
};

function limitRate(say: (message: string) => void): (message: string) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (message) => {
    if (performance.now() - last < SAY_AGAIN_MS) return;
    last = performance.now();
    say(message);
  };
}
