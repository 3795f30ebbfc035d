// Starts tracing if it is requested; otherwise no part of OpenTelemetry is loaded.
import { tracingOf } from './settings.js';
import type { Tracing, TracingOptions } from './tracing.js';

/** Throws a SpecError for OTEL_* variables with invalid values. */
export async function startTracing({
  env = process.env,
  ...options
}: TracingOptions): Promise<Tracing | undefined> {
  if (tracingOf(env) === 'off') return undefined;
  const { createTracing } = await import('./create.js');
  return createTracing(options);
}
