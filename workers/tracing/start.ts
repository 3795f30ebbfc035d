// Starts tracing where it is asked for; where it is not, nothing of OpenTelemetry is loaded.
import { tracingOf } from './settings.js';
import type { Tracing, TracingOptions } from './tracing.js';

/** SpecError where OTEL_* variables cannot be right. */
export async function startTracing({
  env = process.env,
  ...options
}: TracingOptions): Promise<Tracing | undefined> {
  if (tracingOf(env) === 'off') return undefined;
  const { createTracing } = await import('./create.js');
  return createTracing(options);
}
