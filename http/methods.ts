// Answers requests whose method a route does not have with 405 and the methods that it has (RFC 9110, section
// 15.5.6).
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { ProblemError } from './problem.js';

/** A path of the OpenAPI description, such as `/api/searches/{id}/pause`, and its methods. */
interface Route {
  readonly path: RegExp;
  readonly methods: Set<string>;
}

/**
 * Middleware that throws a ProblemError of status 405 where routes in the OpenAPI description of `app` have the
 * path of a request and none has its method. HEAD is allowed where GET is.
 */
export function refuseOtherMethods(app: OpenAPIHono): MiddlewareHandler {
  let routes: readonly Route[] | undefined;
  return async (context, next) => {
    routes ??= findRoutes(app);
    const { method, path } = context.req;
    const methods = new Set(routes.flatMap((route) => (route.path.test(path) ? [...route.methods] : [])));
    if (methods.has('GET')) methods.add('HEAD');
    if (methods.size > 0 && !methods.has(method)) {
      const allowed = [...methods].sort().join(', ');
      throw new ProblemError({
        status: 405,
        code: 'method-not-allowed',
        detail: `${path.slice(0, 200)} has no method ${method}; must be ${allowed}`,
        headers: { Allow: allowed },
      });
    }
    await next();
  };
}

function findRoutes(app: OpenAPIHono): readonly Route[] {
  const routes = new Map<string, Route>();
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue;
    const { path, method } = definition.route;
    const route = routes.get(path) ?? { path: patternOf(path), methods: new Set() };
    route.methods.add(method.toUpperCase());
    routes.set(path, route);
  }
  return [...routes.values()];
}

/** Other characters of these paths are letters, digits, `-`, `.` and `/`. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
