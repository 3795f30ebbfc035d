// Uses the page while searches are controlled, workers die and servers go and come back, from two browsers and by
// a reader that is slow. `npm run test:page` runs it.
import { request } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../scripts/chromium.mjs';
import { until } from '../support/home.js';
import { type Running, spawnZeroscout } from '../support/zeroscout.js';
import { openStage, type Stage, WAIT_MS } from './support/stage.js';

const isAsked = process.env.ZEROSCOUT_TOUR !== undefined && findChromium() !== undefined;

let stage: Stage;
let one: Page;
let two: Page;
let worker: Running;

/** Scores of so many candidates take minutes. */
const LONG = {
  name: 'long',
  space: 'nas-bench-201',
  strategy: { kind: 'random', samples: 6_000 },
  fidelity: { draws: 3, batch: 8, resolution: 16 },
  execution: { shardSize: 20 },
  seed: 1,
};

const badge = (page: Page, text: string | RegExp) => page.locator('h1 .badge', { hasText: text });
const banner = (page: Page) => page.locator('.banner');

describe.runIf(isAsked)('while the page is open', { timeout: 600_000 }, () => {
  beforeAll(async () => {
    stage = await openStage();
    [one, two] = [await stage.open(), await stage.open()];
  }, 240_000);
  afterAll(() => stage?.close(), 120_000);

  test('a search says that no worker is there until one comes', async () => {
    const text = JSON.stringify(LONG);
    await stage.scout.searches.start({ id: 'long', specification: { text }, workers: 0 });
    for (const page of [one, two]) await page.goto(new URL('searches/long', stage.server.url).href);
    await one.locator('.note', { hasText: 'zeroscout worker' }).first().waitFor();
    spawnZeroscout(['worker', '--role', 'control'], { home: stage.home });
    await one.locator('.note', { hasText: '--device cpu' }).first().waitFor();
    worker = spawnZeroscout(['worker', '--device', 'cpu'], { home: stage.home });
    await one.locator('.note', { hasText: '--device cpu' }).first().waitFor({ state: 'detached' });
    await badge(one, 'scoring').waitFor();
  });

  test('what one browser pauses and resumes, the other shows', async () => {
    await one.getByRole('button', { name: 'Pause' }).click();
    for (const page of [one, two]) await badge(page, 'paused').waitFor();
    await two.getByRole('button', { name: 'Resume' }).click();
    for (const page of [one, two]) await badge(page, 'scoring').waitFor();
  });

  test('a killed worker is missed, and its successor found', async () => {
    worker.child.kill('SIGKILL');
    await worker.ended;
    await one.locator('.note', { hasText: '--device cpu' }).first().waitFor();
    await two.goto(new URL('fleet', stage.server.url).href);
    await two.getByRole('heading', { name: 'Fleet' }).waitFor();
    worker = spawnZeroscout(['worker', '--device', 'cpu'], { home: stage.home });
    await one.locator('.note', { hasText: '--device cpu' }).first().waitFor({ state: 'detached' });
    await two.getByRole('heading', { name: 'Score workers: cpu' }).waitFor();
  });

  test('NATS and Temporal go and come back', async () => {
    await two.goto(stage.server.url);
    await two.locator('a[title=long]').first().waitFor();
    await stage.embedded.stop({ home: stage.home.home.root });
    for (const page of [one, two])
      await banner(page)
        .filter({ hasText: /Temporal|answer/ })
        .waitFor();
    await stage.embedded.start({ home: stage.home.home.root });
    for (const page of [one, two]) await banner(page).waitFor({ state: 'hidden' });
    await badge(one, 'scoring').waitFor();
  });

  test('a reader that does not read stops nobody, and then gets the latest state', async () => {
    const url = new URL('api/searches-events', stage.server.url);
    let text = '';
    const slow = request(url, (answer) => {
      answer.pause();
      setTimeout(() => answer.on('data', (bytes) => (text += String(bytes))).resume(), 6_000);
    });
    slow.end();
    const started = performance.now();
    expect((await fetch(new URL('api/searches', stage.server.url))).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(5_000);
    await until(() => /event: searches/.test(text), {
      what: 'the slow reader gets the searches',
      timeoutMs: WAIT_MS,
    });
    expect(text).toContain('"long"');
    slow.destroy();
  });

  test('a cancelled search says so in both', async () => {
    await two.goto(new URL('searches/long', stage.server.url).href);
    await one.getByRole('button', { name: 'Cancel' }).click();
    await one.getByRole('button', { name: 'Cancel it: sure?' }).click();
    for (const page of [one, two]) await badge(page, /cancel/).waitFor();
    await one.getByText('cancelled').first().waitFor();
    expect(stage.faults).toEqual([]);
  });

  test('a long search starts by the button of the form, once its mistakes are mended', async () => {
    const start = one.getByRole('button', { name: 'Start', exact: true });
    await one.goto(new URL('start', stage.server.url).href);
    await one.locator('textarea').fill(JSON.stringify({ ...LONG, space: 'nas-bench-2' }));
    await one.getByRole('alert').filter({ hasText: 'space' }).waitFor();
    expect(await start.isDisabled()).toBe(true);
    await one.locator('textarea').fill(JSON.stringify({ ...LONG, name: 'by-button', seed: 2 }));
    await one.getByText(/^It is right: 6.000 candidates/).waitFor();
    await start.click();
    await one.waitForURL(/\/searches\/by-button/);
    await badge(one, 'scoring').waitFor();
    await two.goto(stage.server.url);
    await two.getByRole('link', { name: 'by-button' }).first().click();
    await badge(two, 'scoring').waitFor();
    const scored = async () => {
      const text = await two.locator('.big strong').textContent();
      return Number(text?.replaceAll(/\D/g, ''));
    };
    await until(async () => (await scored()) > 0, { what: 'candidates are scored', timeoutMs: WAIT_MS });
    await two.getByRole('button', { name: 'Cancel' }).click();
    await two.getByRole('button', { name: 'Cancel it: sure?' }).click();
    for (const page of [one, two]) await badge(page, /cancel/).waitFor();
    expect(stage.faults).toEqual([]);
  });
});
