// Defines what a traced process is traced with. Types only.
import type { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry-v2';
import type { WorkerOptions } from '@temporalio/worker';
import type { ScoredBatch } from '../../engine/pool-event.js';
import type { ScoreRequest } from '../../engine/protocol.js';

export interface Tracing {
  /** Interceptors of a client: a search that it starts begins a trace. */
  readonly client: {
    readonly workflow: Pick<OpenTelemetryWorkflowClientInterceptor, 'startWithDetails'>[];
  };
  /** Options of a worker: its workflows and activities continue the trace of their search. */
  readonly worker: Pick<WorkerOptions, 'interceptors' | 'sinks'>;
  /** Makes a span of each batch: the activity that makes a request reports the request, and the pool reports the batch. */
  onRequest(request: ScoreRequest): void;
  onBatch(batch: ScoredBatch): void;
  /** Exports what is left, for a few seconds at most. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** `service.name` where OTEL_SERVICE_NAME gives none. */
  readonly service: string;
  /** Called when spans cannot be exported, which affects nothing else. */
  readonly onFault: (message: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}
