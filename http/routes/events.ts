// Defines the routes that stream server-sent events: the progress of a search, and the fleet of workers.
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { requireRole } from '../access.js';
import { problemOf } from '../problem.js';
import { IdParameter, problems } from '../schemas.js';
import { toJson } from '../to-json.js';
import { listWatchedSearches } from '../watched-searches.js';
import type { RouteSetting } from './route-setting.js';

/** The interval at which the fleet and the list of searches are read while a client watches. */
const LOOK_MS = 2_000;
/** The interval of comments, since proxies close idle connections. */
const BEAT_MS = 15_000;
const RETRY_MS = 2_000;

const EVENTS = {
  200: {
    description:
      'events `progress`, `end`, `fleet`, `searches` and `problem`, whose data are JSON. Each tells the whole state, so that a client which comes back with Last-Event-ID has missed nothing; one that is not newer is left out',
    content: { 'text/event-stream': { schema: z.string() } },
  },
  ...problems,
} as const;

export function addEventRoutes(setting: RouteSetting): void {
  const { zeroscout } = setting;
  addProgress(setting);
  addWatch(setting, {
    path: '/api/workers/events',
    event: 'fleet',
    summary: 'Queues and workers, whenever they change',
    look: shareLook(() => zeroscout.workers.list()),
  });
  addWatch(setting, {
    path: '/api/searches-events',
    event: 'searches',
    summary: 'The newest 50 searches, whenever they change',
    look: shareLook(() => listWatchedSearches(zeroscout)),
  });
}

function addProgress({ app, zeroscout, stopped, onFault }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/searches/{id}/events',
      operationId: 'watchSearch',
      tags: ['events'],
      summary: 'Progress of a search, about once a second, and its end',
      middleware: requireRole('viewer'),
      request: { params: z.object({ id: IdParameter }) },
      responses: EVENTS,
    }),
    async (context) => {
      const { id } = await zeroscout.searches.get(context.req.valid('param').id);
      const sender = createSender(context.req.header('last-event-id'));
      return streamEvents(context, (stream) =>
        whileOpen({ stream, stopped, onFault }, async (isOpen) => {
          for await (const look of zeroscout.searches.progress(id)) {
            if (!isOpen()) return;
            await sender.send(stream, 'progress', look);
          }
          if (isOpen()) await sender.send(stream, 'end', await zeroscout.searches.get(id));
        }),
      );
    },
  );
}

interface Watch {
  readonly path: string;
  readonly event: string;
  readonly summary: string;
  readonly look: () => Promise<unknown>;
}

function addWatch({ app, stopped, onFault }: RouteSetting, { path, event, summary, look }: Watch): void {
  app.openapi(
    createRoute({
      method: 'get',
      path,
      operationId: `watch-${event}`,
      tags: ['events'],
      summary,
      middleware: requireRole('viewer'),
      responses: EVENTS,
    }),
    async (context) => {
      const sender = createSender(context.req.header('last-event-id'));
      return streamEvents(context, (stream) =>
        whileOpen({ stream, stopped, onFault }, async (isOpen) => {
          while (isOpen()) {
            const found = await lookFor(event, look);
            const isNew = isOpen() && (await sender.send(stream, found.event, found.data));
            // A problem that lasts is one fault.
            if (isNew && 'error' in found) reportFault(found.error, onFault);
            await pause({ ms: LOOK_MS, stopped });
          }
        }),
      );
    },
  );
}

interface Found {
  readonly event: string;
  readonly data: unknown;
  readonly error?: unknown;
}

async function lookFor(event: string, look: () => Promise<unknown>): Promise<Found> {
  try {
    return { event, data: await look() };
  } catch (error) {
    return { event: 'problem', data: problemOf(error), error };
  }
}

/** An unexpected error is in the log of this program, as the problem says that a client receives. */
function reportFault(error: unknown, onFault: RouteSetting['onFault']): void {
  if (problemOf(error).status === 500) onFault(error);
}

/** Hono answers HEAD like GET and then drops the stream, which nobody would read, and which would never end. */
function streamEvents(context: Context, write: (stream: SSEStreamingApi) => Promise<void>): Response {
  if (context.req.method === 'HEAD')
    return context.body(null, 200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  return streamSSE(context, write);
}

/** Clients that watch at the same time share one reading. */
function shareLook<T>(look: () => Promise<T>): () => Promise<T> {
  let shared: { readonly at: number; readonly found: Promise<T> } | undefined;
  return () => {
    if (!shared || Date.now() - shared.at > LOOK_MS - 100) shared = { at: Date.now(), found: look() };
    return shared.found;
  };
}

/** Numbers events, and drops an event that equals the previous one. `send` says whether the event was new. */
function createSender(lastId: string | undefined) {
  let id = Number.isSafeInteger(Number(lastId)) ? Number(lastId) : 0;
  let before = '';
  return {
    send: async (stream: SSEStreamingApi, event: string, data: unknown): Promise<boolean> => {
      const text = JSON.stringify(toJson(data));
      if (text === before) return false;
      before = text;
      id += 1;
      await stream.writeSSE({ id: String(id), event, data: text, retry: RETRY_MS });
      return true;
    },
  };
}

/**
 * Runs `work` until the client disconnects or the server ends, and sends comments that keep proxies from
 * closing the connection.
 */
async function whileOpen(
  {
    stream,
    stopped,
    onFault,
  }: Pick<RouteSetting, 'stopped' | 'onFault'> & { readonly stream: SSEStreamingApi },
  work: (isOpen: () => boolean) => Promise<void>,
): Promise<void> {
  let isGone = false;
  let end = () => {};
  const gone = new Promise<void>((resolve) => {
    end = resolve;
    stream.onAbort(() => {
      isGone = true;
      resolve();
    });
  });
  stopped.addEventListener('abort', end, { once: true });
  const beat = setInterval(() => void stream.write(': still here\n\n').catch(() => {}), BEAT_MS);
  const isOpen = () => !isGone && !stopped.aborted;
  try {
    await Promise.race([
      gone,
      work(isOpen).catch(async (error: unknown) => {
        if (!isOpen()) return;
        reportFault(error, onFault);
        await stream.writeSSE({ event: 'problem', data: JSON.stringify(problemOf(error)) });
      }),
    ]);
  } finally {
    clearInterval(beat);
    stopped.removeEventListener('abort', end);
  }
}

function pause({ ms, stopped }: { readonly ms: number; readonly stopped: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stopped.addEventListener('abort', done, { once: true });
  });
}
