// Defines the hooks through which a process is traced. This file holds types only.
import type { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry-v2';
import type { WorkerOptions } from '@temporalio/worker';
import type { ScoredBatch } from '../../engine/pool-event.js';
import type { ScoreRequest } from '../../engine/protocol.js';

export interface Tracing {
  /** Interceptors of a client, with which a search that it starts begins a trace. */
  readonly client: {
    readonly workflow: Pick<OpenTelemetryWorkflowClientInterceptor, 'startWithDetails'>[];
  };
  /** Options of a worker, with which its workflows and activities continue the trace of their search. */
  readonly worker: Pick<WorkerOptions, 'interceptors' | 'sinks'>;
  /**
   * Hooks for the spans of batches: the activity that makes a request reports the request, and the pool
   * reports the batch.
   */
  onRequest(request: ScoreRequest): void;
  onBatch(batch: ScoredBatch): void;
  /** Exports the remaining spans, for a few seconds at most. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** The default of `service.name`, which OTEL_SERVICE_NAME overrides. */
  readonly service: string;
  /** Called when spans cannot be exported, which affects nothing else. */
  readonly onFault: (message: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}
