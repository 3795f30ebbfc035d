// Decides who may do what: tokens and roles, and whether a request comes from this page or another site.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { answerOldLink, wantsPage } from './old-link.js';
import { ProblemError } from './problem.js';
import { addressOf } from './rate-limit.js';

/** A viewer may read; an operator may do everything. */
export type Role = 'viewer' | 'operator';

export interface AccessOptions {
  /** The token of operators; random by default. */
  readonly operatorToken?: string | undefined;
  /** The token of viewers; by default there is none. */
  readonly viewerToken?: string | undefined;
  /** The rights of a client without a token: `viewer` on a loopback address, `nothing` elsewhere. */
  readonly anonymous: 'viewer' | 'nothing';
  /** Names and addresses, with ports, under which this server is reachable, such as `localhost:8600`. */
  readonly hosts: readonly string[];
  /** The path under which a proxy offers this server, such as `/zeroscout`; '' without a proxy. */
  readonly prefix: string;
  readonly isSecure: boolean;
}

export interface Access {
  readonly operatorToken: string;
  /** Refuses requests for another host, and changes requested by pages of other sites. */
  readonly guard: MiddlewareHandler;
  /** Stores the client's role in the context. */
  readonly identify: MiddlewareHandler;
}

const COOKIE = 'zeroscout';
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** The most wrong tokens from one address within a minute. */
const TRIES = 20;
const WINDOW_MS = 60_000;

declare module 'hono' {
  interface ContextVariableMap {
    role: Role | 'nothing';
  }
}

export function createAccess(options: AccessOptions): Access {
  const operatorToken = options.operatorToken ?? randomBytes(24).toString('base64url');
  const tokens = [
    { role: 'operator' as const, digest: digestOf(operatorToken) },
    ...(options.viewerToken === undefined
      ? []
      : [{ role: 'viewer' as const, digest: digestOf(options.viewerToken) }]),
  ];
  const roleOf = (token: string) => {
    const digest = digestOf(token);
    return tokens.find((known) => timingSafeEqual(known.digest, digest))?.role;
  };
  const failures = createFailures();

  const identify: MiddlewareHandler = async (context, next) => {
    const given = tokenOf(context);
    if (given === undefined) {
      context.set('role', options.anonymous);
      return next();
    }
    // Cookies are counted apart. Pages of other sites can make a browser open links with wrong tokens, which must not
    // lock out its user, who has a cookie.
    const guesser = `${given.from === 'cookie' ? 'cookie' : 'token'} ${addressOf(context)}`;
    if (failures.areTooMany(guesser))
      throw new ProblemError({
        status: 429,
        code: 'too-many-requests',
        detail: 'too many wrong tokens; try again in a minute',
      });
    const role = roleOf(given.token);
    if (role === undefined) {
      failures.add(guesser, given.token);
      // A cookie from an earlier start of this program is not an attack.
      if (given.from !== 'cookie') {
        if (given.from === 'link' && wantsPage(context)) return answerOldLink(context, options.prefix);
        throw new ProblemError({ status: 401, code: 'wrong-token', detail: 'unknown token' });
      }
    }
    context.set('role', role ?? options.anonymous);
    if (given.from === 'link' && role !== undefined) {
      return keepToken(context, { ...options, token: given.token });
    }
    return next();
  };
  return { operatorToken, guard: createGuard(options), identify };
}

/**
 * Moves the token of a link to a cookie that scripts cannot read, and redirects to the same address without
 * it.
 */
function keepToken(
  context: Context,
  { isSecure, prefix, token }: Pick<AccessOptions, 'isSecure' | 'prefix'> & { readonly token: string },
): Response {
  setCookie(context, cookieOf(context), token, {
    httpOnly: true,
    sameSite: 'Strict',
    secure: isSecure,
    path: `${prefix}/`,
    maxAge: 30 * 86_400,
  });
  const url = new URL(context.req.url);
  url.searchParams.delete('token');
  // An address that begins with two slashes would be that of another site.
  const path = url.pathname.replace(/^\/+/, '/');
  return context.redirect(`${prefix}${path}${url.search}`, 303);
}

/** Refuses requests for another host, and changes requested by pages of other sites. */
function createGuard(options: AccessOptions): MiddlewareHandler {
  const hosts = new Set(options.hosts.map((host) => host.toLowerCase()));
  return async (context, next) => {
    const host = (context.req.header('host') ?? '').toLowerCase();
    if (!hosts.has(host))
      throw new ProblemError({
        status: 421,
        code: 'unknown-host',
        detail: `host ${JSON.stringify(host)}; this server answers for ${[...hosts].join(', ')}`,
      });
    if (!SAFE.has(context.req.method) && isForeign(context, hosts))
      throw new ProblemError({
        status: 403,
        code: 'cross-site',
        detail: 'pages of other sites may not change anything here',
      });
    await next();
  };
}

/** Admits clients with this role or a higher one. */
export function requireRole(role: Role): MiddlewareHandler {
  return async (context, next) => {
    const has = context.get('role');
    if (has === 'operator' || has === role) return next();
    if (has === 'nothing')
      throw new ProblemError({
        status: 401,
        code: 'token-needed',
        detail: 'open the link that this server printed at its start, or send `Authorization: Bearer TOKEN`',
      });
    throw new ProblemError({
      status: 403,
      code: 'operator-needed',
      detail: "this request changes data and needs an operator's token",
    });
  };
}

/** The token from a header, the cookie, or the printed link; a link is accepted only for opening a page. */
function tokenOf(context: Context): { token: string; from: 'header' | 'cookie' | 'link' } | undefined {
  const [, bearer] = /^Bearer +(\S{1,500})$/i.exec(context.req.header('authorization') ?? '') ?? [];
  if (bearer !== undefined) return { token: bearer, from: 'header' };
  const link = context.req.method === 'GET' ? context.req.query('token') : undefined;
  if (link !== undefined && !context.req.path.includes('/api/')) return { token: link, from: 'link' };
  // Earlier releases had one name for all ports.
  const cookie = getCookie(context, cookieOf(context)) ?? getCookie(context, COOKIE);
  return cookie === undefined ? undefined : { token: cookie, from: 'cookie' };
}

/** Browsers send a cookie to every port of a host, and several servers may be open there, such as through tunnels. */
function cookieOf(context: Context): string {
  const [, port] = /:(\d+)$/.exec(context.req.header('host') ?? '') ?? [];
  return port === undefined ? COOKIE : `${COOKIE}-${port}`;
}

/** Browsers report where a request comes from; other programs do not. */
function isForeign(context: Context, hosts: ReadonlySet<string>): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const origin = context.req.header('origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || !hosts.has(new URL(origin).host.toLowerCase());
}

/**
 * Counts different wrong tokens by guesser, in windows of one minute. A token that is sent again, as browsers send a
 * cookie with every request, is no further guess.
 */
function createFailures() {
  let guesses = new Map<string, Set<string>>();
  let started = 0;
  const current = () => {
    const now = Date.now();
    if (now - started > WINDOW_MS) {
      guesses = new Map();
      started = now;
    }
    return guesses;
  };
  return {
    add: (guesser: string, token: string) => {
      const known = current().get(guesser) ?? new Set();
      current().set(guesser, known.add(digestOf(token).toString('base64')));
    },
    areTooMany: (guesser: string) => (current().get(guesser)?.size ?? 0) >= TRIES,
  };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
