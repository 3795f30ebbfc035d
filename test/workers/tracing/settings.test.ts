// Tests which of OpenTelemetry's variables turn tracing on, and the messages about invalid ones.
import { expect, test } from 'vitest';
import { tracingOf } from '../../../workers/tracing/settings.js';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

test.each([
  ['off', {}],
  ['on', endpoint],
  ['on', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' }],
  ['on', { OTEL_TRACES_EXPORTER: 'otlp' }],
  ['on', { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', OTEL_SDK_DISABLED: 'false' }],
  ['off', { ...endpoint, OTEL_TRACES_EXPORTER: 'none' }],
  ['off', { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }],
  ['off', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
] as const)('%s: %j', (expected, env) => {
  expect(tracingOf(env)).toBe(expected);
});

test.each([
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER: found "zipkin"; must be otlp or none'],
  [
    { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    'OTEL_EXPORTER_OTLP_PROTOCOL: found "grpc"; must be http/protobuf',
  ],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'such as http://127.0.0.1:4318'],
] as const)('refused: %j', (env, message) => {
  expect(() => tracingOf(env)).toThrow(message);
});
