// Tests `zeroscout report` on real searches: its HTML is opened in Chromium without a network, and printed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readState } from '../../client/embedded/state.js';
import { scoreKey } from '../../core/address.js';
import { readRankingCsv } from '../../core/report/ranking-csv.js';
import { findChromium, launchOptions } from '../../scripts/chromium.mjs';
import { connectStore } from '../../store/jetstream.js';
import { type TestHome, testHome } from '../support/home.js';
import { runOverClasses, writeTruth } from '../support/known-search.js';
import { done, zeroscout } from '../support/zeroscout.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let home: TestHome;

beforeAll(async () => {
  home = testHome();
  // Both draw the same candidates, the second only some of them.
  const rows = await runOverClasses({ home, id: 'one', samples: 40, draws: 2 });
  await runOverClasses({ home, id: 'two', samples: 20, draws: 1 });
  writeTruth({ home, rows, accuracies: { '<own>': (index) => 90 - index / 10 + ((index * 7919) % 7) } });
  await done(['report', 'one', '--truth', 'truth.csv', '--compare', 'two', '--out', 'report.html'], { home });
}, 300_000);
afterAll(() => home.remove(), 60_000);

test('it has what was found, what it is worth, and how it differs from the other search', () => {
  const page = home.read('report.html');
  const sections = [...page.matchAll(/<section id="([a-z]+)">/g)].map(([, id]) => id);
  expect(sections).toEqual([
    'summary',
    'checklist',
    'ranking',
    'winners',
    'costs',
    'accuracies',
    'stability',
    'proxies',
    'others',
    'searched',
    'specification',
  ]);
  const [first] = readRankingCsv(home.read(join('one', 'ranking.csv')));
  expect(page).toContain(first!.candidate);
  expect(page.match(/<svg class="drawing"/g)?.length).toBeGreaterThanOrEqual(2);
  expect(page).toContain('data set');
  expect(page).toContain('&lt;own&gt;');
});

test('a table of accuracies with other columns is refused', async () => {
  home.write('wrong.csv', 'name,accuracy\nx,1\n');
  const wrong = await zeroscout(['report', 'one', '--truth', 'wrong.csv', '--out', 'no.html'], { home });
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('--truth');
});

describe.skipIf(findChromium() === undefined)('in Chromium', { timeout: 180_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    const { chromium } = await import('playwright-core');
    browser = await chromium.launch(launchOptions() as Parameters<typeof chromium.launch>[0]);
  }, 120_000);
  afterAll(() => browser?.close());

  test('it requests nothing, is accessible, and fits screens, a telephone, and paper', async () => {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    await context.setOffline(true);
    const page = await context.newPage();
    const requested: string[] = [];
    const said: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    page.on('console', (message) => said.push(message.text()));
    const { href } = pathToFileURL(join(home.dir, 'report.html'));
    await page.goto(href);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.locator('svg:visible').count()).toBeGreaterThanOrEqual(8);
    for (const [media, width] of [
      ['screen', 1400],
      ['screen', 360],
      ['print', 700],
    ] as const) {
      await page.emulateMedia({ media });
      await page.setViewportSize({ width, height: 900 });
      const tooWide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(Number(tooWide)).toBeLessThanOrEqual(0);
      await page.evaluate(AXE);
      const { violations } = (await page.evaluate('axe.run()')) as {
        violations: { id: string; impact: string; nodes: { html: string }[] }[];
      };
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
    }
    expect(requested).toEqual([href]);
    expect(said).toEqual([]);
    await context.close();
  });

  test('it is printed as PDF', async () => {
    const args = ['report', 'one', '--format', 'pdf', '--out', 'report.pdf', '--json'];
    const { stdout } = await done(args, { home, env: { CHROMIUM_PATH: findChromium() } });
    const path = join(home.dir, 'report.pdf');
    expect(JSON.parse(stdout)).toEqual({ file: path, format: 'pdf' });
    const file = readFileSync(path);
    expect(file.subarray(0, 5).toString()).toBe('%PDF-');
    // Several pages of A4, 595 by 842 points.
    const boxes = file.toString('latin1').match(/\/MediaBox ?\[ ?0 0 59[45][.\d]* 84[12]/g) ?? [];
    expect(boxes.length).toBeGreaterThan(3);
  });
});

test('scores that are gone: compare refuses, report says so, both with the way out', async () => {
  const rows = readRankingCsv(home.read(join('one', 'ranking.csv')));
  const classes = [...new Set(rows.map((row) => row.class!))];
  const keys = classes.slice(0, 3).map((candidate) => scoreKey({ candidate, draw: 0 }));
  const { port } = readState({ home: home.home }).services.nats!;
  const store = await connectStore({ url: `nats://127.0.0.1:${port}` });
  for (const { name } of await store.housekeeping.scopes())
    for (const { worker } of (await store.signed.get(name, keys)).values())
      await store.signed.discard(name, keys, worker);
  await store.close();
  const said = `scores of 3 of ${classes.length} ranked classes are no longer stored`;
  const wayOut = 'zeroscout run --again --id one';
  const compared = await zeroscout(['compare', 'one'], { home });
  expect(compared.code).toBe(2);
  expect(compared.stderr).toContain(`one: ${said}`);
  expect(compared.stderr).toContain(wayOut);
  const correlated = await done(['correlate', 'one', '--truth', 'truth.csv', '--json'], { home });
  expect(JSON.parse(correlated.stdout).top50StabilityBetweenDraws).toBeNull();
  await done(['report', 'one', '--out', 'gone.html'], { home });
  expect(home.read('gone.html')).toContain(said);
  await done(['run', '--again', '--id', 'one', 'one.json'], { home });
  await done(['compare', 'one'], { home });
});
