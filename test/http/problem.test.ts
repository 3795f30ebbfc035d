// Tests that problem details carry the codes of the library, and the reason why a server is away.
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { expect, test } from 'vitest';
import { ServiceError, SpecError } from '../../core/errors.js';
import { answerProblem, problemOf } from '../../http/problem.js';

test('a server that is away: 503 with its reason', () => {
  const error = new ServiceError({ reason: 'no-jetstream', address: 'nats://a:1', fault: 'no JetStream' });
  expect(problemOf(error)).toMatchObject({ status: 503, code: 'server-away', reason: 'no-jetstream' });
});

test.each([
  [14, { status: 503, code: 'server-away', reason: 'unreachable' }],
  [4, { status: 503, code: 'server-away', reason: 'timed-out' }],
  [13, { status: 500, code: 'internal' }],
])('gRPC code %i of Temporal, also as a cause', (code, problem) => {
  const error = Object.assign(new Error('grpc'), { code });
  expect(problemOf(error)).toMatchObject(problem);
  expect(problemOf(new Error('wrapped', { cause: error }))).toMatchObject(problem);
});

test('a search in another state: 409, and 422 where the body names it', () => {
  const paused = SpecError.of({
    path: 'id',
    code: 'wrong-state',
    message: 'search "s" is not running: completed',
  });
  expect(problemOf(paused)).toMatchObject({ status: 409, code: 'wrong-state' });
  const named = SpecError.of({ path: 'other', code: 'wrong-state', message: 'search "s" has no results' });
  expect(problemOf(named)).toMatchObject({ status: 422, code: 'invalid-input', issues: [{ path: 'other' }] });
});

test('bad input: 422 with its issues; an unknown id of the path: 404', () => {
  const wrong = SpecError.of({ path: 'space.kind', message: 'unknown' });
  expect(problemOf(wrong)).toMatchObject({ status: 422, issues: [{ path: 'space.kind' }] });
  const missing = SpecError.inFile({ file: 'a.onnx', reason: 'too-large', message: 'larger than 2 GB' });
  expect(problemOf(missing)).toMatchObject({ status: 422, issues: [{ reason: 'too-large' }] });
  const unknown = SpecError.of({ path: 'id', message: 'no search', code: 'not-found' });
  expect(problemOf(unknown)).toMatchObject({ status: 404, code: 'not-found' });
  expect(problemOf(unknown)).not.toHaveProperty('reason');
});

test('issues say where in a text or a file they are', () => {
  const place = { line: 4, column: 1 };
  const inText = SpecError.of({ path: 'specification', message: 'must be indented', ...place });
  expect(problemOf(inText)).toMatchObject({ issues: [{ path: 'specification', ...place }] });
  const inFile = {
    path: 'space.file',
    file: 'cell.yaml',
    line: 3,
    key: 'stages[2].width',
    message: 'found 0',
  };
  expect(JSON.parse(JSON.stringify(problemOf(SpecError.of(inFile)))).issues).toEqual([inFile]);
});

test('a server that does not know its namespace is away', () => {
  const error = new Error('Namespace not found');
  error.name = 'NamespaceNotFoundError';
  expect(problemOf(error)).toMatchObject({ status: 503, code: 'server-away', reason: 'namespace-missing' });
});

test('another type of content: which was found, and which is right', async () => {
  const app = new Hono().onError((error, context) => answerProblem(context, error));
  app.post('/', () => {
    throw new HTTPException(415, { message: 'Unsupported Media Type' });
  });
  const detailOf = async (headers: Record<string, string>) => {
    const answer = await app.request('/', { method: 'POST', headers });
    return [answer.status, ((await answer.json()) as { detail: string }).detail];
  };
  expect(await detailOf({ 'Content-Type': 'application/x-yaml' })).toEqual([
    415,
    'Content-Type: found "application/x-yaml"; must be application/json',
  ]);
  expect(await detailOf({})).toEqual([415, 'Content-Type: missing; must be application/json']);
});
