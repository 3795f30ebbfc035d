// Defines parameters of requests that are numbers, and refuses parameters that a route does not have.
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { SpecError } from '../core/errors.js';
import { wholeNumber } from '../core/schema/fields.js';
import { unknownKey } from '../core/text/nearest.js';

/** Links of a browser carry their token in this parameter, at every route. */
const TOKEN = 'token';

interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number from `min` to `max`, inclusive, in a body. */
export function wholeField({ min, max }: Range) {
  return wholeNumber({ min, max }).openapi({ type: 'integer', minimum: min, maximum: max });
}

/** A whole number from `min` to `max`, inclusive, which an address writes as text. */
export function wholeParameter(range: Range) {
  const { min, max } = range;
  return z.preprocess(readNumber, wholeField(range)).openapi({ type: 'integer', minimum: min, maximum: max });
}

/** Like `wholeParameter`, and `usual` where an address does not have it. */
export function usualParameter({ usual, ...range }: Range & { readonly usual: number }) {
  return wholeParameter(range).default(usual).openapi({ default: usual });
}

function readNumber(text: unknown): unknown {
  return typeof text === 'string' && /^-?\d+(\.\d+)?(e\d+)?$/i.test(text) ? Number(text) : text;
}

/**
 * Returns what `work` returns. Issues of a SpecError name the parameter of the request in place of the library's
 * argument, by `names`.
 */
export async function withParameters<T>(
  names: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new SpecError(error.issues.map((issue) => ({ ...issue, path: names[issue.path] ?? issue.path })));
  }
}

/**
 * Middleware that throws a SpecError for a query parameter which the route in the OpenAPI description of `app`
 * does not name. Routes without a description pass.
 */
export function refuseUnknownParameters(app: OpenAPIHono): MiddlewareHandler {
  let known: ReadonlyMap<string, readonly string[]> | undefined;
  return async (context, next) => {
    known ??= findParameters(app);
    const names = Object.keys(context.req.query());
    const route = matchedRoutes(context).find(({ method, path }) => known?.has(`${method} ${path}`));
    const allowed = route && known.get(`${route.method} ${route.path}`);
    const unknown = allowed ? names.filter((name) => name !== TOKEN && !allowed.includes(name)) : [];
    if (unknown.length > 0)
      throw new SpecError(
        unknown.map((word) => ({ path: word, message: describeUnknown(word, allowed ?? []) })),
      );
    await next();
  };
}

function describeUnknown(word: string, known: readonly string[]): string {
  return known.length > 0 ? unknownKey({ word, known }) : 'unknown; this route has no query parameters';
}

/** The query parameters of each route, by its method and path as Hono writes them. */
function findParameters(app: OpenAPIHono): ReadonlyMap<string, readonly string[]> {
  return new Map(
    app.openAPIRegistry.definitions.flatMap((definition) => {
      if (definition.type !== 'route') return [];
      const { method, path, request } = definition.route;
      const query = request?.query as { readonly shape?: object } | undefined;
      const written = path.replaceAll(/\{(\w+)\}/g, ':$1');
      return [[`${method.toUpperCase()} ${written}`, Object.keys(query?.shape ?? {})] as const];
    }),
  );
}
