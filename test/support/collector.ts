// Runs an OpenTelemetry collector on the loopback interface that keeps the spans it receives (OTLP over HTTP,
// protobuf).
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root span. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly service: string;
  readonly attributes: Readonly<Record<string, string | number | readonly string[]>>;
}

export interface Collector {
  readonly endpoint: string;
  readonly spans: readonly Span[];
  close(): Promise<void>;
}

// The fields of opentelemetry/proto/trace/v1/trace.proto and related files that are read here.
const REQUEST = protobuf
  .parse(`syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated Pair attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; repeated Pair attributes = 9; }
message Pair { string key = 1; Value value = 2; }
message Value { oneof value { string text = 1; bool truth = 2; int64 whole = 3; double number = 4; List list = 5; } }
message List { repeated Value values = 1; }`)
  .root.lookupType('Request');

export async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/v1/traces') spans.push(...read(Buffer.concat(chunks)));
    response.writeHead(request.url === '/v1/traces' ? 200 : 404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Value {
  readonly value: 'text' | 'truth' | 'whole' | 'number' | 'list';
  readonly text: string;
  readonly whole: string;
  readonly number: number;
  readonly list: { readonly values: readonly Value[] };
}
type Pairs = readonly { readonly key: string; readonly value: Value }[];
type Raw = Record<'traceId' | 'spanId' | 'parentSpanId', Buffer> & { name: string; attributes: Pairs };
interface Message {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Pairs };
    readonly scopeSpans: readonly { readonly spans: readonly Raw[] }[];
  }[];
}

function read(bytes: Buffer): Span[] {
  const message = REQUEST.toObject(REQUEST.decode(bytes), { longs: String, arrays: true, oneofs: true });
  return (message as Message).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(plain(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, name, attributes }) => ({
        traceId: hex(traceId),
        spanId: hex(spanId),
        parentSpanId: hex(parentSpanId),
        name,
        service,
        attributes: plain(attributes),
      })),
    );
  });
}

const hex = (bytes?: Buffer) => Buffer.from(bytes ?? []).toString('hex');

function plain(pairs: Pairs): Span['attributes'] {
  const of = ({ value, text, whole, number, list }: Value) =>
    value === 'whole'
      ? Number(whole)
      : value === 'list'
        ? list.values.map((each) => each.text)
        : (text ?? number);
  return Object.fromEntries(pairs.map(({ key, value }) => [key, of(value)]));
}
