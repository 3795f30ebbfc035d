// Uses the page as its visitors do: leaves a ranking and comes back, draws over a picture, types links, and goes on
// after the server was away or was started anew. The searches are made up, so no other server is needed.
// `npm run test:page` runs it.
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Zeroscout } from '../../client/index.js';
import { SpecError } from '../../core/errors.js';
import { parseSpecification } from '../../core/specification/specification.js';
import type { HttpServer } from '../../http/server.js';
import { findChromium, launchOptions } from '../../scripts/chromium.mjs';
import { until } from '../support/home.js';
import { ROOT } from '../support/zeroscout.js';
import { type MadeUp, withMadeUpSearches } from './support/made-up-searches.js';

const isAsked = process.env.ZEROSCOUT_TOUR !== undefined && findChromium() !== undefined;
const WAIT_MS = 60_000;
const HEADER = 'rank,candidate,score,expressivity,progressivity,trainability,complexity,parameters\n';

/** Candidates whose texts are numbers, as in a space of a notation of its own; the best three have infinite scores. */
const DIGITS: MadeUp = {
  id: 'digits',
  name: 'digits',
  csv: () => [
    HEADER,
    ...Array.from(
      { length: 400 },
      (_, i) => `${i + 1},${textOf(i + 1)},${i < 3 ? 'inf' : -i},${i},${i},${-i},${1e6 + i},${1e3 + i}\n`,
    ),
  ],
  candidates: 400,
  failures: [],
};
const ALONE: MadeUp = {
  id: 'alone',
  name: 'alone',
  csv: () => [HEADER, '1,only,0,1,1,1,1000000,1000\n'],
  candidates: 1,
  failures: [{ candidate: 'lost', reason: 'out-of-memory', detail: 'killed' }],
};

/** The candidate at rank 1 is 00000007, that at rank 2 00000014. */
function textOf(rank: number): string {
  return String(rank * 7).padStart(8, '0');
}

function createLibrary(): Zeroscout {
  const unknown = async (id: string) => {
    throw SpecError.of({ path: 'id', message: `no search "${id}"`, code: 'not-found' });
  };
  const text = 'name: made-up\nspace: nas-bench-201\nseed: 1\n';
  const own = {
    list: async function* () {},
    get: unknown,
    results: unknown,
    specification: async () => parseSpecification({ source: 'made up', text }),
    candidate: async () => ({ costs: null, resolution: null, drawing: null, neighbours: [], formats: [] }),
    diff: async () => ({ top: 50, entered: { count: 0, first: [] }, left: { count: 0, first: [] } }),
    compare: async (ids: readonly string[]) => ({ searches: ids.map(compared), between: [] }),
  };
  const scout = {
    connections: { temporal: { source: 'configured' } },
    workers: { list: async () => [], tasks: async () => [] },
    retention: { usage: async () => [] },
    specification: { check: async () => ({ specification: {}, id: null, candidates: 1 }) },
    searches: own,
  } as unknown as Zeroscout;
  return withMadeUpSearches(scout, { searches: [DIGITS, ALONE], real: 'digits' });
}

function compared(id: string) {
  const stability = { draws: 1, winners: [] };
  return { id, candidates: 1, millisecondsPerCandidate: null, checklist: [], datasets: [], stability };
}

let server: HttpServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const faults: unknown[] = [];

async function start({ port, token }: { readonly port: number; readonly token: string }): Promise<void> {
  // The page is built into dist/.
  const { startHttpServer } = (await import(
    join(ROOT, 'dist/http/server.js')
  )) as typeof import('../../http/server.js');
  server = await startHttpServer({
    zeroscout: createLibrary(),
    program: { version: '0.0.0-tour' },
    listen: { port },
    tokens: { operator: token },
    onFault: (error) => faults.push(error),
  });
}

const show = (path: string) => page.goto(new URL(path, server.url).href);
const grid = () => page.getByRole('grid', { name: 'Ranking' });
const activeRow = () => page.locator('.grid-row.active');

describe.runIf(isAsked)('a visitor', { timeout: 3 * WAIT_MS }, () => {
  beforeAll(async () => {
    await start({ port: 0, token: 'first' });
    const { chromium } = await import('playwright-core');
    browser = await chromium.launch(launchOptions() as Parameters<typeof chromium.launch>[0]);
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.setDefaultTimeout(WAIT_MS);
    page.on('pageerror', (error) => faults.push(error));
    await page.goto(`${server.url}?token=first`);
    await page.getByRole('link', { name: 'digits' }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test('comes back from a candidate to its row, with the keyboard and what was selected', async () => {
    await show('searches/digits/ranking');
    await grid().focus();
    await grid().press('End');
    await page.getByText(textOf(400)).waitFor();
    await grid().press('ArrowUp');
    await grid().press('Space');
    await page.getByRole('heading', { name: '1 selected' }).waitFor();
    await grid().press('Enter');
    await page.getByRole('heading', { name: /^Rank 399 of 400/ }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    await page.goBack();
    await activeRow()
      .filter({ hasText: textOf(399) })
      .waitFor();
    await page.getByRole('heading', { name: '1 selected' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await activeRow()
      .filter({ hasText: textOf(400) })
      .waitFor();
  });

  test('goes to a candidate whose text is a number with zeros before it, and to a rank', async () => {
    await show('searches/digits/ranking');
    for (const [text, found] of [
      ['00000014', textOf(2)],
      ['14', textOf(14)],
      ['#15', textOf(15)],
    ] as const) {
      await page.getByLabel('Go to').fill(text);
      await page.getByRole('button', { name: 'Go', exact: true }).click();
      await activeRow().filter({ hasText: found }).waitFor();
    }
  });

  test('is told which candidates a picture leaves out, and selects only in the axes that are shown', async () => {
    await show('searches/digits/pictures');
    await page.getByText('(3 are not drawn: a value is infinite or absent)').waitFor();
    const canvas = page.getByRole('img', { name: 'Score against cost' }).locator('canvas').first();
    const select = page.getByRole('button', { name: 'Show the selected in the ranking' });
    const drag = async () => {
      const box = (await canvas.boundingBox())!;
      await page.mouse.move(box.x + 100, box.y + 50);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width - 60, box.y + box.height - 80, { steps: 4 });
      await page.mouse.up();
      return select.isEnabled();
    };
    await until(drag, { what: 'an area is selected', timeoutMs: WAIT_MS, everyMs: 500 });
    await page.locator('select').first().selectOption('parameters');
    await until(() => select.isDisabled(), { what: 'nothing is selected', timeoutMs: WAIT_MS });
    await until(drag, { what: 'an area of the new axes', timeoutMs: WAIT_MS, everyMs: 500 });
    await select.click();
    await page.getByText(/^\d+ of 400 candidates$/).waitFor();
    expect(new URL(page.url()).searchParams.get('filter')).toMatch(/^parameters >= 1\d{3}/);
  });

  test('compares searches of a link that names one twice', async () => {
    await show('compare?ids=digits,alone,digits');
    for (const id of ['digits', 'alone'])
      await page.getByRole('heading', { name: id, exact: true }).waitFor();
  });

  test('reads of one candidate as one', async () => {
    await show('searches/alone/ranking');
    await page.getByText('1 candidate', { exact: true }).waitFor();
    await show('searches/alone');
    await page.getByText('1 candidate has no score').waitFor();
  });

  test('can start a search when the server is back, without typing again', async () => {
    await show('start');
    const button = page.getByRole('button', { name: 'Start', exact: true });
    await until(() => button.isEnabled(), { what: 'it is checked', timeoutMs: WAIT_MS });
    await context.setOffline(true);
    await page.locator('textarea').press('End');
    await page.getByLabel('Specification (YAML)').pressSequentially('# more');
    await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor();
    expect(await button.isDisabled()).toBe(true);
    await context.setOffline(false);
    await page.getByText('It is right: 1 candidate.').waitFor();
    expect(await button.isEnabled()).toBe(true);
  });

  test('sees a view that could not be loaded, once the server answers', async () => {
    await show('');
    await page.getByRole('link', { name: 'digits' }).waitFor();
    await context.setOffline(true);
    await page.getByRole('link', { name: 'Fleet' }).click();
    await page.getByText('A part of this page could not be loaded.').waitFor();
    await context.setOffline(false);
    await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  });

  test('sees the rights that a server of other tokens gives, and what became of the old link', async () => {
    await show('');
    await page.getByText('operator', { exact: true }).waitFor();
    const { port } = new URL(server.url);
    await server.close();
    await page.getByRole('status').filter({ hasText: 'Connection lost' }).waitFor();
    await start({ port: Number(port), token: 'second' });
    await page.getByText('viewer', { exact: true }).waitFor();
    await page.getByRole('status').filter({ hasText: 'Connection lost' }).waitFor({ state: 'hidden' });
    await show('?token=first');
    await page.getByRole('heading', { name: 'This server does not know this token' }).waitFor();
    await page.getByRole('link', { name: 'Go on without this token' }).click();
    await page.getByText('viewer', { exact: true }).waitFor();
    expect(faults).toEqual([]);
  });
});
