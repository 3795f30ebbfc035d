// Tests the HTTP API as programs and browsers use it, on real servers: from a specification in a request to
// pages of its ranking.
import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../client/index.js';
import { cellAt, printCell } from '../../core/spaces/nas-bench-201/cell.js';
import { ask, eventsUntil, serveApi, server, TOKENS } from '../support/http-api.js';

const SPECIFICATION = `
name: over-http
space: nas-bench-201
strategy: { kind: random, samples: 24 }
fidelity: { draws: 1, batch: 2, resolution: 8 }
seed: 3
`;

serveApi();

describe('a search', () => {
  test('mistakes in a specification are told with their fields, and nothing starts', async () => {
    const body = { specification: 'name: x\nspace: nasbench201\nseed: 1\n' };
    for (const path of ['/api/searches', '/api/specifications/check'])
      expect(await ask(path, { method: 'POST', role: 'operator', body })).toMatchObject({
        status: 422,
        json: {
          code: 'invalid-input',
          issues: expect.arrayContaining([expect.objectContaining({ path: 'space' })]),
        },
      });
    expect((await ask('/api/searches')).json).toEqual({ searches: [], next: null });
  });

  test('a space is described, the size of a large one as text', async () => {
    const describe = (space: unknown) => ask('/api/spaces/describe', { method: 'POST', body: { space } });
    expect(await describe('nas-bench-201')).toMatchObject({ status: 200, json: { candidates: 15_625 } });
    const { status, json } = await describe('darts');
    expect(status).toBe(200);
    expect(json.candidates).toMatch(/^\d{17,}$/);
    expect(await describe('nasbench201')).toMatchObject({
      status: 422,
      json: { issues: [{ path: 'kind' }] },
    });
  });

  test('files of a specification come with the request, never from this machine', async () => {
    const specification = 'name: listed\nspace: nas-bench-201\nstrategy: { kind: list, file: /etc/passwd }\n';
    const check = (files?: object) =>
      ask('/api/specifications/check', {
        method: 'POST',
        body: { specification, ...(files ? { files } : {}) },
      });
    expect(await check()).toMatchObject({ status: 422, json: { issues: [{ path: 'files' }] } });
    const cell = '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|';
    expect(await check({ '/etc/passwd': `${cell}\n` })).toMatchObject({
      status: 200,
      json: { candidates: 1 },
    });
  });

  test('starts, tells how far it is until its end, and is found again', async () => {
    const start = () =>
      ask('/api/searches', {
        method: 'POST',
        role: 'operator',
        body: { specification: SPECIFICATION, id: 'over-http' },
      });
    expect(await start()).toMatchObject({ status: 201, json: { id: 'over-http', how: 'started' } });
    expect(await ask('/api/searches/over-http/ranking')).toMatchObject({
      status: 409,
      json: { code: 'no-results' },
    });
    const events = await eventsUntil('end', '/api/searches/over-http/events');
    expect(events.some(({ event }) => event === 'progress')).toBe(true);
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { state: 'completed' } });
    expect(events.map(({ id }) => Number(id))).toEqual(events.map((_, i) => i + 1));
    expect(await start()).toMatchObject({ status: 200, json: { how: 'finished' } });
    for (const action of ['pause', 'resume', 'cancel'])
      expect(
        await ask(`/api/searches/over-http/${action}`, { method: 'POST', role: 'operator' }),
      ).toMatchObject({ status: 409, json: { code: 'wrong-state' } });
    expect((await ask('/api/searches')).json.searches).toMatchObject([
      { id: 'over-http', state: 'completed' },
    ]);
    const { text, headers } = await ask('/api/searches/over/specification');
    expect(headers.get('content-type')).toMatch(/yaml/);
    expect(text).toContain('name: over-http');
  }, 120_000);

  test('its ranking is paged, filtered, sorted, and downloaded as it is stored', async () => {
    const { json } = await ask(
      `/api/searches/@last/ranking?${new URLSearchParams({ sort: '-complexity', limit: '5' })}`,
    );
    expect(json).toMatchObject({ total: 24, all: 24, offset: 0 });
    const flops = json.rows.map(({ complexity }: { complexity: number }) => complexity);
    expect(flops).toEqual([...flops].sort((a, b) => b - a));
    const half = await ask(
      `/api/searches/@last/ranking?${new URLSearchParams({ filter: `complexity >= ${flops[4]}` })}`,
    );
    expect(half.json.total).toBeGreaterThanOrEqual(5);
    expect(half.json.total).toBeLessThan(24);
    const csv = await ask('/api/searches/@last/ranking.csv');
    expect(csv.text.trimEnd().split('\n')).toHaveLength(25);
    const tag = csv.headers.get('etag')!;
    const askedWith = async (known: string) =>
      (await ask('/api/searches/@last/ranking.csv', { headers: { 'If-None-Match': known } })).status;
    expect(await askedWith(tag)).toBe(304);
    // A proxy that compresses makes tags weak.
    expect(await askedWith(`"other", W/${tag}`)).toBe(304);
    expect(await askedWith('"other"')).toBe(200);
    const longest = '万'.repeat(8_000);
    for (const [text, status] of [
      [longest, 404],
      [`${longest}x`, 422],
    ] as const)
      expect(
        (await ask(`/api/searches/@last/ranking/candidate?${new URLSearchParams({ candidate: text })}`))
          .status,
      ).toBe(status);
    const { candidate } = json.rows[3];
    const found = await ask(`/api/searches/@last/ranking/candidate?${new URLSearchParams({ candidate })}`);
    expect(found.json).toEqual(json.rows[3]);
    expect(
      await ask(`/api/searches/@last/ranking?${new URLSearchParams({ filter: 'scor < 1' })}`),
    ).toMatchObject({ status: 422, json: { issues: [{ path: 'filter' }] } });
    const grid = await ask('/api/searches/@last/ranking/grid?x=complexity&y=score');
    expect(grid.json.cells.length).toBeGreaterThan(1);
    expect((await ask('/api/searches/@last/ranking/statistics')).json.complexity.count).toBe(24);
  });

  test('pictures are drawn from fronts, correlations, samples and trimmed histograms', async () => {
    const get = async (path: string) => (await ask(`/api/searches/@last/ranking/${path}`)).json;
    const front = await get('front?x=complexity');
    expect(front.at(-1)).toMatchObject({ rank: 1 });
    const scores = front.map(({ y }: { y: number }) => y);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    const { columns, values, rows } = await get('correlations');
    expect(rows).toBe(24);
    const place = (name: string) => columns.indexOf(name);
    expect(values[place('score')][place('score')]).toBe(1);
    expect(values[place('complexity')][place('parameters')]).toBeGreaterThan(0.9);
    expect(await get('sample?size=5')).toHaveLength(5);
    expect(await get('sample?size=5')).toEqual(await get('sample?size=5'));
    const whole = await get('histogram?column=complexity');
    const trimmed = await get('histogram?column=complexity&trim=0.2');
    expect(trimmed.outside).toBeGreaterThan(whole.outside);
    expect(
      (await ask(`/api/searches/@last/ranking?${new URLSearchParams({ filter: 'flops < 0' })}`)).json.total,
    ).toBe(0);
  });

  test('its report is one file without scripts, and a search that bred nothing has no generations', async () => {
    const report = await ask('/api/searches/@last/report');
    expect(report.status).toBe(200);
    expect(report.headers.get('content-type')).toContain('text/html');
    expect(report.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w-]+-report\.html"$/);
    expect(report.text).toContain('<section id="ranking">');
    expect(report.text).not.toMatch(/<script|\ssrc=/);
    const other = await ask('/api/searches/@last/report?compare=unknown-search');
    expect(other).toMatchObject({ status: 422, json: { issues: [{ path: 'compare' }] } });
    for (const path of ['generations', 'rounds'])
      expect((await ask(`/api/searches/@last/${path}`)).json).toEqual({ [path]: [], next: null });
    expect((await ask('/api/searches/@last/candidates/1/elsewhere')).json).toEqual({
      found: [],
      read: 0,
      isMore: false,
    });
    expect((await ask('/api/searches/@last/candidates/25/elsewhere')).status).toBe(404);
    const history = (await ask('/api/workers/history')).json;
    expect(history[0]).toMatchObject({ waiting: expect.any(Number), rate: null });
  });

  test('while a large table of accuracies is compared, the thread that answers requests is mostly idle', async () => {
    const datasets = Array.from({ length: 60 }, (_, i) => `d${i}`);
    const line = (cell: string, i: number) => `${cell},${datasets.map((_, d) => (i * 7 + d) % 97).join(',')}`;
    const cells = Array.from({ length: 15_625 }, (_, i) => printCell(cellAt(i)));
    const body = `arch,${datasets.join(',')}\n${cells.map(line).join('\n')}\n`;
    const headers = { 'Content-Type': 'text/csv', Authorization: `Bearer ${TOKENS.viewer}` };
    const url = new URL('api/searches/@last/correlate', server.url);
    const before = performance.eventLoopUtilization();
    const answer = await fetch(url, { method: 'POST', headers, body });
    const { active, idle } = performance.eventLoopUtilization(before);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ datasets: { length: 60 } });
    // The server runs in the thread of this test. If it compared the table there, the thread would not be idle.
    expect(active).toBeLessThan(idle);
  });

  test('a comparison times proxies for operators, and puts quality beside cost where accuracies are known', async () => {
    const path = '/api/comparison?ids=@last&time=2';
    expect(await ask(path)).toMatchObject({ status: 403, json: { code: 'operator-needed' } });
    const cells = (await ask('/api/searches/@last/ranking.json')).json.map(
      ({ candidate }: { candidate: string }) => candidate,
    );
    const table = `arch,acc\n${cells.map((cell: string, i: number) => `${cell},${90 - i}`).join('\n')}\n`;
    const headers = { 'Content-Type': 'text/csv', Authorization: `Bearer ${TOKENS.operator}` };
    const answer = await fetch(new URL(path.slice(1), server.url), { method: 'POST', headers, body: table });
    expect(answer.status).toBe(200);
    const [search] = ((await answer.json()) as Comparison).searches;
    expect(search!.costs).toMatchObject({
      candidates: 2,
      families: expect.arrayContaining([expect.objectContaining({ family: 'az-nas' })]),
    });
    const [all] = search!.datasets[0]!.rankers;
    expect(all).toMatchObject({ kind: 'aggregation', milliseconds: search!.costs!.together });
    expect(all!.kendall.value).toBeCloseTo(1, 1);
    expect(search!.datasets[0]!.rankers.some(({ paretoOptimal }) => paretoOptimal)).toBe(true);
  });

  test('rows are downloaded as JSON and Parquet, and an unchanged page is not sent again', async () => {
    const rows = (await ask('/api/searches/@last/ranking.json')).json;
    expect(rows).toHaveLength(24);
    expect(rows[0]).toMatchObject({ rank: 1, complexity: expect.any(Number) });
    const parquet = await ask('/api/searches/@last/ranking.parquet');
    expect(parquet.text.slice(0, 4)).toBe('PAR1');
    const page = await ask('/api/searches/@last/ranking?limit=3');
    const headers = { 'If-None-Match': page.headers.get('etag')! };
    expect(await ask('/api/searches/@last/ranking?limit=3', { headers })).toMatchObject({
      status: 304,
      text: '',
    });
    expect(await ask('/api/searches/@last/ranking?limit=4', { headers })).toMatchObject({ status: 200 });
  });

  test('a candidate is told with its percentiles, its picture and its neighbours', async () => {
    const { json } = await ask('/api/searches/@last/candidates/1');
    expect(json).toMatchObject({ row: { rank: 1 }, total: 24, notDrawn: null, resolution: 32 });
    expect(json.formats).toEqual(['config', 'onnx', 'pytorch']);
    expect(json.percentiles.score).toBeGreaterThan(0.9);
    const weighed = Object.keys(json.aggregation.weights);
    expect(json.aggregation).toMatchObject({ kind: 'log-rank', weights: { 'mean-expressivity': 2 } });
    expect(Object.keys(json.percentiles)).toEqual(expect.arrayContaining(weighed));
    expect(json.drawing).toMatch(/^<svg /);
    expect(json.costs.flops).toBe(json.row.complexity);
    expect(json.neighbours.others + json.neighbours.ranked.length).toBe(24);
    expect(json.members.first[0]).toEqual({ rank: 1, candidate: json.row.candidate });
    expect(await ask('/api/searches/@last/candidates/25')).toMatchObject({ status: 404 });
    expect((await ask('/api/searches/@last/failures')).json).toEqual({ total: 0, reasons: [] });
  });

  test('its best is exported, its Pareto front and its summary told', async () => {
    expect(JSON.parse((await ask('/api/searches/@last/export/config/2')).text)).toHaveProperty('candidate');
    expect((await ask('/api/searches/@last/pareto?cost=parameters')).json.length).toBeGreaterThan(0);
    expect((await ask('/api/searches/@last/summary')).json).toMatchObject({
      id: 'over-http',
      candidates: 24,
    });
  });

  test('lists go on where a page ended', async () => {
    await ask('/api/searches', {
      method: 'POST',
      role: 'operator',
      body: { specification: SPECIFICATION.replace('over-http', 'second'), id: 'second' },
    });
    await eventsUntil('end', '/api/searches/second/events');
    const first = (await ask('/api/searches?limit=1')).json;
    expect(first.searches).toMatchObject([{ id: 'second' }]);
    const next = (await ask(`/api/searches?limit=1&cursor=${first.next}`)).json;
    expect(next).toMatchObject({ searches: [{ id: 'over-http' }], next: null });
    const badCursor = { status: 400, json: { code: 'bad-cursor' } };
    for (const list of ['searches', 'searches/second/ranking', 'schedules', 'workers', 'workers/tasks'])
      expect(await ask(`/api/${list}?cursor=nonsense`)).toMatchObject(badCursor);
    const whole = (await ask('/api/searches/second/ranking?sort=-score')).json;
    expect(whole).toMatchObject({ rows: { length: 24 }, next: null });
    const rows = [];
    for (let cursor = ''; ; ) {
      const page = (await ask(`/api/searches/second/ranking?sort=-score&limit=10${cursor}`)).json;
      rows.push(...page.rows);
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
      expect(await ask(`/api/searches/second/ranking?sort=score&limit=10${cursor}`)).toMatchObject(badCursor);
    }
    expect(rows).toEqual(whole.rows);
    expect((await ask('/api/workers/tasks')).json).toEqual({ tasks: expect.any(Array), next: null });
  }, 120_000);

  test('an unknown one is 404, whatever is asked of it', async () => {
    for (const path of ['', '/events', '/ranking', '/summary', '/specification', '/diff?from=second'])
      expect(await ask(`/api/searches/nobody${path}`)).toMatchObject({
        status: 404,
        json: { code: 'not-found' },
      });
    expect((await ask('/api/comparison?ids=second,nobody')).json.detail).toMatch(/^ids: no search "nobody"/);
  });

  test('a search that a parameter names is a mistake in that parameter', async () => {
    for (const [path, parameter] of [
      ['diff?from=nobody', 'from'],
      ['report?compare=second', 'compare'],
    ])
      expect(await ask(`/api/searches/second/${path}`)).toMatchObject({
        status: 422,
        json: { issues: [{ path: parameter }] },
      });
  });
});
