// Defines what a traced process is traced with. Types only.
import type { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry-v2';
import type { WorkerOptions } from '@temporalio/worker';
import type { ScoredBatch } from '../../engine/pool-event.js';
import type { ScoreRequest } from '../../engine/protocol.js';

export interface Tracing {
  /** For a client: a search that it starts begins a trace. */
  readonly client: {
    readonly workflow: Pick<OpenTelemetryWorkflowClientInterceptor, 'startWithDetails'>[];
  };
  /** For a worker: its workflows and activities go on with the trace of their search. */
  readonly worker: Pick<WorkerOptions, 'interceptors' | 'sinks'>;
  /** To be told of each request by the activity that makes it, and of each batch by the pool: a batch is a span of that activity. */
  onRequest(request: ScoreRequest): void;
  onBatch(batch: ScoredBatch): void;
  /** Exports what is left, for a few seconds at most. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** `service.name` where OTEL_SERVICE_NAME gives none. */
  readonly service: string;
  /** Told when spans cannot be exported; nothing else suffers. */
  readonly onFault: (message: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}
