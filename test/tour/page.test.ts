// Tests the page in Chromium as a person uses it: a first search from the empty page, its ranking, and a
// server that stops and returns. `npm run test:page` runs it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Zeroscout } from '../../client/index.js';
import type { HttpServer } from '../../http/server.js';
import { findChromium, launchOptions } from '../../scripts/chromium.mjs';
import { BIN, type TestHome, testHome, until } from '../support/home.js';
import { ROOT } from '../support/zeroscout.js';

// Workers are processes that run dist/, so everything is imported from there.
const library = (await import(join(ROOT, 'dist/client/index.js'))) as typeof import('../../client/index.js');
const { startHttpServer } = (await import(
  join(ROOT, 'dist/http/server.js')
)) as typeof import('../../http/server.js');

const TOKEN = 'operator-token-of-this-test';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The most compressed bytes that the first view may load. */
const MOST_BYTES = 350_000;
const WAIT_MS = 120_000;

let home: TestHome;
let scout: Zeroscout;
let server: HttpServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const faults: unknown[] = [];
const requested: string[] = [];

const start = (port: number) =>
  startHttpServer({
    zeroscout: scout,
    program: { version: '0.0.0-test' },
    listen: { port },
    tokens: { operator: TOKEN },
    proxy: { prefix: '/below' },
    onFault: (error) => faults.push(error),
  });

const isAsked = process.env.ZEROSCOUT_TOUR !== undefined && findChromium() !== undefined;

describe.skipIf(!isAsked)('the page', { timeout: 3 * WAIT_MS }, () => {
  beforeAll(async () => {
    home = testHome();
    process.env.ZEROSCOUT_BIN = BIN;
    scout = await library.connect({ home: home.home.root, onNote: () => {} });
    server = await start(0);
    const { chromium } = await import('playwright-core');
    browser = await chromium.launch(launchOptions() as Parameters<typeof chromium.launch>[0]);
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.setDefaultTimeout(WAIT_MS);
    page.on('pageerror', (error) => faults.push(error));
    page.on('request', (request) => requested.push(request.url()));
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) faults.push(message.text());
    });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await scout?.close();
    await library.embeddedServers.stop({ home: home.home.root });
    await home.remove();
  });

  /**
   * The serious findings of axe-core in the current view, in light and dark, on a desktop and on a telephone.
   */
  const seriousFaults = async () => {
    const found: string[] = [];
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 1280],
      ['light', 360],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate(AXE);
      const { violations } = (await page.evaluate('axe.run()')) as {
        violations: { id: string; impact: string; nodes: { html: string }[] }[];
      };
      for (const { id, impact, nodes } of violations)
        if (impact === 'serious' || impact === 'critical')
          found.push(
            `${colorScheme} ${width}: ${id} ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
          );
      const tooWide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      if (Number(tooWide) > 0) found.push(`${width}: ${tooWide} pixels too wide`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
    return found;
  };

  test('with nothing there it says how a search begins, to a viewer without the button', async () => {
    let bytes = 0;
    const counting = (response: {
      request(): { sizes(): Promise<{ responseBodySize: number }> };
      url(): string;
    }) => {
      if (response.url().includes('events')) return;
      void response
        .request()
        .sizes()
        .then(({ responseBodySize }) => {
          bytes += responseBodySize;
        });
    };
    page.on('response', counting);
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'No search yet' }).waitFor();
    expect(await page.getByRole('button', { name: 'Run this example' }).count()).toBe(0);
    await page.waitForLoadState('load');
    page.off('response', counting);
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(await seriousFaults()).toEqual([]);
  });

  test('the link makes an operator, who starts the example and sees it go on to its end', async () => {
    await page.goto(`${server.url}?token=${TOKEN}`);
    expect(page.url()).toBe(server.url);
    await page.getByRole('button', { name: 'Run this example' }).click();
    // On a busy machine the search may be over before its page is drawn.
    const completed = page.locator('.badge', { hasText: 'completed' });
    await page.getByRole('heading', { name: 'Progress' }).or(completed).first().waitFor();
    await page.locator('.stages .now').or(completed).first().waitFor();
    expect(await seriousFaults()).toEqual([]);
    await completed.waitFor();
    await page.getByRole('heading', { name: 'Best candidate' }).waitFor();
    await page.getByRole('heading', { name: 'What was done' }).waitFor();
    expect(await seriousFaults()).toEqual([]);
  });

  test('its ranking is filtered, sorted and selected from, and a link shows the same', async () => {
    await page.getByRole('link', { name: 'Ranking', exact: true }).click();
    await page.getByText('50 candidates', { exact: true }).waitFor();
    await page.getByRole('searchbox', { name: 'Filter' }).fill('flops < 100M and rank <= 40');
    await page.getByRole('searchbox', { name: 'Filter' }).press('Enter');
    await page.getByText(/^\d+ of 50 candidates$/).waitFor();
    await page.getByRole('button', { name: 'parameters' }).click();
    await page.locator('[role=columnheader][aria-sort=descending]', { hasText: 'parameters' }).waitFor();
    expect(page.url()).toContain('sort=-parameters');
    const link = page.url();
    await page.goBack();
    await page.locator('[role=columnheader][aria-sort=ascending]', { hasText: 'rank' }).waitFor();
    await page.goto(link);
    await page.locator('[role=row]', { hasText: '|' }).first().waitFor();
    const grid = page.getByRole('grid', { name: 'Ranking' });
    await grid.focus();
    await grid.press('ArrowDown');
    await grid.press('Space');
    await page.getByRole('heading', { name: '1 selected' }).waitFor();
    expect(await seriousFaults()).toEqual([]);
    await page.getByRole('searchbox', { name: 'Filter' }).fill('flopz < 1');
    await page.getByRole('searchbox', { name: 'Filter' }).press('Enter');
    await page.getByRole('alert').filter({ hasText: 'no column "flopz"' }).waitFor();
  });

  test('a wrong filter is asked for once, and can be mended where a link has it', async () => {
    const link = page.url();
    // A request that follows from each answer would come between these, which wait for one another.
    await page.evaluate("(async () => { for (let i = 0; i < 20; i += 1) await fetch('/api/session'); })()");
    expect(requested.filter((url) => /\/api\/.*flopz/.test(url))).toHaveLength(1);
    await page.goto(link);
    await page.getByRole('alert').filter({ hasText: 'no column "flopz"' }).waitFor();
    await page.getByRole('searchbox', { name: 'Filter' }).fill('flops < 100M');
    await page.getByRole('searchbox', { name: 'Filter' }).press('Enter');
    await page.getByText(/^\d+ of 50 candidates$/).waitFor();
  });

  test('a candidate is drawn, and its score explained', async () => {
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.locator('.best a').click();
    await page.getByRole('heading', { name: /^Rank 1 of 50/ }).waitFor();
    await page.locator('.picture svg text', { hasText: 'input' }).waitFor();
    await page.getByRole('heading', { name: 'Where its score comes from' }).waitFor();
    expect(await seriousFaults()).toEqual([]);
  });

  test('what is not there is an error, and not what was there before', async () => {
    const go = (path: string) => page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);
    const { pathname } = new URL(page.url());
    await go(pathname.replace(/\d+$/, '51'));
    await page.getByRole('alert').filter({ hasText: '51' }).waitFor();
    expect(await page.getByRole('heading', { name: /^Rank 1 of 50/ }).count()).toBe(0);
    await go(pathname.replace(/searches\/.*/, 'searches/never-started'));
    await page.getByRole('alert').filter({ hasText: 'never-started' }).waitFor();
    expect(await page.getByRole('heading').count()).toBe(0);
    await go(pathname);
    await page.getByRole('heading', { name: /^Rank 1 of 50/ }).waitFor();
  });

  test('older searches are read once at a time, and a failure is told', async () => {
    const row = { name: '', space: 'darts', state: 'completed', best: null, counts: null, schedule: null };
    const rows = Array.from({ length: 50 }, (_, i) => ({
      ...row,
      id: `new-${i}`,
      ended: null,
      started: '2026-01-01',
    }));
    const body = `event: searches\ndata: ${JSON.stringify(rows)}\n\n`;
    const list = await context.newPage();
    await list.route('**/api/searches-events', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body }),
    );
    const asked: Route[] = [];
    await list.route('**/api/searches?*', (route) => void asked.push(route));
    const isAsked = (times: number) =>
      until(() => asked.length === times, { what: `${times} requests`, timeoutMs: WAIT_MS });
    await list.goto(server.url);
    const button = list.getByRole('button', { name: 'Show older searches' });
    await button.click();
    await isAsked(1);
    await list.evaluate("[...document.querySelectorAll('main button')].at(-1).click()");
    await asked[0]!.fulfill({ status: 400, json: { code: 'invalid', detail: 'not today' } });
    await list.getByRole('alert').filter({ hasText: 'not today' }).waitFor();
    expect(asked).toHaveLength(1);
    await button.click();
    await isAsked(2);
    const searches = [{ ...rows[0], id: 'old' }];
    await asked[1]!.fulfill({ json: { searches, next: null } });
    await list.locator('tbody a[title=old]').waitFor();
    expect(await list.getByRole('alert').count()).toBe(0);
    await list.close();
  });

  test('the tasks of workers are not asked for again before they are answered', async () => {
    const fleet = await context.newPage();
    await fleet.clock.install();
    const asked: Route[] = [];
    await fleet.route('**/api/workers/tasks*', (route) => void asked.push(route));
    await fleet.goto(`${server.url}fleet`);
    await fleet.getByRole('heading', { name: 'Fleet' }).waitFor();
    await until(() => asked.length === 1, { what: 'the tasks are asked for', timeoutMs: WAIT_MS });
    await fleet.clock.fastForward(60_000);
    // A second request would come before the answers to these.
    await fleet.evaluate("(async () => { for (let i = 0; i < 5; i += 1) await fetch('/api/session'); })()");
    expect(asked).toHaveLength(1);
    await fleet.close();
  });

  test('pictures are drawn, and an area of one selects candidates of the ranking', async () => {
    await page.getByRole('link', { name: 'Pictures' }).click();
    const canvas = page.getByRole('img', { name: 'Score against cost' }).locator('canvas').first();
    await canvas.waitFor();
    await page.getByRole('img', { name: 'Rank correlations' }).locator('canvas').first().waitFor();
    const isDrawn = () =>
      page.evaluate(`{
        const one = document.querySelector('[aria-label="Score against cost"] canvas');
        const { data } = one.getContext('2d').getImageData(0, 0, one.width, one.height);
        data.some((value) => value !== 0);
      }`);
    await until(isDrawn, { what: 'the picture is drawn', timeoutMs: WAIT_MS });
    const box = (await canvas.boundingBox())!;
    const select = page.getByRole('button', { name: 'Show the selected in the ranking' });
    const drag = async () => {
      await page.mouse.move(box.x + 100, box.y + 50);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width - 60, box.y + box.height - 80, { steps: 4 });
      await page.mouse.up();
      return select.isEnabled();
    };
    await until(drag, { what: 'an area is selected', timeoutMs: WAIT_MS, everyMs: 500 });
    expect(await seriousFaults()).toEqual([]);
    await select.click();
    await page.getByText(/^\d+ of 50 candidates$/).waitFor();
    expect(page.url()).toContain('complexity+%3E%3D');
  });

  test('the specification is there to copy', async () => {
    await page.getByRole('link', { name: 'Specification' }).click();
    await page.locator('pre', { hasText: 'name: first' }).waitFor();
    expect(await seriousFaults()).toEqual([]);
  });

  test('when the server goes the page says so, and recovers when it is back', async () => {
    await page.getByRole('link', { name: 'zeroscout' }).click();
    await page.getByRole('link', { name: 'first' }).first().waitFor();
    expect(await seriousFaults()).toEqual([]);
    const { port } = new URL(server.url);
    await server.close();
    await page.getByRole('status').filter({ hasText: 'Connection lost' }).waitFor();
    server = await start(Number(port));
    await page.getByRole('status').filter({ hasText: 'Connection lost' }).waitFor({ state: 'hidden' });
  });

  test('nothing that it asked for left this machine, and nothing failed', () => {
    const hosts = new Set(requested.map((url) => new URL(url).hostname));
    expect([...hosts]).toEqual(['127.0.0.1']);
    expect(faults).toEqual([]);
  });
});
