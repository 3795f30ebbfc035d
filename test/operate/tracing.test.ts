// Tests that a search is one connected trace, from the command to the batches of its scorers, and that no
// process loads OpenTelemetry if tracing is off.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Collector, type Span, startCollector } from '../support/collector.js';
import { type TestHome, testHome } from '../support/home.js';
import { freePort } from '../support/nats.js';
import { done, specification } from '../support/zeroscout.js';

const SAMPLES = 24;
const PRELOAD = fileURLToPath(new URL('../support/loaded-packages.cjs', import.meta.url));

let home: TestHome;
let collector: Collector;

beforeAll(async () => {
  home = testHome();
  collector = await startCollector();
  await home.startServices();
  home.write('search.json', specification({ samples: SAMPLES }));
}, 120_000);
afterAll(async () => {
  await collector.close();
  await home.remove();
}, 60_000);

/** prom-client loads the API, an empty shell. */
const isOfTelemetry = (name: string) => name.startsWith('@opentelemetry/') && name !== '@opentelemetry/api';

/** A search with its workers, and the OpenTelemetry packages that each process had loaded at its end. */
async function run(id: string, env: NodeJS.ProcessEnv) {
  const loaded = join(home.dir, id);
  mkdirSync(loaded);
  const watched = { NODE_OPTIONS: `--require ${PRELOAD}`, ZEROSCOUT_TEST_LOADED: loaded };
  const { stderr } = await done(['run', 'search.json', '--id', id], { home, env: { ...watched, ...env } });
  const packages = readdirSync(loaded).map((name) =>
    (JSON.parse(home.read(join(id, name))) as string[]).filter(isOfTelemetry),
  );
  return { stderr, packages };
}

test('a search is one trace', { timeout: 240_000 }, async () => {
  const { stderr, packages } = await run('traced', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  expect(stderr).not.toContain('spans are not exported');
  expect(packages).toHaveLength(3);
  for (const names of packages) expect(names).toContain('@opentelemetry/sdk-trace');

  const { spans } = collector;
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const named = (name: string) => spans.filter((span) => span.name === name);
  const parentOf = ({ parentSpanId }: Span) => byId.get(parentSpanId)?.name;
  expect(byId.size).toBe(spans.length);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  const roots = spans.filter(({ parentSpanId }) => !byId.has(parentSpanId));
  expect(roots).toEqual([
    expect.objectContaining({ name: 'StartWorkflow:search', service: 'zeroscout-cli', parentSpanId: '' }),
  ]);
  expect(named('RunWorkflow:search').map(parentOf)).toEqual(['StartWorkflow:search']);
  for (const activity of ['planCandidates', 'auditScores', 'scoreShard', 'rankCandidates', 'reportSearch']) {
    const executions = named(`RunActivity:${activity}`);
    expect(executions.length, activity).toBeGreaterThan(0);
    for (const execution of executions) expect(parentOf(execution)).toBe(`StartActivity:${activity}`);
    for (const start of named(`StartActivity:${activity}`))
      expect(parentOf(start)).toBe('RunWorkflow:search');
  }
  const shards = named('RunActivity:scoreShard');
  expect(shards.map(({ attributes }) => attributes['zeroscout.shard']).sort()).toEqual([0, 1, 2]);
  for (const { attributes } of [...shards, ...named('RunWorkflow:search')])
    expect(attributes['zeroscout.search']).toBe('traced');

  const batches = named('scorer batch');
  for (const batch of batches) {
    expect(parentOf(batch)).toBe('RunActivity:scoreShard');
    expect(batch.service).toBe('zeroscout-score');
  }
  const scored = batches.flatMap(({ attributes }) => attributes['zeroscout.candidates'] as string[]);
  expect(scored).toHaveLength(SAMPLES);
  expect(new Set(scored).size).toBe(SAMPLES);
  // Spans hold names only; the specification, which may contain a webhook's address, is not exported.
  expect(JSON.stringify(spans)).not.toContain('nas-bench-201');
});

test('off, nothing of it is loaded and nothing is sent', { timeout: 240_000 }, async () => {
  const before = collector.spans.length;
  for (const [id, env] of [
    ['off', {}],
    ['disabled', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_SDK_DISABLED: 'true' }],
  ] as const)
    expect((await run(id, env)).packages).toEqual([[], [], []]);
  expect(collector.spans).toHaveLength(before);
});

test('a collector that is away costs the trace, not the search', { timeout: 240_000 }, async () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${await freePort()}`;
  const { stderr } = await run('alone', { OTEL_EXPORTER_OTLP_ENDPOINT });
  expect(stderr).toContain('spans are not exported');
  expect(home.read('../home/logs/workers.log')).toContain('spans are not exported');
});
