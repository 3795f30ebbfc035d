// Answers a request with bytes that are produced while they are sent.
import type { Context } from 'hono';

interface StreamedBytes {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly headers: Record<string, string>;
  /** Called for an error after the first bytes, which the client cannot be told. */
  readonly onFault: (error: unknown) => void;
}

/**
 * An error before the first bytes is answered as a problem, like that of any route. A later one breaks the
 * connection, so that no client takes a part of a file for the whole. A client that leaves ends `bytes`.
 */
export async function streamBytes(
  context: Context,
  { bytes, headers, onFault }: StreamedBytes,
): Promise<Response> {
  // Hono answers HEAD like GET and then drops the body, which nobody would read to its end.
  if (context.req.method === 'HEAD') return context.body(null, 200, headers);
  const source = bytes[Symbol.asyncIterator]();
  const first = await source.next();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (first.done) controller.close();
      else controller.enqueue(first.value);
    },
    pull: async (controller) => {
      const { done, value } = await source.next().catch((error: unknown) => {
        onFault(error);
        throw error;
      });
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      await source.return?.();
    },
  });
  return context.body(body, 200, headers);
}
