// Refuses clients that send more requests than a page or a program needs.
import type { Context, MiddlewareHandler } from 'hono';
import { ProblemError } from './problem.js';

/** Requests of one address within a window; a view of the page asks some ten times. */
const MOST = 2_000;
const WINDOW_MS = 10_000;

export function limitRate({ most = MOST }: { readonly most?: number } = {}): MiddlewareHandler {
  let counts = new Map<string, number>();
  let started = Date.now();
  return async (context, next) => {
    const now = Date.now();
    if (now - started > WINDOW_MS) {
      counts = new Map();
      started = now;
    }
    const address = addressOf(context);
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    if (count > most) {
      context.header('Retry-After', String(Math.ceil((started + WINDOW_MS - now) / 1000)));
      throw new ProblemError({
        status: 429,
        code: 'too-many-requests',
        detail: `more than ${most} requests within ${WINDOW_MS / 1000} seconds`,
      });
    }
    await next();
  };
}

/** Where the connection comes from; behind a proxy that is the proxy. */
export function addressOf(context: Context): string {
  const { incoming } = (context.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress ?? '';
}
