// Converts errors to problem details (RFC 9457), with the codes of the library.
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type HttpCode, ISSUE_REASONS, SERVICE_REASONS } from '../core/error-codes.js';
import {
  BlobError,
  DeviceError,
  type ErrorCode,
  type Issue,
  type IssueReason,
  ServiceError,
  type ServiceReason,
  SpecError,
} from '../core/errors.js';
import { quote } from '../core/text/show.js';

export const ProblemSchema = z
  .object({
    type: z.string().openapi({ example: 'about:blank' }),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ description: 'for programs', example: 'invalid-input' }),
    reason: z
      .enum(Object.keys(SERVICE_REASONS) as [ServiceReason, ...ServiceReason[]])
      .optional()
      .openapi({ description: 'why a server is away, where the code is server-away' }),
    detail: z.string(),
    issues: z
      .array(
        z.object({
          path: z.string(),
          message: z.string(),
          file: z.string().optional().openapi({ description: 'the file of the request that is wrong' }),
          line: z.int().optional().openapi({ description: 'in the file, or in the specification as a text' }),
          column: z.int().optional(),
          key: z.string().optional().openapi({ description: 'the field within the file' }),
          reason: z.enum(Object.keys(ISSUE_REASONS) as [IssueReason, ...IssueReason[]]).optional(),
        }),
      )
      .optional()
      .openapi({ description: 'each field that is wrong, and why' }),
  })
  .openapi('Problem');

export type Problem = z.infer<typeof ProblemSchema>;
type ProblemIssue = NonNullable<Problem['issues']>[number];

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'A token is needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Not this method',
  409: 'Not in this state',
  413: 'Too large',
  415: 'Not this type of content',
  421: 'Not this host',
  422: 'Invalid input',
  429: 'Too many requests',
  500: 'Internal error',
  502: 'A stored file is damaged',
  503: 'A server is away',
};

/**
 * Fields that come from the path of a request, and the searches of a comparison. If they name nothing, the answer is
 * 404, and 409 if they name a search in another state; what the body or another parameter names is a mistake there.
 */
const OF_PATHS = new Set(['id', 'ids', 'schedule', 'worker']);

type ProblemCode = HttpCode | ErrorCode;

interface ProblemErrorArguments {
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  /** Further headers of the answer; none by default. */
  readonly headers?: Readonly<Record<string, string>>;
}

export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: ProblemCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor({ status, code, detail, headers = {} }: ProblemErrorArguments) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The problem for an error. Unknown errors reveal nothing about the inside of this program. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return problem(error.status, error.code, error.message);
  if (error instanceof SpecError) {
    if (OF_PATHS.has(error.field) && error.code !== 'invalid-input')
      return problem(error.code === 'not-found' ? 404 : 409, error.code, error.message);
    return { ...problem(422, 'invalid-input', error.message), issues: error.issues.map(issueOf) };
  }
  const reason = findUnavailableReason(error instanceof ServiceError ? error.cause : error);
  if (reason !== undefined)
    return { ...problem(503, 'server-away', 'Temporal does not answer; it is tried again'), reason };
  if (error instanceof ServiceError)
    return { ...problem(503, error.code, error.message), reason: error.reason };
  if (error instanceof BlobError) return problem(502, error.code, error.message);
  if (error instanceof DeviceError) return problem(409, error.code, error.message);
  if (error instanceof HTTPException)
    return problem(error.status, 'http', error.message || TITLES[error.status] || '');
  return problem(500, 'internal', 'an error of zeroscout; the log of this program has it');
}

/** Fields without a value are absent in JSON. */
function issueOf({ path, message, file, line, column, key, reason }: Issue): ProblemIssue {
  return { path, message, file, line, column, key, reason };
}

export function answerProblem(context: Context, error: unknown): Response {
  const found = problemOf(error);
  if (found.status === 503) context.header('Retry-After', '5');
  if (found.status === 401) context.header('WWW-Authenticate', challengeOf(found));
  const detail = found.status === 415 ? describeContentType(context) : found.detail;
  return context.json({ ...found, detail }, found.status as ContentfulStatusCode, {
    ...(error instanceof ProblemError ? error.headers : {}),
    'Content-Type': 'application/problem+json',
  });
}

/** RFC 6750, section 3: what a client must send, and that what it sent is unknown. */
function challengeOf({ code }: Problem): string {
  return code === 'wrong-token' ? 'Bearer error="invalid_token"' : 'Bearer';
}

/** Requests are refused for their type of content where their body is read as JSON, and nowhere else. */
function describeContentType(context: Context): string {
  const given = context.req.header('Content-Type');
  return `Content-Type: ${given === undefined ? 'missing' : `found ${quote(given)}`}; must be application/json`;
}

function problem(status: number, code: ProblemCode, detail: string): Problem {
  return { type: 'about:blank', title: TITLES[status] ?? 'Error', status, code, detail };
}

/**
 * The gRPC code is 14 (unavailable, such as a broken connection) or 4 (deadline exceeded). A server that has just
 * started does not know its namespace for a moment.
 */
function findUnavailableReason(error: unknown): ServiceReason | undefined {
  if (error instanceof Error && error.name === 'NamespaceNotFoundError') return 'namespace-missing';
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  const status = Number(cause?.code ?? code);
  if (status === 14) return 'unreachable';
  return status === 4 ? 'timed-out' : undefined;
}
