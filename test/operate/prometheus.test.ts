// Tests that a real Prometheus that scrapes real workers answers every query of the dashboard and the alerts
// with numbers.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { debianProgram } from '../support/debian.js';
import { killNow, type TestHome, testHome, until } from '../support/home.js';
import { freePort } from '../support/nats.js';
import { done, ROOT, type Running, spawnZeroscout, specification } from '../support/zeroscout.js';

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}
interface Answer {
  readonly status: string;
  readonly data: {
    readonly result: readonly { readonly metric: object; readonly value: [number, string] }[];
  };
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const { panels } = JSON.parse(read('deploy/grafana/zeroscout.json')) as Dashboard;
const shown = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const));
const { groups } = parse(read('deploy/chart/files/alerts.yaml')) as {
  groups: readonly { rules: readonly { alert: string; expr: string; for?: string }[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules);

const program = debianProgram('prometheus');

describe.skipIf(program === undefined)('Prometheus', () => {
  let home: TestHome;
  let server: ChildProcess;
  let url: string;
  const ask = async (query: string): Promise<Answer> => {
    const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`);
    return (await response.json()) as Answer;
  };

  beforeAll(async () => {
    home = testHome();
    await home.startServices();
    const workers = ['control', 'score'].map((role) =>
      spawnZeroscout(['worker', '--role', role, '--concurrency', '1', '--metrics', '127.0.0.1:0'], {
        home,
        env: { ZEROSCOUT_LOG_LEVEL: 'debug' },
      }),
    );
    const targets = await Promise.all(workers.map(metricsAddress));
    const config = home.write('prometheus.yaml', configuration(targets));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const data = join(home.dir, 'prometheus');
    server = spawn(
      program!,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${data}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=error',
      ],
      { stdio: 'inherit' },
    );
    home.children.add(server);
    home.write('search.json', specification({ samples: 12 }));
    await done(['run', 'search.json', '--workers', '0'], { home });
    const scored = 'sum(zeroscout_candidates_total{outcome="scored"})';
    await until(async () => Number((await asked(ask, scored))?.data.result[0]?.value[1]) === 12, {
      what: 'Prometheus has scraped the scored candidates',
      timeoutMs: 60_000,
      everyMs: 200,
    });
  }, 180_000);
  afterAll(async () => {
    if (server?.pid !== undefined) await killNow(server.pid);
    await home?.remove();
  }, 60_000);

  test.each(shown)('%s: %s', async (_title, expr) => {
    const { status, data } = await ask(expr.replaceAll('$__rate_interval', '1m'));
    expect(status).toBe('success');
    for (const { metric, value } of data.result)
      expect(Number(value[1]), JSON.stringify(metric)).not.toBeNaN();
  });

  test('what is drawn all the time has a line', async () => {
    const drawn = shown.filter(([, expr]) => !/store_errors|histogram_quantile|rate\(/.test(expr));
    expect(drawn.length).toBeGreaterThan(3);
    // An increase needs two scrapes.
    for (const [title, expr] of drawn)
      await until(async () => (await ask(expr)).data.result.length > 0, { what: title, timeoutMs: 60_000 });
  });

  // An alert with `for` fires only after that many minutes without a break; a busy machine can miss a scrape.
  test.each(alerts)(
    '$alert does not fire',
    async ({ expr, for: minutes }) => {
      const answer = async () => {
        const { status, data } = await ask(expr);
        return { status, result: data.result };
      };
      const quiet = { status: 'success', result: [] };
      if (minutes === undefined) expect(await answer()).toEqual(quiet);
      else await expect.poll(answer, { timeout: 60_000, interval: 500 }).toEqual(quiet);
    },
    90_000,
  );
});

/** The answer, or undefined while the server does not listen. */
async function asked(ask: (query: string) => Promise<Answer>, query: string): Promise<Answer | undefined> {
  try {
    return await ask(query);
  } catch {
    return undefined;
  }
}

async function metricsAddress(worker: Running): Promise<string> {
  await worker.says(/"metrics":"([^"]+)"/);
  return /"metrics":"([^"]+)"/.exec(worker.stderr())![1]!;
}

function configuration(targets: readonly string[]): string {
  return JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'zeroscout', static_configs: [{ targets }] }],
  });
}
