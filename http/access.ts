// Decides who may do what: tokens and roles, and whether a request comes from this page or from elsewhere.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { ProblemError } from './problem.js';

/** A viewer reads; an operator may do everything. */
export type Role = 'viewer' | 'operator';

export interface AccessOptions {
  /** Whoever has this token is an operator; a random one without it. */
  readonly operatorToken?: string | undefined;
  /** Whoever has this token is a viewer; without it nobody is one by a token. */
  readonly viewerToken?: string | undefined;
  /** What somebody without a token may do: `viewer` on a loopback address, nothing elsewhere. */
  readonly anonymous: 'viewer' | 'nothing';
  /** Names and addresses, with ports, by which people reach this server, such as `localhost:8600`. */
  readonly hosts: readonly string[];
  /** Path under which a proxy offers this server, such as `/zeroscout`; '' without one. */
  readonly prefix: string;
  readonly isSecure: boolean;
}

export interface Access {
  readonly operatorToken: string;
  /** Refuses requests that name another host, and changes that another site's page asks for. */
  readonly guard: MiddlewareHandler;
  /** Puts the role of whoever asks into the context. */
  readonly identify: MiddlewareHandler;
}

export const COOKIE = 'zeroscout';
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Wrong tokens from one address within a minute. */
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
    const address = addressOf(context);
    if (failures.areTooMany(address))
      throw new ProblemError({
        status: 429,
        code: 'too-many-requests',
        detail: 'too many wrong tokens; try again in a minute',
      });
    const role = roleOf(given.token);
    if (role === undefined) {
      // A cookie of an earlier start of this program is no attack.
      if (given.from !== 'cookie') failures.add(address);
      if (given.from !== 'cookie')
        throw new ProblemError({ status: 401, code: 'wrong-token', detail: 'the token is not known here' });
    }
    context.set('role', role ?? options.anonymous);
    if (given.from === 'link' && role !== undefined) {
      return keepToken(context, { ...options, token: given.token });
    }
    return next();
  };
  return { operatorToken, guard: createGuard(options), identify };
}

/** Keeps the token of a link in a cookie that scripts cannot read, and leads to the same address without it. */
function keepToken(
  context: Context,
  { isSecure, prefix, token }: Pick<AccessOptions, 'isSecure' | 'prefix'> & { readonly token: string },
): Response {
  setCookie(context, COOKIE, token, {
    httpOnly: true,
    sameSite: 'Strict',
    secure: isSecure,
    path: `${prefix}/`,
    maxAge: 30 * 86_400,
  });
  const url = new URL(context.req.url);
  url.searchParams.delete('token');
  return context.redirect(`${prefix}${url.pathname}${url.search}`, 303);
}

/** Refuses requests that name another host, and changes that another site's page asks for. */
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
        detail: 'a page of another site may change nothing here',
      });
    await next();
  };
}

/** Lets those through who have this role or a higher one. */
export function requires(role: Role): MiddlewareHandler {
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
      detail: 'this changes something and needs the token of an operator',
    });
  };
}

/** A token from a header, the cookie, or the link that was printed, which only a page is opened by. */
function tokenOf(context: Context): { token: string; from: 'header' | 'cookie' | 'link' } | undefined {
  const [, bearer] = /^Bearer (\S{1,500})$/.exec(context.req.header('authorization') ?? '') ?? [];
  if (bearer !== undefined) return { token: bearer, from: 'header' };
  const link = context.req.method === 'GET' ? context.req.query('token') : undefined;
  if (link !== undefined && !context.req.path.includes('/api/')) return { token: link, from: 'link' };
  const cookie = getCookie(context, COOKIE);
  return cookie === undefined ? undefined : { token: cookie, from: 'cookie' };
}

/** Browsers say where a request comes from; programs without a browser say nothing. */
function isForeign(context: Context, hosts: ReadonlySet<string>): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const origin = context.req.header('origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || !hosts.has(new URL(origin).host.toLowerCase());
}

function addressOf(context: Context): string {
  const { incoming } = (context.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress ?? '';
}

/** Counts wrong tokens by address, in windows of a minute. */
function createFailures() {
  let counts = new Map<string, number>();
  let started = 0;
  const current = () => {
    const now = Date.now();
    if (now - started > WINDOW_MS) {
      counts = new Map();
      started = now;
    }
    return counts;
  };
  return {
    add: (address: string) => current().set(address, (current().get(address) ?? 0) + 1),
    areTooMany: (address: string) => (current().get(address) ?? 0) >= TRIES,
  };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
