// Reads the OpenTelemetry variables, and decides whether spans are exported.
import { SpecError } from '../../core/errors.js';

const PROTOCOL = 'http/protobuf';

/**
 * Tracing is off unless an endpoint is set or OTEL_TRACES_EXPORTER is "otlp". OpenTelemetry's library reads
 * all other settings itself: intervals, time-outs, headers, certificates, sampling. Throws a SpecError for
 * values that are not supported.
 */
export function tracingOf(env: NodeJS.ProcessEnv): 'on' | 'off' {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return 'off';
  const endpoints = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
  const exporter = env.OTEL_TRACES_EXPORTER || (endpoints.some((name) => env[name]) ? 'otlp' : 'none');
  if (exporter === 'none') return 'off';
  if (exporter !== 'otlp')
    throw mustBe({ path: 'OTEL_TRACES_EXPORTER', found: exporter, must: 'otlp or none' });
  for (const path of endpoints) checkUrl({ path, found: env[path] });
  for (const path of ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    const found = env[path];
    if (found && found !== PROTOCOL)
      throw mustBe({ path, found, must: `${PROTOCOL}, which collectors take at port 4318` });
  }
  return 'on';
}

function checkUrl({ path, found }: { readonly path: string; readonly found: string | undefined }): void {
  if (!found) return;
  const protocol = URL.canParse(found) ? new URL(found).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:')
    throw mustBe({ path, found, must: 'an address such as http://127.0.0.1:4318' });
}

const mustBe = ({
  path,
  found,
  must,
}: {
  readonly path: string;
  readonly found: string;
  readonly must: string;
}) => SpecError.of({ path, message: `found "${found}"; must be ${must}` });
