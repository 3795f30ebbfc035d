// In: a process that may be traced. Out: what it is traced with, or nothing; then nothing of OpenTelemetry has been loaded.
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
