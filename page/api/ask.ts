// Sends requests to the API, and converts its problem details to errors that views can show.
import type { Problem } from '../../http/answers.js';
import { prefix } from './prefix.js';

/** An error that the API answered; `status` is 0 if there was no answer. */
export class AskError extends Error {
  override readonly name = 'AskError';
  readonly status: number;
  readonly code: string;
  readonly issues: NonNullable<Problem['issues']>;

  constructor({ status, code, detail, issues = [] }: Pick<Problem, 'status' | 'code' | 'detail' | 'issues'>) {
    super(detail);
    this.status = status;
    this.code = code;
    this.issues = issues;
  }

  /** Whether a repeated request may succeed, because a server was unavailable. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 503 || this.status === 429;
  }
}

export interface AskOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The body, which is sent as JSON; a text is sent unchanged with the content type `type`. */
  readonly body?: unknown;
  readonly type?: string;
  readonly signal?: AbortSignal;
}

/**
 * The answer to a request for a path such as `/searches`, as JSON, or as text if it is not JSON. Throws an
 * AskError.
 */
export async function ask<T>(
  path: string,
  { method = 'GET', body, type, signal }: AskOptions = {},
): Promise<T> {
  const response = await fetch(apiUrl(path), {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(body === undefined ? {} : { headers: { 'Content-Type': type ?? 'application/json' } }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new AskError({ status: 0, code: 'no-answer', detail: 'zeroscout ui does not answer' });
  });
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  if (!response.ok) throw await problemOf(response, isJson);
  if (response.status === 204) return undefined as T;
  return (isJson ? response.json() : response.text()) as Promise<T>;
}

/** The pages of a list behind a cursor, as one list; `rowsOf` returns the rows of a page. */
export async function askAll<Page extends { readonly next: string | null }, Row>(
  path: string,
  rowsOf: (page: Page) => readonly Row[],
  options: Pick<AskOptions, 'signal'> = {},
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await ask<Page>(withQuery(path, { cursor }), options);
    rows.push(...rowsOf(page));
    if (page.next === null) return rows;
    cursor = page.next;
  }
}

async function problemOf(response: Response, isJson: boolean): Promise<AskError> {
  const { status } = response;
  const found = isJson ? ((await response.json()) as Partial<Problem>) : {};
  return new AskError({
    status,
    code: found.code ?? 'http',
    detail: found.detail ?? `the server answered ${status}`,
    issues: found.issues,
  });
}

export function apiUrl(path: string): string {
  return `${prefix}/api${path}`;
}

/** The path with these parameters; undefined and empty ones are left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

export function searchPath(id: string, rest = ''): string {
  return `/searches/${encodeURIComponent(id)}${rest}`;
}
