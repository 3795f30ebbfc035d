// Opens every view of the page during and after real searches over four kinds of spaces, over a million
// candidates, and over texts that try to break it. `npm run test:page` runs it.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../scripts/chromium.mjs';
import { smallNetwork } from '../support/small-networks.js';
import { BREAKING, HOSTILE, MILLION, withMadeUpSearches } from './support/made-up-searches.js';
import { examine, openStage, type Stage } from './support/stage.js';

const isAsked = process.env.ZEROSCOUT_TOUR !== undefined && findChromium() !== undefined;

const SMALL = { draws: 2, batch: 2, resolution: 8 };
const SEARCHES = [
  { id: 'cells', space: 'nas-bench-201', strategy: { kind: 'random', samples: 60 }, fidelity: SMALL },
  {
    id: 'cells-again',
    space: 'nas-bench-201',
    strategy: {
      kind: 'screening',
      source: { kind: 'random', samples: 40 },
      rounds: [
        { fidelity: { draws: 1, batch: 2, resolution: 8 }, keep: 0.5 },
        { fidelity: SMALL, keep: 0.4 },
        { fidelity: { draws: 3, batch: 4, resolution: 8 } },
      ],
    },
    fidelity: undefined,
  },
  {
    id: 'bred',
    space: 'nas-bench-201',
    strategy: { kind: 'evolution', population: 8, generation: 8, budget: 24 },
    fidelity: { draws: 1, batch: 2, resolution: 8 },
  },
  {
    id: 'mobile',
    space: 'mobilenet-v2',
    strategy: { kind: 'random', samples: 4 },
    fidelity: { draws: 1, batch: 2, resolution: 32 },
  },
  {
    id: 'former',
    space: { kind: 'autoformer', size: 'tiny' },
    strategy: { kind: 'random', samples: 3 },
    fidelity: { draws: 1, batch: 2 },
  },
] as const;
/** Names of files may have any character but a slash. */
const FILES = [
  'plain',
  '"><img src=x onerror="window.broken = 1">',
  '\u202Ederorrim',
  `${'long-'.repeat(40)}`,
];

let stage: Stage;
let page: Page;

async function show(path: string, shows: string): Promise<void> {
  await page.goto(new URL(path, stage.server.url).href);
  await page.locator(shows).first().waitFor();
  await page.waitForLoadState('networkidle', { timeout: 2_000 }).catch(() => {});
}

/** Asks for the picture that is drawn on request alone. */
async function showIntervals(): Promise<void> {
  await page.getByRole('button', { name: 'Resample the draws' }).click();
  await page
    .getByRole('img', { name: /^Rank intervals/ })
    .or(page.getByText('under one draw'))
    .waitFor();
}

const VIEWS = [
  ['overview', '', '.best a'],
  ['ranking', '/ranking', '.grid-row .link'],
  ['candidate', '/candidate/1', '.picture svg'],
  ['pictures', '/pictures', 'canvas'],
  ['specification', '/specification', 'pre'],
] as const;

describe.runIf(isAsked)('every view', { timeout: 600_000 }, () => {
  beforeAll(async () => {
    const searches = [MILLION, BREAKING];
    stage = await openStage((scout) => withMadeUpSearches(scout, { searches, real: 'cells' }));
    page = await stage.open();
  }, 240_000);
  afterAll(() => stage?.close(), 120_000);

  test.each(SEARCHES)('during and after a search of $id', async ({ id, ...specification }) => {
    const text = JSON.stringify({ name: id, seed: 1, ...specification });
    const search = await stage.scout.searches.start({ id, specification: { text } });
    for (const tab of ['ranking', 'pictures', 'specification', ''])
      await show(`searches/${id}/${tab}`, 'nav[aria-label="Parts of this search"]');
    await page.locator('.stages .now, .badge:has-text("completed")').first().waitFor();
    const found = [...(await examine(page, `${id}-running`))];
    await search.results();
    for (const [name, path, shows] of VIEWS) {
      await show(`searches/${id}${path}`, shows);
      if (name === 'pictures') await showIntervals();
      found.push(...(await examine(page, `${id}-${name}`)));
    }
    expect(found).toEqual([]);
    expect(stage.faults).toEqual([]);
  });

  test('of imported networks, whose names try to break it', async () => {
    const files = FILES.map((name, i) => {
      const path = stage.home.write(`${name}.onnx`, '');
      return { path, bytes: smallNetwork({ widths: [8 + i, 16, 24], kernel: 3 }) };
    });
    const { writeFileSync } = await import('node:fs');
    for (const { path, bytes } of files) writeFileSync(path, bytes);
    const specification = {
      name: 'files',
      seed: 1,
      space: { kind: 'onnx', files: `${stage.home.dir}/*.onnx` },
      fidelity: { draws: 1, batch: 2 },
    };
    const file = stage.home.write('files.json', JSON.stringify(specification));
    await (await stage.scout.searches.start({ id: 'files', specification: { path: file } })).results();
    const found: string[] = [];
    for (const [name, path, shows] of VIEWS) {
      await show(`searches/files${path}`, shows);
      if (name === 'pictures') await showIntervals();
      found.push(...(await examine(page, `files-${name}`)));
    }
    for (const rank of [2, 3, 4]) await show(`searches/files/candidate/${rank}`, '.picture svg');
    expect(found).toEqual([]);
    expect(await page.evaluate('window.broken')).toBeUndefined();
    expect(stage.faults).toEqual([]);
  });

  test('of texts that try to break it', async () => {
    const found: string[] = [];
    for (const [name, path, shows] of [
      ['overview', '', 'details'],
      ['ranking', '/ranking', '.grid-row .link'],
      ['candidate', '/candidate/2', 'h2'],
      ['pictures', '/pictures', 'canvas'],
      ['specification', '/specification', 'pre'],
    ] as const) {
      await show(`searches/breaking${path}`, shows);
      for (const part of await page.locator('details > summary').all()) await part.click();
      found.push(...(await examine(page, `breaking-${name}`)));
    }
    await show('searches/breaking/ranking', '.grid-row .link');
    await page.getByRole('searchbox', { name: 'Filter' }).fill(`candidate = '${HOSTILE[0]}'`);
    await page.getByRole('searchbox', { name: 'Filter' }).press('Enter');
    await page.getByText('1 of 9 candidates').or(page.getByRole('alert')).first().waitFor();
    await show('', 'table.cards a[title=breaking]');
    found.push(...(await examine(page, 'searches')));
    expect(found).toEqual([]);
    expect(await page.evaluate('window.broken')).toBeUndefined();
    expect(stage.faults).toEqual([]);
  });

  test('of a million candidates', async () => {
    const found: string[] = [];
    await show('searches/million/ranking', '.grid-row .link');
    await page.getByText(/^1.000.000 candidates$/).waitFor();
    const started = performance.now();
    await page.getByRole('searchbox', { name: 'Filter' }).fill('flops < 100M and rank <= 500000');
    await page.getByRole('searchbox', { name: 'Filter' }).press('Enter');
    await page.getByText(/^[\d\s]+ of 1.000.000 candidates$/).waitFor();
    expect(performance.now() - started).toBeLessThan(30_000);
    const grid = page.getByRole('grid', { name: 'Ranking' });
    await grid.focus();
    await grid.press('End');
    await page.locator('.grid-row .link').first().waitFor();
    found.push(...(await examine(page, 'million-ranking')));
    for (const [name, path, shows] of [
      ['candidate', '/candidate/500000', '.picture svg'],
      ['pictures', '/pictures', 'canvas'],
    ] as const) {
      await show(`searches/million${path}`, shows);
      found.push(...(await examine(page, `million-${name}`)));
    }
    expect(found).toEqual([]);
    expect(stage.faults).toEqual([]);
  });

  test('that compares, and those of the fleet, schedules and new searches', async () => {
    const found: string[] = [];
    for (const [name, path, shows] of [
      ['compare-one', 'compare?ids=cells', '.interval'],
      ['compare', 'compare?ids=cells,cells-again,bred', '.interval'],
      ['fleet', 'fleet', 'h2'],
      ['schedules', 'schedules', 'h1'],
      ['start', 'start', 'textarea'],
      ['nothing', 'nothing-here', 'h2'],
    ] as const) {
      await show(path, shows);
      found.push(...(await examine(page, name)));
    }
    expect(found).toEqual([]);
    expect(stage.faults).toEqual([]);
  });

  test('of a schedule whose missed nights are made up for, as a time line', async () => {
    const specification = {
      name: 'every-night',
      space: 'nas-bench-201',
      strategy: { kind: 'random', samples: 20 },
      fidelity: SMALL,
      seed: 1,
    };
    await show('schedules', 'h1');
    await page.locator('summary', { hasText: 'New schedule' }).click();
    await page.getByLabel('Name').fill('nights');
    await page.getByLabel('Time zone').fill('UTC');
    await page.locator('textarea').fill(JSON.stringify(specification));
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: /^nights/ }).waitFor();
    await page.locator('summary', { hasText: 'Backfill' }).click();
    const day = (before: number) => new Date(Date.now() - before * 86_400_000).toISOString().slice(0, 16);
    await page.getByLabel('from').fill(day(3));
    await page.getByLabel('to').fill(day(0));
    await page.getByRole('button', { name: 'Start them' }).click();
    // The view follows the runs by itself.
    await page.getByRole('link', { name: 'The last 3 nights as a time line' }).waitFor();
    const found = [...(await examine(page, 'schedules-with-runs'))];
    await page.getByRole('link', { name: 'The last 3 nights as a time line' }).click();
    await page.getByRole('heading', { name: 'Nights of nights in a row' }).waitFor();
    await page.getByRole('img', { name: 'Ranks of the best from search to search' }).waitFor();
    found.push(...(await examine(page, 'nights')));
    expect(found).toEqual([]);
    expect(stage.faults).toEqual([]);
  });

  test('of a run that waits for the one before', async () => {
    const { schedules, searches } = stage.scout;
    const specification = {
      value: { name: 'waits', space: 'nas-bench-201', fidelity: SMALL, execution: { device: 'cuda' } },
    };
    await schedules.create({
      name: 'waits',
      specification,
      cron: '@yearly',
      overlap: 'buffer-one',
      workers: 0,
    });
    const { id } = await schedules.runNow('waits');
    await show('schedules', 'h1');
    const schedule = page.locator('section').filter({ has: page.getByRole('heading', { name: /^waits/ }) });
    await schedule.getByRole('button', { name: 'Run now' }).click();
    await schedule.getByText(`The run starts when ${id} has ended.`).waitFor();
    expect(await examine(page, 'waits')).toEqual([]);
    await schedules.delete('waits');
    await searches.cancel(id!);
    expect(stage.faults).toEqual([]);
  });

  test('goes back and forward', async () => {
    await show('', 'table.cards a[title=cells]');
    await page.locator('a[title=cells]').first().click();
    await page.getByRole('heading', { name: 'Best candidate' }).waitFor();
    await page.getByRole('link', { name: 'Ranking', exact: true }).click();
    await page.locator('.grid-row .link').first().click();
    await page.getByRole('heading', { name: /^Rank 1 of 60/ }).waitFor();
    await page.goBack();
    await page.locator('.grid-row .link').first().waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Best candidate' }).waitFor();
    await page.goBack();
    await page.locator('table.cards').waitFor();
    for (const _ of [1, 2, 3]) await page.goForward();
    await page.getByRole('heading', { name: /^Rank 1 of 60/ }).waitFor();
    expect(stage.faults).toEqual([]);
  });
});
